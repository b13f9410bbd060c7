"""How far sources have been looked at that cannot tell by themselves what happens, by whom and for whom."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("name", BYTEWISE, primary_key=True),
        sa.Column("holder", BYTEWISE, nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "watches",
        sa.Column("source", BYTEWISE, primary_key=True),
        sa.Column("device", BYTEWISE, primary_key=True),
        sa.Column("holder", BYTEWISE, primary_key=True),
        sa.Column("until", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "polled",
        sa.Column("source", BYTEWISE, primary_key=True),
        sa.Column("device", BYTEWISE, primary_key=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("polled_to", sa.BigInteger(), nullable=False),
        sa.Column("digest", BYTEWISE),
    )
