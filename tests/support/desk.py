"""A small metadata, a runtime on it, and short ways to call the services, for tests of the write path."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from formwright.access import SYSTEM, Actor
from formwright.metadata import Model, compile_sources
from formwright.services.commands import Remove, RunAction, Save, Saved, Transition
from formwright.services.identifiers import new_id
from formwright.services.records import save
from formwright.services.runtime import FixedModel, Runtime
from formwright.storage.database import Database
from formwright.storage.releases import Request, apply

__all__ = ["FILES", "Desk", "actor", "build", "compiled", "desk_on"]

MODULE = """
module: shop
label: Shop
"""
ROLES = """
roles:
  clerk: {}
  boss: {}
  guest: {}
  admin: {label: Administrator, all: true}
"""
CLIENT = """
entity: client
number: CL-{0000}
title: name
attributes:
  name:     {type: text, required: true, max: 80, search: 5}
  email:    {type: email, unique: true}
  phone:    {type: phone, region: CZ}
  country:  {type: text, default: CZ, max: 2}
  tax_no:   {type: text, max: 20}
  secret:   {type: text, sensitive: true}
  inner:    {type: text}
  score:    {type: integer, readonly: true, min: 0, max: 100}
  since:    {type: date, default: = today}
  tags:     {type: tags}
  ceiling:  {type: money, default: 0, min: 0}
  vip:      {type: boolean, default: false}
  vip_note: {type: text, visible: vip, required: vip, on_hide: clear}
  frozen:   {type: text, readonly: "state == 'closed'"}
  owner:    {default: = user.id}
  parent:   {type: reference, to: client, where: "id != record.id"}
  sales:    {type: children, of: sale, by: client}
  ordered:  {type: money, computed: "sales|sum('total')", index: true}
  initial:  {type: text, computed: "name|upper"}
types:
  person:
    attributes:
      born:  {type: date}
  firm:
    attributes:
      reg_no: {type: text, required: true}
unique:
  - {of: [country, tax_no], when: "state != 'closed'", message: This tax number is taken.}
acyclic: {parent: 4}
rules:
  known:   {valid: "email != null || phone != null || type != 'firm'", message: A firm needs an e-mail or a phone., fields: [email, phone]}
  large:   {valid: "ceiling <= 1000", message: This ceiling is high., severity: warning, fields: [ceiling]}
lifecycle:
  states: [fresh, active, closed]
  transitions:
    activate: {from: fresh, to: active, when: "email != null", otherwise: An active client has an e-mail., do: [{emit: client.activated}]}
    close:    {from: [fresh, active], to: closed, by: [boss], ask: {why: {type: text, required: true, max: 10}}, do: [{set: {inner: = params.why}}]}
    sink:     {from: any, to: closed, hidden: true}
access:
  clerk: {read: "owner == user.id || owner == null", create: true, update: "owner == user.id", hide: [inner], mask: [secret], readonly: [ceiling]}
  boss:  {all: true, transitions: {activate: false}}
actions:
  greet: {label: Greet, by: [boss], when: "state != 'closed'", ask: {word: {type: text, required: true}}, call: shop.greet}
on:
  - {when: created, if: "type == 'firm'", do: [{set: {vip: true, vip_note: A firm}}, {create: note, values: {client: = id, text: "= 'New: ' + name"}}]}
  - {when: "changed:email", do: [{notify: {role: boss, text: "{name} has {email}"}}]}
  - {when: removed, do: [{emit: client.gone}]}
"""
SALE = """
entity: sale
number: "{year}-{000}"
title: number
attributes:
  client: {type: reference, to: client, required: true}
  note:   {type: text}
  lines:  {type: children, of: line, by: sale}
  total:  {type: money, computed: "lines|sum('amount')"}
rules:
  capped: {valid: "lines|length <= 5", message: Five lines at most., fields: [lines]}
access:
  clerk: {read: true, create: true, update: true}
  boss:  {all: true}
"""
LINE = """
entity: line
embedded: true
title: what
attributes:
  sale:   {type: reference, to: sale, required: true}
  what:   {type: text, required: true}
  count:  {type: integer, default: 1, min: 1}
  price:  {type: money, default: 0}
  amount: {type: money, computed: count * price}
  flag:   {type: text, computed: "parent.note"}
"""
NOTE = """
entity: note
title: text
attributes:
  client: {type: reference, to: client, on_delete: cascade}
  text:   {type: text, max: 2000}
access:
  boss: {all: true}
"""
CALL = """
entity: visit
title: topic
attributes:
  client: {type: reference, to: client, on_delete: clear}
  about:  {type: any, to: [client, sale]}
  topic:  {type: text}
access:
  "*": {read: true, create: true, update: true, delete: true}
