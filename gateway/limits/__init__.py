"""What a document may hold, one limit a file; checked after parsing and before validation, knowing no schema."""
