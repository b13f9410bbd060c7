"""SQL, and no AWS: devices' tables, the change log and accounts, on SQLite or PostgreSQL."""
