"""The command line: `formwright check`, `run`, `plan`, `apply` and the others."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import click

from formwright import __version__
from formwright.access import Actor
from formwright.app.logs import configure_logs
from formwright.app.opening import database_url, open_database, open_released
from formwright.app.progress import Bar
from formwright.app.running import run as run_everything
from formwright.app.serving import bind
from formwright.app.settings import Settings, settings_from
from formwright.app.workshop import Workshop
from formwright.expressions.catalogue import catalogue_text
from formwright.metadata.explain import Explained
from formwright.metadata.explain import explain as explained
from formwright.metadata.options import plain
from formwright.metadata.schema import schema
from formwright.problems import Problem, ProblemError, as_json, as_text
from formwright.services.runtime import Runtime
from formwright.services.tokens import DEFAULT_DAYS, SCOPES, TokenAsked, add_token, list_tokens, revoke_token
from formwright.services.users import actor_of_user, create_user, list_users
from formwright.storage import releases
from formwright.storage.database import Database
from formwright.storage.rendering import plan_as_json, plan_as_text

__all__ = ["cli", "main"]

T = TypeVar("T")


def main() -> int:
    """Run the command line and return its exit status: 0 well, 1 problems, 2 wrong usage."""
    try:
        cli.main(standalone_mode=False)
    except ProblemError as error:
        click.echo(as_text(error.problems), err=True)
        return 1
    except click.ClickException as error:
        error.show()
        return 2
    except (click.Abort, KeyboardInterrupt):
        return 130
    except SystemExit as leaving:
        return int(leaving.code or 0)
    return 0


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__)
@click.pass_context
def cli(context: click.Context) -> None:
    """Metadata in, a running business application out."""
    configure_logs()
    context.obj = settings_from(os.environ)


def _say(problems: tuple[Problem, ...], as_json_too: bool) -> None:
    if as_json_too:
        click.echo(json.dumps(as_json(problems), indent=2, ensure_ascii=False))
    elif problems:
        click.echo(as_text(problems), err=True)


@cli.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_data", is_flag=True, help="Print problems as JSON.")
@click.pass_obj
def check(settings: Settings, paths: tuple[Path, ...], as_data: bool) -> None:
    """Read all metadata and print every problem."""
    workshop = Workshop.open(settings)
    workshop.folders = paths or workshop.folders
    try:
        model = workshop.compile()
    except ProblemError as error:
        _say((*workshop.problems, *error.problems), as_data)
        sys.exit(1)
    _say((*workshop.problems, *model.warnings), as_data)
    if not as_data:
        attributes = sum(len(e.attributes) for e in model.entities.values())
        click.echo(f"{len(model.entities)} entity types with {attributes} attributes: no problems.")
    sys.exit(1 if workshop.problems else 0)


@cli.command("schema")
@click.pass_obj
def print_schema(settings: Settings) -> None:
    """Print the JSON Schema of metadata files, for editors."""
    types = Workshop.open(settings).plugins.registry.types
    click.echo(json.dumps(schema(types), indent=1, ensure_ascii=False))


@cli.command()
@click.argument("path")
@click.option("--json", "as_data", is_flag=True)
@click.pass_obj
def explain(settings: Settings, path: str, as_data: bool) -> None:
    """Say what customer or customer.email is, and which file said so."""
    model = Workshop.open(settings).compile()
    found = explained(model, path)
    click.echo(json.dumps(_explained(found), indent=2, ensure_ascii=False) if as_data else str(found))


def _explained(found: Explained) -> dict[str, Any]:
    says = [
        {"path": each.path, "value": plain(each.value), "places": [str(place) for place in each.places]}
        for each in found.says
    ]
    readers = [{"path": f"{each.entity}.{each.path}", "place": str(each.place)} for each in found.readers]
    return {"path": found.path, "sentence": found.sentence, "says": says, "readers": readers}


@cli.command()
@click.pass_obj
def functions(settings: Settings) -> None:
    """Print what expressions can call."""
    click.echo(catalogue_text(Workshop.open(settings).plugins.registry.functions))


@cli.command()
@click.pass_obj
def run(settings: Settings) -> None:
    """Set everything up and serve with demo data; follow the metadata files."""
    run_everything(settings)


def _with_database(settings: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    async def inner(url: str) -> T:
        async with open_database(settings, url) as database:
            return await work(database)

    with database_url(settings) as url:
        return asyncio.run(inner(url))


@cli.command()
@click.option("--json", "as_data", is_flag=True)
@click.pass_obj
def plan(settings: Settings, as_data: bool) -> None:
    """Show what the metadata would change in the database, and at what cost. Changes nothing."""
    model = Workshop.open(settings).compile()
    found = _with_database(settings, lambda database: releases.plan(database, model))
    click.echo(json.dumps(plan_as_json(found), indent=2) if as_data else plan_as_text(found))
    sys.exit(1 if found.problems else 0)


@cli.command()
@click.option("--note", default="", help="Why; kept with the release.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def apply(settings: Settings, note: str, yes: bool) -> None:
    """Make the database as the metadata says, as a new release."""
    from formwright.app.data import load_shipped

    workshop = Workshop.open(settings)
    model, texts = workshop.compile(), workshop.texts()

    async def work(database: Database) -> releases.Outcome:
        found = await releases.plan(database, model)
        click.echo(plan_as_text(found))
        if not found.problems and not found.is_empty and not yes and sys.stdin.isatty():
            click.confirm("Apply this?", abort=True)
        with Bar() as bar:
            request = releases.Request(model=model, files=texts, note=note, expected=found)
            outcome = await releases.apply(database, request, report=bar.report)
        opened = await open_released(settings, database, workshop)
        await load_shipped(opened.runtime)
        return outcome

    outcome = _with_database(settings, work)
    click.echo(f"Release {outcome.number}." if outcome.number else "Nothing to do.")


@cli.command()
@click.argument("number", type=int)
@click.pass_obj
def rollback(settings: Settings, number: int) -> None:
    """Go back to the metadata of release NUMBER, as a new release. Nothing that users typed is lost."""
    workshop = Workshop.open(settings)

    async def work(database: Database) -> releases.Outcome:
        with Bar("Going back") as bar:
            return await releases.rollback(database, number, workshop.compile_texts, report=bar.report)

    outcome = _with_database(settings, work)
    click.echo(plan_as_text(outcome.plan))
    click.echo(f"Release {outcome.number}: the metadata of release {number}. The files are as they were.")


@cli.command("releases")
@click.pass_obj
def list_releases(settings: Settings) -> None:
    """List the releases, the newest first."""
    for release in _with_database(settings, releases.list_releases):
        when = release.applied_at.strftime("%Y-%m-%d %H:%M")
        click.echo(
            f"{release.number:>5}  {when}  {release.status:<8} {release.changes:>4} changes  {release.note}"
        )


@cli.command()
@click.option("--host", default=None, help="Where to listen; the loopback address when not given.")
@click.option("--port", type=int, default=None)
@click.option("--workers", type=click.IntRange(1, 64), default=1, help="How many processes.")
@click.pass_obj
def serve(settings: Settings, host: str | None, port: int | None, workers: int) -> None:
    """Serve the newest release, without demo data and without following files."""
    from formwright.app.production import serve_processes

    sock = bind(host or settings.host, settings.port if port is None else port)
    with sock, database_url(settings) as url:
        serve_processes(settings, url, sock, workers)


@cli.command()
@click.option("--check", "only_check", is_flag=True, help="Do one round of work and leave.")
@click.pass_obj
def worker(settings: Settings, only_check: bool) -> None:
    """Do the regular work beside the web processes."""
    from formwright.app.production import work_until_stopped

    with database_url(settings) as url:
        asyncio.run(work_until_stopped(settings, url, once=only_check))


@cli.group()
def user() -> None:
    """Users of the installation."""


@user.command("add")
@click.argument("login")
@click.option("--name", required=True)
@click.option("--role", "roles", multiple=True)
@click.option(
    "--password", prompt=True, hide_input=True, confirmation_prompt=True, envvar="FORMWRIGHT_PASSWORD"
)
@click.pass_obj
def add_user(settings: Settings, login: str, name: str, roles: tuple[str, ...], password: str) -> None:
    """Make a user who signs in as LOGIN."""
    workshop = Workshop.open(settings)

    async def work(database: Database) -> Any:
        opened = await open_released(settings, database, workshop)
        return await create_user(opened.runtime, login, name, password, roles=roles)

    click.echo(f"{login}: {_with_database(settings, work)}")


@user.command("list")
@click.pass_obj
def show_users(settings: Settings) -> None:
    """List the users."""
    workshop = Workshop.open(settings)

    async def work(database: Database) -> list[dict[str, Any]]:
        return await list_users((await open_released(settings, database, workshop)).runtime)

    for row in _with_database(settings, work):
        click.echo(f"{row['login']:<36} {row['name']:<28} {', '.join(row['roles'])}")


@cli.group()
def token() -> None:
    """API tokens: with one a program acts as a user."""


@token.command("add")
@click.argument("login")
@click.option("--name", required=True, help="What it is for.")
@click.option("--scope", "scopes", multiple=True, type=click.Choice(SCOPES), default=("read",))
@click.option("--entity", "entities", multiple=True, help="Only this entity type; may be given again.")
@click.option("--days", type=int, default=DEFAULT_DAYS, show_default=True, help="How long it lives.")
@click.pass_obj
def make_token(
    settings: Settings,
    *,
    login: str,
    name: str,
    scopes: tuple[str, ...],
    entities: tuple[str, ...],
    days: int,
) -> None:
    """Make a token of the user LOGIN and print it. It is shown only now."""
    asked = TokenAsked(name=name, scopes=scopes, entities=entities, days=days)
    click.echo(_as_user(settings, login, lambda runtime, actor: add_token(runtime, actor, asked)))


@token.command("list")
@click.argument("login")
@click.pass_obj
def show_tokens(settings: Settings, login: str) -> None:
    """List the tokens of the user LOGIN."""
    for each in _as_user(settings, login, list_tokens):
        state = "revoked" if each.revoked_at else f"until {each.expires_at:%Y-%m-%d}"
        within = ", ".join(each.entities) or "everything"
        click.echo(f"{each.id}  {each.name:<28} {', '.join(each.scopes):<12} {state:<18} {within}")


@token.command("revoke")
@click.argument("login")
@click.argument("id", type=click.UUID)
@click.pass_obj
def end_token(settings: Settings, login: str, id: UUID) -> None:  # noqa: A002 - the name of the argument
    """End the token ID of the user LOGIN."""
    _as_user(settings, login, lambda runtime, actor: revoke_token(runtime, actor, id))
    click.echo("Revoked.")


def _as_user(settings: Settings, login: str, work: Callable[[Runtime, Actor], Awaitable[T]]) -> T:
    workshop = Workshop.open(settings)

    async def inner(database: Database) -> T:
        runtime = (await open_released(settings, database, workshop)).runtime
        actor = await actor_of_user(runtime, login)
        if actor is None:
            raise ProblemError([Problem("unknown-login", f"There is no active user `{login[:100]}`.")])
        return await work(runtime, actor)

    return _with_database(settings, inner)


if __name__ == "__main__":
    sys.exit(main())
