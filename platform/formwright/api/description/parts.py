"""Parts of the OpenAPI document that every operation shares."""

from __future__ import annotations

from typing import Any

from formwright.api.asking import MOST_NAMES

__all__ = ["PARAMETERS", "RESPONSES", "SHARED_SCHEMAS", "TEXT", "Schema", "parameter", "problems", "shared"]

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}

PROBLEM: Schema = {
    "title": "Problem details (RFC 9457)",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "fields", "problems"],
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "instance": TEXT,
        "code": {**TEXT, "description": "The code of the first problem."},
        "fields": {"type": "object", "additionalProperties": {"type": "array", "items": TEXT}},
        "problems": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["code", "sentence"],
                "properties": {"code": TEXT, "sentence": TEXT, "hint": TEXT, "field": TEXT, "severity": TEXT},
            },
        },
    },
}
OUTCOME: Schema = {
    "title": "What became of one operation",
    "type": "object",
    "required": ["index", "status"],
    "properties": {
        "index": {"type": "integer", "minimum": 0},
        "status": {"type": "integer"},
        "id": {"type": ["string", "null"]},
        "number": {"type": ["string", "null"]},
        "version": {"type": "integer"},
        "code": TEXT,
        "fields": PROBLEM["properties"]["fields"],
    },
}
SHARED_SCHEMAS: Schema = {"fw.problem": PROBLEM, "fw.outcome": OUTCOME}

STATUSES = {
    400: "The request cannot be read.",
    401: "Credentials are missing, or open nothing.",
    403: "Not allowed.",
    404: "There is no such thing, for this caller.",
    409: "The state of things does not allow it.",
    412: "The record has a newer version.",
    413: "The body is too large.",
    415: "The content type is not taken here.",
    422: "The input has problems.",
    428: "If-Match is missing.",
    503: "Not available at the moment.",
}
RESPONSES: Schema = {
    f"p{status}": {
        "description": sentence,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/fw.problem"}}},
    }
    for status, sentence in STATUSES.items()
}


def problems(*statuses: int) -> Schema:
    """Return references to the answers for *statuses* and those that every operation can give."""
    wanted = sorted({400, 401, 403, 404, 503, *statuses})
    return {str(status): {"$ref": f"#/components/responses/p{status}"} for status in wanted}


def parameter(name: str, where: str, schema: Schema, description: str, **more: Any) -> Schema:
    """Return one parameter."""
    return {"name": name, "in": where, "schema": schema, "description": description, **more}


KEY = parameter(
    "Idempotency-Key",
    "header",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "Makes a retry give the first answer.",
)
WORD = {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}
MATCH = {"type": "string", "pattern": r'^("[0-9]{1,9}"|\*)$'}
PARAMETERS: Schema = {
    "key": KEY,
    "if-match": parameter("If-Match", "header", MATCH, "The version that is meant, or `*`.", required=True),
    "if-match-maybe": parameter("If-Match", "header", MATCH, "The version that is meant."),
    "if-none-match": parameter("If-None-Match", "header", MATCH, "304 when this is the version."),
    "acknowledge": parameter(
        "acknowledge",
        "query",
        {"type": "array", "items": WORD, "maxItems": MOST_NAMES, "uniqueItems": True},
        "Names of warnings that are accepted.",
        style="form",
        explode=False,
    ),
    "reason": parameter(
        "reason",
        "query",
        {"type": "string", "maxLength": 2000, "pattern": "^[^\\u0000]*$"},
        "Why; kept in the history.",
    ),
}


def shared(*names: str) -> list[Schema]:
    """Return references to shared parameters."""
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]
