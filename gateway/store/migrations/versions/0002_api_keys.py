"""API keys of the graph's callers."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", BYTEWISE, primary_key=True),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="of the secret part; the secret is kept nowhere"),
        sa.Column("name", BYTEWISE, nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False, comment="a JSON list"),
        sa.Column("sources", sa.Text(), comment="a JSON list; null: all"),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger()),
        sa.Column("revoked_at", sa.BigInteger()),
    )
