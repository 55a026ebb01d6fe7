"""Which names metadata may give: one form for all, and the words that mean something already.

SQL keywords are allowed (`order`, `group`): every identifier is quoted. `name`
is allowed as an attribute, because it is what most records have; expressions
and pages only ever see it as a key of a plain mapping.
"""

from __future__ import annotations

import re
from unicodedata import normalize

from formwright.metadata.nodes import Scalar
from formwright.problems import Place, Problems

__all__ = ["REFINABLE", "SYSTEM", "check_name", "folded", "reserved_reason"]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FORM = re.compile(r"[a-z][a-z0-9_]{0,40}")
PATTERN = "^[a-z][a-z0-9_]{0,40}$"

SYSTEM = _words(
    "id number type state version owner created_at created_by updated_at updated_by deleted_at "
    "external_refs release"
)
REFINABLE = ("type", "state", "number", "owner")

COLUMNS = {"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid", "oid"}
PROGRAM = _words(
    "metadata registry query session c columns class def self cls print lambda async await match "
    "constructor prototype then length none true false null in"
)
EXPRESSION = {"record", "old", "user", "today", "now", "params"}
ROUTES = _words(
    "new edit delete search export import history api static health login logout me admin openapi "
    "schema metrics bulk changes ready studio"
)
PARAMETERS = _words("limit offset cursor sort order page fields filter q include expand format lang")
OWN = {*SYSTEM, "tenant_id", "owner_id"}
LOOKALIKES = str.maketrans("асеорхуіјѕһԁԛԝ", "aceopxyijshdqw")


def folded(name: str) -> str:
    """Return *name* without differences that readers or other programs do not see.

    Case, compatibility forms and Cyrillic letters that look Latin are folded:
    two names with equal folded forms cannot live side by side.
    """
    return normalize("NFKC", normalize("NFKC", name).casefold().replace("i̇", "i")).translate(LOOKALIKES)


def reserved_reason(name: str, what: str) -> str:
    """Return why *name* cannot name *what* (``attribute``, ``entity type``, …), or an empty text."""
    if what not in ("attribute", "entity type"):
        return ""
    if name in COLUMNS:
        return "it is a system column of PostgreSQL"
    if name in OWN:
        return "every record has it already"
    if name in EXPRESSION:
        return "expressions use it for something else"
    if name in PROGRAM:
        return "it is a word of the programs that read it"
    if what == "attribute" and name in PARAMETERS:
        return "the API uses it as a parameter"
    if what == "entity type" and name in ROUTES:
        return "the pages and the API use it as an address"
    if what == "entity type" and name.startswith("fw_"):
        return "names that begin with `fw_` are kept for system tables"
    return ""


def check_name(name: Scalar, what: str, problems: Problems) -> bool:
    """Return whether the text of *name* may name *what*; note the problem when it may not."""
    return check_text(name.text, what, name.place, problems)


def check_text(text: str, what: str, place: Place, problems: Problems) -> bool:
    """Return whether *text* may name *what*; note the problem at *place* when it may not."""
    if not FORM.fullmatch(text):
        form = "a letter a–z, then up to 40 of a–z, 0–9, _"
        sentence = f"`{text[:80]}` cannot name {_article(what)}: a name is {form}."
        problems.add("bad-name", sentence, place, _way_out(text))
        return False
    reason = reserved_reason(text, what)
    if reason:
        sentence = f"`{text}` cannot name {_article(what)}: {reason}."
        problems.add(
            "reserved-name", sentence, place, f"say more: `{text}_code`, `{text}_text`, `own_{text}`"
        )
    return not reason


def _way_out(text: str) -> str:
    proposal = re.sub(r"[^a-z0-9_]+", "_", folded(text)).strip("_")[:41]
    return f"write `{proposal}`" if FORM.fullmatch(proposal) else ""


def _article(what: str) -> str:
    return f"an {what}" if what[0] in "aeiou" else f"a {what}"
