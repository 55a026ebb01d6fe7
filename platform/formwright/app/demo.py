"""Demo users, with one password for all of them."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from formwright.services.passwords import PASSWORDS
from formwright.services.runtime import Runtime
from formwright.services.users import create_user, list_users, set_password

__all__ = ["DEMO_USERS", "demo_password", "ensure_demo_users"]

DOMAIN = "example.org"
DEMO_USERS = {  # role -> name
    "admin": "Alena Správcová",
    "sales_rep": "Radek Prodejný",
    "sales_manager": "Simona Vedoucí",
    "care_agent": "Cyril Pečlivý",
    "crm_manager": "Marta Řídící",
}


def demo_password(chosen: str, data: Path) -> str:
    """Return the password of all demo users: the chosen one, else a random one that the data folder keeps."""
    if chosen:
        return chosen
    path = data / "demo-password"
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(secrets.token_urlsafe(9))
    return path.read_text(encoding="utf-8").strip()


async def ensure_demo_users(runtime: Runtime, password: str) -> list[tuple[str, str]]:
    """Make the missing demo users, give all of them *password*, and return (login, role label) pairs.

    Roles that the metadata does not declare are left out.
    """
    known = {user["login"]: user for user in await list_users(runtime)}
    found = []
    for role, name in DEMO_USERS.items():
        if role not in runtime.model.roles:
            continue
        login = f"{role}@{DOMAIN}"
        if login not in known:
            await create_user(
                runtime, login, name, password, roles=[role], email=login, zone="Europe/Prague", checked=False
            )
        elif not await _has(runtime, login, password):
            await set_password(runtime, known[login]["id"], password)
        found.append((login, str(runtime.model.roles[role].label)))
    return found


async def _has(runtime: Runtime, login: str, password: str) -> bool:
    stored = await runtime.database.fetchval("select password_hash from fw_user where login = $1", login)
    return await PASSWORDS.verify(stored, password)
