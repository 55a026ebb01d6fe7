"""Modules and roles: read, and put in the order of what they require."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from formwright.metadata.declarations import ModuleDeclaration, Name, RoleDeclaration, RolesDeclaration, read
from formwright.metadata.load import ENVIRONMENT, Unit, problem_of_two
from formwright.metadata.model import EntityType, Module, Role
from formwright.metadata.names import check_name
from formwright.metadata.options import words_of_name
from formwright.metadata.texts import Texts
from formwright.problems import Problems, suggest

__all__ = ["check_navigation", "module_ranks", "read_modules", "read_roles"]

Declared = dict[str, ModuleDeclaration]


def read_modules(
    units: Iterable[Unit], texts: Texts, problems: Problems
) -> tuple[Mapping[str, Module], Declared]:
    """Return the modules: one for each folder that holds files, whether or not it has a `module.yaml`."""
    declared: Declared = {}
    folders: dict[str, Unit] = {}
    for unit in units:
        folders.setdefault(unit.module, unit)
        if unit.kind == "module":
            _read_module(unit, declared, problems)
    names = sorted({*declared, *(name for name in folders if name != ENVIRONMENT)})
    _check_required(declared, names, problems)
    found = {}
    for name in names:
        module = declared.get(name)
        label = texts.translated((name, "label"), _label(module.label if module else None, name))
        found[name] = Module(
            name=name,
            label=label,
            icon=str((module and module.icon) or "box"),
            order=module.order if module and module.order is not None else 100,
            requires=tuple(str(other) for other in (module.requires or () if module else ())),
            navigation=tuple(str(each) for each in (module.navigation or () if module else ())),
            place=module.place if module else folders[name].place,
        )
    return MappingProxyType(found), declared


def _label(words: object, name: str) -> dict[str, str]:
    texts: dict[str, str] | None = getattr(words, "texts", None)
    return texts or {"": words_of_name(name)}


def _read_module(unit: Unit, declared: Declared, problems: Problems) -> None:
    module = read(ModuleDeclaration, unit.tree, "module", problems)
    if module is None or module.module is None or not check_name(module.module.scalar, "module", problems):
        return
    if module.module != unit.module and "/" in unit.source.path:
        sentence = f"The module `{module.module}` lies in the folder `{unit.module}`."
        problems.add("wrong-folder", sentence, module.module.place, f"write `module: {unit.module}`")
        return
    first = declared.setdefault(str(module.module), module)
    if first is not module:
        sentence = f"The module `{module.module}` is declared twice."
        problems.extend([problem_of_two("duplicate-module", sentence, module.place, first.place)])


def _check_required(declared: Declared, names: list[str], problems: Problems) -> None:
    for name, module in declared.items():
        for required in module.requires or ():
            if required not in names:
                sentence = f"There is no module `{required[:60]}`."
                problems.add("unknown-module", sentence, required.place, suggest(required, names))
            elif name in _all_required(str(required), declared):
                sentence = f"The modules `{name}` and `{required}` require each other."
                problems.add("module-cycle", sentence, required.place)


def _all_required(name: str, declared: Declared) -> set[str]:
    """Return *name* and all modules it requires, directly or not."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            module = declared.get(current)
            waiting.extend(str(other) for other in (module.requires or () if module else ()))
    return found


def module_ranks(modules: Mapping[str, Module]) -> dict[str, int]:
    """Return the rank of each module: behind all that it requires, then by name."""
    depth: dict[str, int] = {}

    def deep(name: str, above: tuple[str, ...]) -> int:
        if name not in depth and name in modules and name not in above:
            below = [deep(other, (*above, name)) for other in modules[name].requires]
            depth[name] = 1 + max(below, default=0)
        return depth.get(name, 0)

    ordered = sorted(modules, key=lambda name: (deep(name, ()), name))
    return {name: rank for rank, name in enumerate(ordered)}


def read_roles(units: Iterable[Unit], texts: Texts, problems: Problems) -> Mapping[str, Role]:
    """Return the roles of all modules; the environment may change them."""
    found: dict[Name, RoleDeclaration] = {}
    roles = [unit for unit in units if unit.kind == "roles"]
    for unit in sorted(roles, key=lambda unit: (unit.module == ENVIRONMENT, unit.source.path)):
        declared = read(RolesDeclaration, unit.tree, "roles", problems)
        for name, role in (declared.roles or {} if declared else {}).items():
            if not check_name(name.scalar, "role", problems):
                continue
            first = found.get(name)
            if first is not None and unit.module != ENVIRONMENT:
                sentence = f"The role `{name}` is declared twice."
                problems.extend([problem_of_two("duplicate-role", sentence, name.place, first.place)])
            found[name] = role
    return MappingProxyType(
        {
            str(name): Role(
                name=str(name),
                label=texts.translated((str(name), "label"), _label(role.label, name)),
                all=bool(role.all),
                place=role.place,
            )
            for name, role in found.items()
        }
    )


def check_navigation(declared: Declared, entities: Mapping[str, EntityType], problems: Problems) -> None:
    """Note navigation entries that lead nowhere."""
    for module in declared.values():
        for entry in module.navigation or ():
            name, slash, view = entry.partition("/")
            entity = entities.get(name)
            if entity is None:
                sentence = f"There is no entity type `{name[:60]}`."
                problems.add("unknown-entity", sentence, entry.place, suggest(name, entities))
            elif entity.embedded:
                sentence = f"`{name}` is embedded: it has no pages that navigation could lead to."
                problems.add("embedded-navigation", sentence, entry.place)
            elif slash and view not in entity.lists:
                sentence = f"Entity type `{name}` has no list `{view[:60]}`."
                problems.add("unknown-list", sentence, entry.place, suggest(view, entity.lists))