"""
FILES = {
    "shop/module.yaml": MODULE,
    "shop/roles.yaml": ROLES,
    "shop/client.yaml": CLIENT,
    "shop/sale.yaml": SALE,
    "shop/line.yaml": LINE,
    "shop/note.yaml": NOTE,
    "shop/visit.yaml": CALL,
}

_models: dict[str, Model] = {}


def compiled(files: Mapping[str, str] = FILES) -> Model:
    """Return the Model of *files*, compiled once."""
    key = repr(sorted(files.items()))
    if key not in _models:
        _models[key] = compile_sources(files)
    return _models[key]


async def build(database: Database) -> None:
    """Make the tables of the small metadata, and three users."""
    await apply(database, Request(model=compiled()))
    for login in ("ann", "bob", "eve"):
        await database.execute(
            "insert into fw_user (id, login, name, roles) values ($1, $2, $3, $4)",
            new_id(),
            login,
            login.title(),
            ["boss"] if login == "bob" else ["clerk"],
        )


def actor(identity: UUID, *roles: str, **more: Any) -> Actor:
    """Return an actor with *roles*."""
    return Actor(str(identity), more.pop("login", "x"), "X", frozenset(roles), **more)


@dataclass
class Desk:
    """A runtime with a clock of its own, and who works there."""

    runtime: Runtime
    users: dict[str, UUID]
    moment: datetime = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)
    events: list[Any] = field(default_factory=list)

    @property
    def ann(self) -> Actor:
        """A clerk."""
        return actor(self.users["ann"], "clerk", login="ann")

    @property
    def bob(self) -> Actor:
        """The boss."""
        return actor(self.users["bob"], "boss", login="bob")

    def as_user(self, login: str) -> Actor:
        """A user of the database, with the role that the tests gave."""
        role = {"ann": "sales_rep", "bob": "crm_manager"}[login]
        return actor(self.users[login], role, login=login)

    def later(self, **delta: float) -> None:
        self.moment += timedelta(**delta)

    async def save(
        self,
        entity: str,
        values: Mapping[str, Any],
        identity: UUID | None = None,
        by: Actor = SYSTEM,
        **more: Any,
    ) -> Saved:
        return await save(self.runtime, Save(entity=entity, values=values, id=identity, actor=by, **more))

    async def transition(
        self, entity: str, identity: UUID, name: str, by: Actor = SYSTEM, **more: Any
    ) -> Saved:
        from formwright.services.moves import transition

        return await transition(
            self.runtime, Transition(entity=entity, id=identity, name=name, actor=by, **more)
        )

    async def remove(self, entity: str, identity: UUID, by: Actor = SYSTEM, **more: Any) -> Saved:
        from formwright.services.removing import remove

        return await remove(self.runtime, Remove(entity=entity, id=identity, actor=by, **more))

    async def restore(self, entity: str, identity: UUID, by: Actor = SYSTEM, **more: Any) -> Saved:
        from formwright.services.removing import restore

        return await restore(self.runtime, Remove(entity=entity, id=identity, actor=by, **more))

    async def act(self, entity: str, identity: UUID, name: str, by: Actor = SYSTEM, **more: Any) -> Saved:
        from formwright.services.acting import run_action

        return await run_action(
            self.runtime, RunAction(entity=entity, id=identity, name=name, actor=by, **more)
        )

    async def row(self, entity: str, identity: UUID) -> dict[str, Any]:
        row = await self.runtime.database.fetchrow(f'select * from "{entity}" where id = $1', identity)
        assert row is not None
        return dict(row)

    async def count(self, table: str) -> int:
        return int(await self.runtime.database.fetchval(f'select count(*) from "{table}"'))

    async def history(self, identity: UUID) -> list[dict[str, Any]]:
        rows = await self.runtime.database.fetch(
            "select * from fw_history where record_id = $1 order by version", identity
        )
        return [dict(row) for row in rows]

    async def outbox(self) -> list[dict[str, Any]]:
        return [dict(row) for row in await self.runtime.database.fetch("select * from fw_outbox order by id")]


async def desk_on(database: Database, model: Model | None = None, **functions: Any) -> Desk:
    """Return a desk on a database with the small metadata applied."""
    rows = await database.fetch("select login, id from fw_user")
    runtime = Runtime(database=database, models=FixedModel(model or compiled()), functions=functions)
    desk = Desk(runtime, {row["login"]: UUID(str(row["id"])) for row in rows})
    desk.runtime = replace(runtime, clock=lambda: desk.moment)
    return desk


async def together(*works: Any) -> list[Any]:
    """Run *works* at the same time; return results and exceptions."""
    return await asyncio.gather(*works, return_exceptions=True)
