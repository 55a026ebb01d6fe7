"""Create the system tables of a workspace."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None

CREATE = (
    """
    create table fw_user (
        id uuid primary key, login text not null, name text not null, email text, password_hash text,
        roles text[] not null default '{}', teams text[] not null default '{}',
        locale text not null default 'en', zone text not null default 'UTC',
        active boolean not null default true, version integer not null default 1,
        created_at timestamptz not null default now(), updated_at timestamptz not null default now(),
        password_changed_at timestamptz)
    """,
    "create unique index fw_user_login_uq on fw_user (lower(login))",
    """
    create table fw_session (
        token_hash bytea primary key, user_id uuid not null references fw_user on delete cascade,
        created_at timestamptz not null default now(), last_seen_at timestamptz not null default now(),
        expires_at timestamptz not null,
        user_agent text not null default '', address text not null default '')
    """,
    "create index fw_session_user_ix on fw_session (user_id)",
    "create index fw_session_expires_ix on fw_session (expires_at)",
    """
    create table fw_sign_in_attempt (
        key text primary key, failures integer not null default 0,
        first_at timestamptz not null default now(), last_at timestamptz not null default now(),
        blocked_until timestamptz)
    """,
    """
    create table fw_release (
        number integer primary key, checksum text not null, files jsonb not null, plan jsonb not null,
        status text not null default 'running'
            constraint fw_release_status_ck check (status in ('running', 'done', 'failed')),
        applied_by uuid, applied_at timestamptz not null default now(), finished_at timestamptz,
        note text not null default '', problems jsonb)
    """,
    """
    create table fw_release_step (
        release integer not null references fw_release on delete cascade, position integer not null,
        change jsonb not null,
        status text not null default 'pending'
            constraint fw_release_step_status_ck check (status in ('pending', 'running', 'done', 'failed')),
        rows_done bigint not null default 0, rows_total bigint,
        started_at timestamptz, finished_at timestamptz, detail text not null default '',
        primary key (release, position))
    """,
    """
    create table fw_parked (
        table_name text not null, column_name text not null default '',
        entity text not null, attribute text not null default '', type text not null default '',
        detail jsonb not null default '{}', parked_at timestamptz not null default now(), release integer,
        primary key (table_name, column_name))
    """,
    "create index fw_parked_attribute_ix on fw_parked (entity, attribute)",
    """
    create table fw_history (
        entity text not null, record_id uuid not null, version integer not null,
        at timestamptz not null default now(), actor uuid, channel text not null default '',
        request_id text not null default '', reason text not null default '', op text not null,
        diff jsonb not null, release integer,
        primary key (entity, record_id, version, at)) partition by range (at)
    """,
    "create table fw_history_default partition of fw_history default",
    # The head of a queue dies young: vacuum it by count, not by share.
    """
    create table fw_outbox (
        id bigint generated always as identity primary key, entity text not null, record_id uuid,
        version integer, op text not null, payload jsonb, at timestamptz not null default now())
        with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
              autovacuum_vacuum_cost_delay = 0)
    """,
    """
    create table fw_idempotency (
        actor uuid not null, key text not null, request_hash bytea not null, answer jsonb,
        at timestamptz not null default now(), primary key (actor, key))
    """,
    "create index fw_idempotency_at_ix on fw_idempotency (at)",
    # Every insert with a human number updates its row here: room for HOT updates.
    "create table fw_series (name text primary key, value bigint not null default 0) with (fillfactor = 20)",
    """
    create table fw_file (
        id uuid primary key, name text not null, media_type text not null, size bigint not null,
        sha256 bytea not null, created_by uuid, created_at timestamptz not null default now())
    """,
    "create index fw_file_sha256_ix on fw_file (sha256)",
    """
    create table fw_comment (
        id uuid primary key, entity text not null, record_id uuid not null, author uuid,
        text text not null, created_at timestamptz not null default now(), edited_at timestamptz)
    """,
    "create index fw_comment_record_ix on fw_comment (entity, record_id, created_at)",
)

TABLES = (
    "comment",
    "file",
    "series",
    "idempotency",
    "outbox",
    "history",
    "parked",
    "release_step",
    "release",
    "sign_in_attempt",
    "session",
    "user",
)


def upgrade() -> None:
    """Create everything."""
    for statement in CREATE:
        op.execute(statement)


def downgrade() -> None:
    """Drop everything."""
    for name in TABLES:
        op.drop_table(f"fw_{name}")
