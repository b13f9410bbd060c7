"""The hub of changes: what the log of the store tells, to whoever follows it."""
