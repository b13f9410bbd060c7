"""How far the change log has been deleted, which goes from its beginning."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table("pruned_changes", sa.Column("sequence", sa.BigInteger(), nullable=False))
    op.drop_index("changes_by_time", "changes")
    oldest = "SELECT coalesce(min(sequence), 1) - 1 FROM changes"
    op.execute(sa.text(f"INSERT INTO pruned_changes (sequence) {oldest}"))
