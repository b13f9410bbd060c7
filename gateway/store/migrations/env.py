"""Runs inside the transaction of gateway.store.migrate, on the connection that it hands over."""

# ruff: noqa: INP001 - Alembic loads this by path
from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
