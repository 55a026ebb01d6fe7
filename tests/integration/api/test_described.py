"""The description of the API: valid, as far as the caller may go, and true of what the API answers."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

pytestmark = pytest.mark.anyio
FIRM = {
    "name": "Ada",
    "type": "firm",
    "reg_no": "12",
    "email": "ada@example.org",
    "rank": "high",
    "score": 7,
    "worth": "12.50",
    "met_at": "2026-02-28T10:30:00+01:00",
    "since": "2026-02-28",
    "secret": "a secret text",
    "notes": [{"text": "one"}],
}


def validator(document: dict[str, Any], name: str) -> Draft202012Validator:
    registry = Registry().with_resource("urn:api", DRAFT202012.create_resource(document))
    schema = {"$ref": f"urn:api#/components/schemas/{name}"}
    return Draft202012Validator(schema, registry=registry, format_checker=Draft202012Validator.FORMAT_CHECKER)


def references(node: Any):
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for each in node.values():
            yield from references(each)
    elif isinstance(node, list):
        for each in node:
            yield from references(each)


@pytest.mark.parametrize("login", ["admin", "clerk", "seller"])
async def test_every_schema_is_one_and_every_reference_leads_somewhere(api, login):
    document = (await (await api.user(login)).get("/openapi.json")).json()
    assert document["openapi"] == "3.1.0"
    for name, schema in document["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert name.replace(".", "").replace("_", "").isalnum()
    for reference in references(document):
        found: Any = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
    names = [
        o["operationId"] for path in document["paths"].values() for o in path.values() if isinstance(o, dict)
    ]
    assert len(names) == len(set(names))


async def test_what_is_answered_and_taken_is_what_is_described(api):
    client = await api.user("admin")
    document = (await client.get("/openapi.json")).json()
    region = (await client.post("/region", json={"name": "North"})).json()
    body = {**FIRM, "region": region["id"]}
    validator(document, "client.create").validate(body)
    found = (await client.post("/client", json=body)).json()
    validator(document, "client").validate(found)
    expanded = (await client.get(f"/client/{found['id']}?expand=region,notes,owner")).json()
    validator(document, "client").validate(expanded)
    narrowed = (await client.get(f"/client/{found['id']}?fields=name")).json()
    validator(document, "client").validate(narrowed)
    problem = (await client.post("/client", json={"nam": 1})).json()
    validator(document, "fw.problem").validate(problem)


@pytest.mark.parametrize(
    "wrong",
    [{"nam": "x"}, {"type": "person", "name": "x", "reg_no": "1"}, {"type": "person"}, {"type": "x", "name": "y"},
     {"type": "firm", "name": "x", "score": -1}, {"type": "firm", "name": "x", "id": "1"}],
)  # fmt: skip
async def test_the_schema_refuses_what_the_api_refuses(api, wrong):
    client = await api.user("admin")
    document = (await client.get("/openapi.json")).json()
    assert not validator(document, "client.create").is_valid(wrong)
    assert (await client.post("/client", json=wrong)).status_code == 422


async def test_hidden_attributes_and_forbidden_operations_are_not_described(api):
    clerk = (await (await api.user("clerk")).get("/openapi.json?role=me")).json()
    seller = (await (await api.user("seller")).get("/openapi.json")).json()
    reader = (await (await api.user("admin", scopes=("read",))).get("/openapi.json")).json()
    assert "inner" not in json.dumps(clerk["components"]["schemas"]["client"])
    assert clerk["components"]["schemas"]["client"]["oneOf"][0]["properties"]["secret"]["type"] == [
        "string",
        "null",
    ]
    assert "/api/visit" not in seller["paths"]
    assert "delete" not in seller["paths"]["/api/client/{id}"]
    assert set(reader["paths"]["/api/client"]) == {"get"}
    assert "/api/client/bulk" not in reader["paths"]


async def test_only_administrators_see_the_document_of_a_role(api):
    seen = (await (await api.user("admin")).get("/openapi.json?role=seller")).json()
    assert seen == (await (await api.user("seller")).get("/openapi.json")).json()
    assert (await (await api.user("clerk")).get("/openapi.json?role=admin")).status_code == 403
    assert (await (await api.user("admin")).get("/openapi.json?role=nobody")).status_code == 400


@pytest.mark.parametrize("purpose", ["record", "create", "patch"])
async def test_the_schema_of_an_entity_type_stands_alone(api, purpose):
    client = await api.user("admin")
    answer = await client.get(f"/client/schema?of={purpose}")
    schema = answer.json()
    Draft202012Validator.check_schema(schema)
    assert answer.headers["content-type"] == "application/schema+json"
    body = FIRM if purpose == "create" else {"name": "B", "reg_no": None}
    if purpose == "record":
        body = (await client.post("/client", json=FIRM)).json()
        assert [part["properties"]["type"] for part in schema["oneOf"]] == [
            {"const": "person"},
            {"const": "firm"},
        ]
    Draft202012Validator(schema).validate(body)
    assert (await client.get("/client/schema?of=x")).status_code == 400
    assert (await (await api.user("seller")).get("/visit/schema")).status_code == 404
