"""The one way from files to the Model: load, unfold, merge, outline, build, order, freeze."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

from formwright.attributes import Catalogue, builtin
from formwright.expressions import Registry, standard
from formwright.expressions.sql.probe import Probe
from formwright.metadata.borrow import Borrowed, borrow, lent_texts
from formwright.metadata.build.context import Surroundings, Use, Workpiece
from formwright.metadata.build.entity import build_entity
from formwright.metadata.build.records import build_records
from formwright.metadata.declarations import EntityDeclaration, read
from formwright.metadata.load import Unit, as_sources, load, read_folders
from formwright.metadata.merge import layers, merge_all
from formwright.metadata.model import EntityType, Model, Role
from formwright.metadata.modules import check_navigation, module_ranks, read_modules, read_roles
from formwright.metadata.names import check_name
from formwright.metadata.nodes import Scalar, Source
from formwright.metadata.order import check_cycles
from formwright.metadata.provenance import Provenance
from formwright.metadata.shapes import Shape, Shapes, shape_of
from formwright.metadata.texts import Texts, read_texts
from formwright.problems import ProblemError, Problems, suggest

__all__ = ["Memory", "check", "compile_metadata", "compile_sources"]


@dataclass(slots=True)
class Outlined:
    """The shape of an entity type, and the files it was made of."""

    units: list[Unit]
    shape: Shape


@dataclass(slots=True)
class Built:
    """An entity type, and what it was made of besides its own files."""

    shape: Shape
    texts: Texts
    around: tuple[object, ...]
    consulted: dict[str, Shape | None]
    lent: dict[str, object]  # texts of entity types whose choices it borrows
    entity: EntityType
    problems: Problems
    uses: list[Use]


@dataclass(slots=True)
class Memory:
    """What one compile leaves for the next: parsed files, shapes, entity types whose inputs may not change.

    Hand the same memory to each compile of the same folders; it is never
    wrong, only sometimes of no use. Not to be shared between threads.
    """

    parsed: dict[str, Unit] = field(default_factory=dict)
    outlined: dict[str, Outlined] = field(default_factory=dict)
    borrowed: dict[str, Borrowed] = field(default_factory=dict)
    built: dict[str, Built] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Against:
    """What is there besides the files: attribute types, functions of expressions, functions of plugins."""

    catalogue: Catalogue | None
    registry: Registry | None
    calls: Collection[str] | None


def compile_metadata(
    folders: Path | str | Iterable[Path | str],
    catalogue: Catalogue | None = None,
    registry: Registry | None = None,
    previous: Memory | None = None,
    *,
    calls: Collection[str] | None = None,
) -> Model:
    """Return the Model of all metadata below *folders* (each holds one folder a module, or is one file).

    *catalogue* and *registry* are those of the built-ins when not given.
    *calls* are the functions that plugins offer; None leaves them unchecked.
    Raises ProblemError with every problem of every file. Warnings are in the
    Model.
    """
    problems = Problems()
    given = [folders] if isinstance(folders, Path | str) else folders
    sources = read_folders(given, problems)
    return _compile(sources, problems, Against(catalogue, registry, calls), previous)


def compile_sources(
    texts: Mapping[str, str],
    catalogue: Catalogue | None = None,
    registry: Registry | None = None,
    previous: Memory | None = None,
    *,
    calls: Collection[str] | None = None,
) -> Model:
    """Return the Model of *texts* by path below the metadata root (``crm/customer.yaml``)."""
    return _compile(as_sources(texts), Problems(), Against(catalogue, registry, calls), previous)


def check(
    paths: Iterable[Path | str],
    catalogue: Catalogue | None = None,
    registry: Registry | None = None,
    *,
    calls: Collection[str] | None = None,
) -> tuple[Model | None, Problems]:
    """Return the Model and its warnings, or None and every problem."""
    problems = Problems()
    try:
        model = compile_metadata(list(paths), catalogue, registry, calls=calls)
    except ProblemError as error:
        problems.extend(error.problems)
        return None, problems
    problems.extend(model.warnings)
    return model, problems


def _compile(
    sources: list[Source],
    problems: Problems,
    against: Against,
    memory: Memory | None,
) -> Model:
    with _uncollected():
        return _made(sources, problems, against, memory or Memory())


@contextmanager
def _uncollected() -> Iterator[None]:
    """Hold the cycle collector back: a compile makes a million objects that stay, and nothing to collect."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _made(sources: list[Source], problems: Problems, against: Against, memory: Memory) -> Model:
    units = load(sources, memory.parsed, problems)
    problems.raise_errors()  # what a broken file would have declared is unknown: the rest could only guess
    run = _Run(units, memory, against, problems)
    entities = run.entities()
    run.finish(entities)
    records = build_records((unit for unit in units if unit.kind == "records"), run.shapes, problems)
    problems.raise_errors()
    digest = sha256("\n".join(sorted(source.digest for source in sources)).encode()).hexdigest()
    return Model(
        checksum=digest,
        modules=run.modules,
        entities=MappingProxyType(entities),
        roles=run.roles,
        locales=run.locales,
        provenance=Provenance({name: shape.declared.node for name, shape in run.shapes.items()}),
        records=records,
        warnings=tuple(problems),
    )


_types: list[Catalogue] = []


def _builtin_types() -> Catalogue:
    """Return one catalogue of the built-in types for all compiles: equal objects keep memories useful."""
    if not _types:
        _types.append(builtin())
    return _types[0]


