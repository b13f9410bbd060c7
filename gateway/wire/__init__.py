"""AWS protocols, and no device: models, requests, answers and errors as SDKs have them, and signatures."""
