"""${message}."""

from __future__ import annotations

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Describe what changes."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Describe how it is undone."""
    ${downgrades if downgrades else "pass"}