class _Run:
    """One compile: the passes behind loading, and what they hand on."""

    def __init__(
        self,
        units: list[Unit],
        memory: Memory,
        against: Against,
        problems: Problems,
    ) -> None:
        self.memory, self.problems = memory, problems
        self.catalogue = against.catalogue or _builtin_types()
        self.registry, self.calls = against.registry or standard(), against.calls
        self.texts, self.locales = read_texts((u for u in units if u.kind == "locale"), problems)
        self.modules, self.declared = read_modules(units, self._texts("$modules"), problems)
        self.roles: Mapping[str, Role] = read_roles(units, self._texts("$roles"), problems)
        self.layers = layers(units, module_ranks(self.modules), problems)
        self.shapes = borrow(self._shapes(), memory.borrowed)
        for shape in self.shapes.values():
            problems.extend(shape.problems)

    def _texts(self, name: str) -> Texts:
        return self.texts.setdefault(name, Texts())

    # -- shapes --------------------------------------------------------------------

    def _shapes(self) -> dict[str, Shape]:
        """Return the shape of each entity type, those whose files did not change from memory."""
        outlined = {}
        for name, units in self.layers.items():
            kept = self.memory.outlined.get(name)
            if kept is None or not _same_objects(kept.units, units):
                kept = self._outline(name, units)
            if kept is not None:
                outlined[name] = kept
        self.memory.outlined = {
            name: kept for name, kept in outlined.items() if not kept.shape.problems.errors
        }
        return {name: kept.shape for name, kept in outlined.items()}

    def _outline(self, name: str, units: list[Unit]) -> Outlined | None:
        problems = Problems()
        node = units[0].tree.get("entity")
        if isinstance(node, Scalar):
            check_name(node, "entity type", problems)
        declared = read(EntityDeclaration, merge_all(units, problems), name, problems)
        if declared is None:
            self.problems.extend(problems)
            return None
        shape = shape_of(name, declared, self.catalogue)
        shape.problems.extend(problems)
        return Outlined(units, shape)

    # -- entity types ----------------------------------------------------------------

    def entities(self) -> dict[str, EntityType]:
        """Return the entity types, those whose inputs did not change from memory."""
        parents = self._parents()
        roles = frozenset(self.roles)
        around = Surroundings(
            shapes=self.shapes,
            parents=parents,
            roles=roles,
            catalogue=self.catalogue,
            registry=self.registry,
            calls=self.calls,
            texts=self.texts,
            probe=Probe(Shapes(self.shapes)),
        )
        built = {}
        for name, shape in self.shapes.items():
            key = (
                parents.get(name),
                roles,
                self.catalogue,
                self.registry,
                self.calls,
                self.layers[name][0].module,
            )
            texts = self._texts(name)
            kept = self.memory.built.get(name)
            if kept is None or not self._still_good(kept, shape, texts, key):
                kept = self._build(name, shape, texts, around, key)
            texts.asked = kept.texts.asked
            self.problems.extend(kept.problems)
            built[name] = kept
        self.memory.built = {name: each for name, each in built.items() if not each.problems.errors}
        return {name: each.entity for name, each in built.items()}

    def _still_good(self, kept: Built, shape: Shape, texts: Texts, around: tuple[object, ...]) -> bool:
        """Whether nothing that the entity type was made of has changed."""
        if kept.shape is not shape or kept.around != around or kept.texts.said != texts.said:
            return False
        if kept.lent != lent_texts(shape, self.texts):
            return False
        for name, before in kept.consulted.items():
            now = self.shapes.get(name)
            if now is not before:
                if now is None or before is None or not now.looks_like(before):
                    return False
                kept.consulted[name] = now
        return True

    def _build(
        self, name: str, shape: Shape, texts: Texts, around: Surroundings, key: tuple[object, ...]
    ) -> Built:
        piece = Workpiece(name, shape, around, texts)
        entity = build_entity(piece, self.layers[name][0].module)
        consulted = {other: self.shapes.get(other) for other in piece.shapes.consulted}
        lent = lent_texts(shape, self.texts)
        return Built(shape, texts, key, consulted, lent, entity, piece.problems, piece.uses)

    def _parents(self) -> dict[str, tuple[str, ...]]:
        """Return for each entity type those that have it as children."""
        found: dict[str, list[str]] = {}
        for name, shape in self.shapes.items():
            for outline in shape.outlines.values():
                child = outline.options.get("of")
                if child:
                    found.setdefault(child, []).append(name)
        return {child: tuple(dict.fromkeys(parents)) for child, parents in found.items()}

    # -- the whole -----------------------------------------------------------------------

    def finish(self, entities: dict[str, EntityType]) -> None:
        """Check what only all entity types together can tell."""
        check_cycles(entities.values(), self.shapes, self.problems)
        check_navigation(self.declared, entities, self.problems)
        self._check_earlier_names(entities)
        for name, texts in self.texts.items():
            if name.startswith("$") or name in entities:
                texts.report_unasked(self.problems)
            else:
                place = next(iter(next(iter(texts.said.values())).values())).key.place if texts.said else None
                sentence = f"There is no entity type `{name[:60]}` that could have texts."
                if place:
                    self.problems.add("unknown-entity", sentence, place, suggest(name, entities))

    def _check_earlier_names(self, entities: dict[str, EntityType]) -> None:
        claimed: dict[str, str] = {}
        for name, shape in self.shapes.items():
            for earlier in shape.declared.was or ():
                if earlier in entities or earlier in claimed:
                    other = earlier if earlier in entities else claimed[str(earlier)]
                    sentence = f"`{name}` cannot have been `{earlier}`: `{other}` has or had that name."
                    self.problems.add("was-in-use", sentence, earlier.place, "remove the `was`")
                claimed[str(earlier)] = name


def _same_objects(one: list[Unit], other: list[Unit]) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))
