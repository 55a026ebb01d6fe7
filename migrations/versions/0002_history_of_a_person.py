"""Index what people changed through forms: their start page lists it."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

# Imports, plugins and the API write many more rows and do not pay for this index.
CREATE = "create index fw_history_actor_ix on fw_history (actor, at) where channel = 'form'"


def upgrade() -> None:
    """Create the index, on every partition."""
    op.execute(CREATE)


def downgrade() -> None:
    """Drop the index."""
    op.execute("drop index fw_history_actor_ix")
