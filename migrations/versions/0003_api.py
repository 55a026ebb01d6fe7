"""API tokens; and which transaction wrote each version, so that the feed of changes skips none."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

UP = (
    """
    create table fw_api_token (
        id uuid primary key, user_id uuid not null references fw_user on delete cascade, name text not null,
        token_hash bytea not null, scopes text[] not null, entities text[] not null default '{}',
        created_at timestamptz not null default now(), expires_at timestamptz not null,
        last_used_at timestamptz, revoked_at timestamptz)
    """,
    "create unique index fw_api_token_hash_uq on fw_api_token (token_hash)",
    "create index fw_api_token_user_ix on fw_api_token (user_id)",
    # A constant default is kept in the catalogue: no row is rewritten. 1 is before every transaction.
    "alter table fw_history add column xid xid8 not null default '1'",
    "alter table fw_history alter column xid set default pg_current_xact_id()",
    "create index fw_history_xid_ix on fw_history (xid, at, record_id, version)",
)
DOWN = (
    "drop index fw_history_xid_ix",
    "alter table fw_history drop column xid",
    "drop table fw_api_token",
)


def upgrade() -> None:
    """Create the table, the column and the indexes."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    for statement in DOWN:
        op.execute(statement)
