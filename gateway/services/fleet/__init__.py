"""The fleet's side doors: what people do to it from the command line. Nothing here prints."""
