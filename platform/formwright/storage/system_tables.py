"""The system tables of a workspace, as SQLAlchemy tables without a schema: the search path decides.

Their definition is the migrations'; a test compares both. Reads and writes are built on these.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.types import UserDefinedType

__all__ = [
    "SYSTEM",
    "api_token",
    "comment",
    "file",
    "history",
    "idempotency",
    "outbox",
    "parked",
    "release",
    "release_step",
    "series",
    "session",
    "sign_in_attempt",
    "user",
]

SYSTEM = MetaData()


class TransactionId(UserDefinedType[int]):
    """``xid8``: the number of a transaction; numbers never come again."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the name that PostgreSQL knows."""
        return "XID8"


ischema_names.setdefault("xid8", TransactionId)


def _moment(name: str, **options: Any) -> Column[Any]:
    return Column(name, DateTime(timezone=True), **options)


def _now(name: str) -> Column[Any]:
    return _moment(name, nullable=False, server_default=func.now())


def _text(name: str, default: str | None = None, *, null: bool = False) -> Column[Any]:
    server_default = None if default is None else text(f"'{default}'")
    return Column(name, Text, nullable=null, server_default=server_default)


user = Table(
    "fw_user",
    SYSTEM,
    Column("id", Uuid, primary_key=True),
    _text("login"),
    _text("name"),
    _text("email", null=True),
    _text("password_hash", null=True),
    Column("roles", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("teams", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    _text("locale", "en"),
    _text("zone", "UTC"),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("version", Integer, nullable=False, server_default=text("1")),
    _now("created_at"),
    _now("updated_at"),
    _moment("password_changed_at"),
)
"""People and machines that sign in. *login* is unique whatever its case."""

Index("fw_user_login_uq", func.lower(user.c.login), unique=True)

session = Table(
    "fw_session",
    SYSTEM,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("user_id", Uuid, ForeignKey("fw_user.id", ondelete="CASCADE"), nullable=False),
    _now("created_at"),
    _now("last_seen_at"),
    _moment("expires_at", nullable=False),
    _text("user_agent", ""),
    _text("address", ""),
    Index("fw_session_user_ix", "user_id"),
    Index("fw_session_expires_ix", "expires_at"),
)
"""Server sessions; only the hash of the token is kept."""

api_token = Table(
    "fw_api_token",
    SYSTEM,
    Column("id", Uuid, primary_key=True),
    Column("user_id", Uuid, ForeignKey("fw_user.id", ondelete="CASCADE"), nullable=False),
    _text("name"),
    Column("token_hash", LargeBinary, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    Column("entities", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    _now("created_at"),
    _moment("expires_at", nullable=False),
    _moment("last_used_at"),
    _moment("revoked_at"),
    Index("fw_api_token_hash_uq", "token_hash", unique=True),
    Index("fw_api_token_user_ix", "user_id"),
)
"""Tokens of programs that act for a user; only the hash of the token is kept."""

sign_in_attempt = Table(
    "fw_sign_in_attempt",
    SYSTEM,
    Column("key", Text, primary_key=True),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    _now("first_at"),
    _now("last_at"),
    _moment("blocked_until"),
)
"""Failed sign-ins, one row for a login or an address (`login:…`, `address:…`)."""

release = Table(
    "fw_release",
    SYSTEM,
    Column("number", Integer, primary_key=True, autoincrement=False),
    _text("checksum"),
    Column("files", JSONB, nullable=False),
    Column("plan", JSONB, nullable=False),
    _text("status", "running"),
    Column("applied_by", Uuid),
    _now("applied_at"),
    _moment("finished_at"),
    _text("note", ""),
    Column("problems", JSONB),
    CheckConstraint("status in ('running', 'done', 'failed')", name="fw_release_status_ck"),
)
"""Each apply of metadata. *files* maps path to source, so that an earlier release can be compiled again."""

release_step = Table(
    "fw_release_step",
    SYSTEM,
    Column("release", Integer, ForeignKey("fw_release.number", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("change", JSONB, nullable=False),
    _text("status", "pending"),
    Column("rows_done", BigInteger, nullable=False, server_default=text("0")),
    Column("rows_total", BigInteger),
    _moment("started_at"),
    _moment("finished_at"),
    _text("detail", ""),
    CheckConstraint("status in ('pending', 'running', 'done', 'failed')", name="fw_release_step_status_ck"),
)
"""How far an apply has come: what an interrupted one continues from."""

parked = Table(
    "fw_parked",
    SYSTEM,
    Column("table_name", Text, primary_key=True),
    Column("column_name", Text, primary_key=True, server_default=text("''")),
    _text("entity"),
    _text("attribute", ""),
    _text("type", ""),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'")),
    _now("parked_at"),
    Column("release", Integer),
    Index("fw_parked_attribute_ix", "entity", "attribute"),
)
"""Columns of removed attributes (and, with an empty *column_name*, tables of removed entity types)."""

history = Table(
    "fw_history",
    SYSTEM,
    Column("entity", Text, primary_key=True),
    Column("record_id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    _moment("at", primary_key=True, nullable=False, server_default=func.now()),
    Column("actor", Uuid),
    _text("channel", ""),
    _text("request_id", ""),
    _text("reason", ""),
    _text("op"),
    Column("diff", JSONB, nullable=False),
    Column("release", Integer),
    Column("xid", TransactionId, nullable=False, server_default=text("pg_current_xact_id()")),
    Index("fw_history_actor_ix", "actor", "at", postgresql_where=text("channel = 'form'")),
    Index("fw_history_xid_ix", "xid", "at", "record_id", "version"),
    postgresql_partition_by="RANGE (at)",
)
"""One row for each version of each record: only the attributes that changed, as `{name: [old, new]}`.

*xid* is the transaction that wrote it, which gives the feed of changes its order.
"""

outbox = Table(
    "fw_outbox",
    SYSTEM,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    _text("entity"),
    Column("record_id", Uuid),
    Column("version", Integer),
    _text("op"),
    Column("payload", JSONB),
    _now("at"),
)
"""Events of committed writes, taken by `delete … for update skip locked`."""

idempotency = Table(
    "fw_idempotency",
    SYSTEM,
    Column("actor", Uuid, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request_hash", LargeBinary, nullable=False),
    Column("answer", JSONB),
    _now("at"),
    Index("fw_idempotency_at_ix", "at"),
)
"""Answers kept for retries; *answer* is null while the first request runs."""

series = Table(
    "fw_series",
    SYSTEM,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False, server_default=text("0")),
)
"""The last human number given out, by series. Gaps are allowed, doubles are not."""

file = Table(
    "fw_file",
    SYSTEM,
    Column("id", Uuid, primary_key=True),
    _text("name"),
    _text("media_type"),
    Column("size", BigInteger, nullable=False),
    Column("sha256", LargeBinary, nullable=False),
    Column("created_by", Uuid),
    _now("created_at"),
    Index("fw_file_sha256_ix", "sha256"),
)
"""What is known of an uploaded file; the content is kept under its hash."""

comment = Table(
    "fw_comment",
    SYSTEM,
    Column("id", Uuid, primary_key=True),
    _text("entity"),
    Column("record_id", Uuid, nullable=False),
    Column("author", Uuid),
    _text("text"),
    _now("created_at"),
    _moment("edited_at"),
    Index("fw_comment_record_ix", "entity", "record_id", "created_at"),
)
"""What people wrote on a record."""
