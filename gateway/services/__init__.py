"""The two embedded device services: faithful to what they were, on the store."""
