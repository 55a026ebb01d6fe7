"""Files that people send: kept by their hash in a private folder, known by a row, read with their record."""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import insert, or_, select, true

from formwright.access import Actor, field_rights
from formwright.metadata.model import Attribute, EntityType
from formwright.problems import Place, Problem
from formwright.services.identifiers import new_id
from formwright.services.reading import readable_rows
from formwright.services.refusals import Invalid, NotFound, Unavailable
from formwright.services.runtime import Runtime
from formwright.services.work import Work, open_work
from formwright.storage.system_tables import file as FILE  # noqa: N812 - a table, used like a constant

__all__ = ["FileStore", "StoredFile", "Upload", "find_file", "is_foreign", "names_of", "sniff", "store_file"]

LARGEST = 7 * 1024 * 1024
LONGEST_NAME = 120
PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif")
SIGNS: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
)
ENDINGS = {
    ".csv": "text/csv",
    ".txt": "text/plain",
    ".json": "application/json",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
OTHER = "application/octet-stream"


class FileStore:
    """A private folder with one file for each content, named by its SHA-256."""

    def __init__(self, folder: Path) -> None:
        """Use *folder*, which is made when the first file comes."""
        self._folder = folder

    def path(self, digest: bytes) -> Path:
        """Return where the content with this hash lies."""
        name = digest.hex()
        return self._folder / name[:2] / name

    def put(self, content: bytes) -> bytes:
        """Keep *content* and return its hash; the same content is kept once."""
        digest = hashlib.sha256(content).digest()
        path = self.path(digest)
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            half = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
            half.touch(mode=0o600)
            half.write_bytes(content)
            os.replace(half, path)  # noqa: PTH105 - atomic, like rename, and replaces
        return digest


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What is known of a file, and where its content lies."""

    id: UUID
    name: str
    media_type: str
    size: int
    path: Path


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent, for the field at a path."""

    field: str
    name: str
    content: bytes


def sniff(content: bytes, name: str) -> str:
    """Return the media type by the first bytes; where they say little, by the ending of the name."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    found = next((kind for sign, kind in SIGNS if content.startswith(sign)), OTHER)
    ending = ENDINGS.get(Path(name).suffix.lower(), OTHER)
    if found == "application/zip":
        return ending if ending.startswith("application/vnd.") else found
    if found == OTHER and ending.startswith(("text/", "application/json")) and b"\0" not in content[:4096]:
        return ending
    return found


def safe_name(name: str) -> str:
    """Return the last part of *name* without signs that mislead: paths, controls, directions of writing."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C").strip(" .")
    stem, dot, ending = kept.rpartition(".")
    if len(kept) > LONGEST_NAME:
        kept = f"{stem[: LONGEST_NAME - len(ending) - 1]}{dot}{ending[:20]}" if stem else kept[:LONGEST_NAME]
    return kept or "file"


async def store_file(runtime: Runtime, actor: Actor, attribute: Attribute, upload: Upload) -> UUID:
    """Keep a file for *attribute* and return its id; the same file of the same actor has one id.

    Raises Invalid at the field: too large, empty, or of a kind that the
    attribute does not accept; Unavailable without a folder for files.
    """
    store, content = _store(runtime), upload.content
    name = safe_name(upload.name)
    media_type = sniff(content, name)
    problem = _against(attribute, name, content, media_type)
    if problem is not None:
        raise Invalid([problem.at(Place(field=upload.field))])
    digest = await asyncio.to_thread(store.put, content)
    mine = (FILE.c.sha256 == digest, FILE.c.name == name, FILE.c.created_by == UUID(actor.id))
    known = await runtime.database.fetchval(select(FILE.c.id).where(*mine).limit(1))
    if isinstance(known, UUID):
        return known
    identity = new_id()
    row = {
        "id": identity,
        "name": name,
        "media_type": media_type,
        "size": len(content),
        "sha256": digest,
        "created_by": UUID(actor.id),
    }
    await runtime.database.execute(insert(FILE).values(**row))
    return identity


def _store(runtime: Runtime) -> FileStore:
    if not isinstance(runtime.files, FileStore):
        raise Unavailable.of("no-file-store", "This installation has no folder for files.")
    return runtime.files


def _against(attribute: Attribute, name: str, content: bytes, media_type: str) -> Problem | None:
    largest = min(attribute.options.get("max_size") or LARGEST, LARGEST)
    if not content:
        return Problem("empty-file", "The file is empty.")
    if len(content) > largest:
        return Problem("file-too-large", f"The file is larger than {largest:,} bytes.")
    accepted: Iterable[str] = attribute.options.get("accept") or (
        PICTURES if attribute.type.name == "image" else ()
    )
    if accepted and not any(_fits(each, name, media_type) for each in accepted):
        return Problem(
            "file-kind", f"This kind of file is not accepted: {media_type}.", hint=", ".join(accepted)
        )
    return None


def _fits(accepted: str, name: str, media_type: str) -> bool:
    if accepted.startswith("."):
        return name.lower().endswith(accepted)
    kind, _, rest = accepted.partition("/")
    return media_type.startswith(f"{kind}/") if rest == "*" else media_type == accepted


async def find_file(runtime: Runtime, actor: Actor, identity: UUID) -> StoredFile:
    """Return a file that the actor sent, or that a record holds which the actor may read; raise NotFound."""
    work = open_work(runtime, runtime.database, actor)
    row = await runtime.database.fetchrow(select(FILE).where(FILE.c.id == identity))
    allowed = row is not None and (row["created_by"] == UUID(actor.id) or await _held(work, identity))
    if row is None or not allowed:
        raise NotFound.of("not-found", "There is no such file.")
    path = _store(runtime).path(row["sha256"])
    return StoredFile(row["id"], row["name"], row["media_type"], row["size"], path)


async def _held(work: Work, identity: UUID) -> bool:
    """Return whether a living record that the actor may read holds the file in an open attribute."""
    for entity in work.model.entities.values():
        names = [name for name, attribute in entity.attributes.items() if _holds_files(entity, attribute)]
        rights, table = field_rights(entity, work.rights), work.source.table(entity.name)
        open_ones = [table.c[name] == identity for name in names if rights.open(name)]
        if open_ones:
            living = (table.c.deleted_at.is_(None), readable_rows(work, entity))
            query = select(true()).select_from(table).where(or_(*open_ones), *living).limit(1)
            if await work.session.fetchval(query):
                return True
    return False


def _holds_files(entity: EntityType, attribute: Attribute) -> bool:
    stored = attribute.name in entity.stored and not attribute.sparse
    return stored and attribute.type.name in ("file", "image")


async def is_foreign(work: Work, identity: UUID, *, missing: bool = False) -> bool:
    """Return whether the actor may not read a file, nor pass it on; *missing*: there is none."""
    owner = await work.session.fetchrow(select(FILE.c.created_by).where(FILE.c.id == identity))
    if owner is None:
        return missing
    if work.rights.system or owner["created_by"] == work.actor_id:
        return False
    return not await _held(work, identity)


async def names_of(runtime: Runtime, ids: Iterable[UUID]) -> Mapping[str, str]:
    """Return the names of files by the text of their id."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = await runtime.database.fetch(select(FILE.c.id, FILE.c.name).where(FILE.c.id.in_(wanted)))
    return {str(row["id"]): row["name"] for row in rows}
