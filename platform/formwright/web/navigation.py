"""One navigation for everybody, made from modules and trimmed to what the actor may read."""

from __future__ import annotations

from dataclasses import dataclass

from formwright.access import Actor, may
from formwright.metadata.model import EntityType, Model, Module

__all__ = ["NavigationGroup", "NavigationLink", "navigation"]


@dataclass(frozen=True, slots=True)
class NavigationLink:
    """One entry: where it leads and how it looks."""

    label: str
    href: str
    icon: str
    entity: str


@dataclass(frozen=True, slots=True)
class NavigationGroup:
    """The entries of one module."""

    label: str
    icon: str
    links: tuple[NavigationLink, ...]


def navigation(model: Model, actor: Actor, locale: str) -> tuple[NavigationGroup, ...]:
    """Return the groups in the order of modules; a module without readable entries is left out."""
    groups = (_group(model, module, actor, locale) for module in sorted(model.modules.values(), key=_order))
    return tuple(group for group in groups if group.links)


def _order(module: Module) -> tuple[int, str]:
    return module.order, module.name


def _group(model: Model, module: Module, actor: Actor, locale: str) -> NavigationGroup:
    links = tuple(
        _link(model.entities[name.partition("/")[0]], name.partition("/")[2], locale)
        for name in module.navigation
        if not may(model.entities[name.partition("/")[0]], "read", actor).denied
    )
    return NavigationGroup(module.label.get(locale), module.icon, links)


def _link(entity: EntityType, view: str, locale: str) -> NavigationLink:
    label = entity.lists[view].label if view in entity.lists else entity.plural
    href = f"/{entity.name}?list={view}" if view else f"/{entity.name}"
    return NavigationLink(label.get(locale), href, entity.icon, entity.name)
