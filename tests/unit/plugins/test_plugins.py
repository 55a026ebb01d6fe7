"""Plugins: found, ordered, imported, registered; a broken one is a problem and nothing else."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from formwright.attributes import builtin_formats
from formwright.metadata import compile_sources
from formwright.plugins import Plugins, load_plugins
from formwright.problems import as_text

GOOD = '''
from typing import ClassVar

from formwright.attributes import AttributeType, Format, Search
from formwright.expressions import Form, Function, Parameter, Example, Kind, Type

from . import words


class Barcode(AttributeType):
    """A number printed as bars."""

    name = "barcode"
    label = "Barcode"
    kind = "text"
    keys: ClassVar = {"digits": {"type": "integer", "minimum": 8, "maximum": 14}}
    search: ClassVar = Search()

    def parse(self, raw, options, locale="en"):
        return str(raw) or None


def double(value):
    return value * 2


def register(registry):
    registry.attribute_type(Barcode)
    registry.format(Format("good.word", "word", "word", str.lower))
    registry.function(Function(
        name="doubled", forms=frozenset({Form.TRANSFORM}),
        parameters=(Parameter("number", frozenset({Kind.INTEGER})),),
        result=Type(Kind.INTEGER), python=double, doc="Twice.", examples=(Example("2|doubled", {}, 4),),
    ))

    @registry.call("good.greet")
    async def greet(call):
        return words.HELLO

    @registry.demo("good")
    async def load(loader):
        return None

    @registry.on("started")
    async def started(runtime):
        return None
'''


def write(folder: Path, name: str, code: str, manifest: str = "", **files: str) -> None:
    (folder / name).mkdir(parents=True)
    (folder / name / "plugin.yaml").write_text(manifest or f"plugin: {name}\n")
    (folder / name / "plugin.py").write_text(code)
    for module, text in files.items():
        (folder / name / f"{module}.py").write_text(text)


def codes(plugins: Plugins) -> list[str]:
    return [problem.code for problem in plugins.problems]


@pytest.fixture
def good(tmp_path: Path) -> Path:
    write(tmp_path, "good", GOOD, words='HELLO = "hello"\n')
    return tmp_path


def test_a_plugin_registers_everything(good: Path) -> None:
    plugins = load_plugins(good)
    assert not len(plugins.problems), as_text(plugins.problems)
    registry = plugins.registry
    assert asyncio.run(registry.calls["good.greet"](None)) == "hello"
    assert list(registry.demos) == ["good"]
    assert len(registry.hooks["started"]) == 1
    assert registry.types.find("barcode") is not None
    assert builtin_formats().get("good.word") is not None
    assert plugins.manifests["good"].label == "good"


def test_metadata_uses_what_plugins_add(good: Path) -> None:
    registry = load_plugins(good).registry
    text = """
entity: thing
attributes:
  code: {type: barcode, digits: 13, search: 5}
  word: {type: text, format: good.word}
  size: {type: integer, computed: "2|doubled"}
actions:
  greet: {call: good.greet}
"""
    model = compile_sources(
        {"a/thing.yaml": text}, registry.types, registry.functions, calls=registry.calls.keys()
    )
    thing = model.entities["thing"]
    assert thing.attributes["code"].type.name == "barcode"
    assert thing.attributes["size"].computed.value({}) == 4


def test_a_plugin_can_be_loaded_again_in_the_same_process(good: Path) -> None:
    load_plugins(good)
    (good / "good/words.py").write_text('HELLO = "good day"\n')
    again = load_plugins(good)
    assert not len(again.problems), as_text(again.problems)
    assert asyncio.run(again.registry.calls["good.greet"](None)) == "good day"


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("x = 1\n1 / 0\n", 2),
        ("def register(:\n", 1),
        ("import nothing_of_this_name\n", 1),
        ("x = 1\n", 1),
        ("def register(registry):\n    registry.nonsense()\n", 2),
        ("raise SystemError\n", 1),
    ],
)
def test_a_broken_plugin_is_a_problem_at_its_line_and_leaves_nothing(
    good: Path, code: str, line: int
) -> None:
    write(good, "bad", code)
    plugins = load_plugins(good)
    [problem] = plugins.problems
    assert (problem.code, problem.place.line) == ("broken-plugin", line)
    assert "bad" in problem.place.file
    assert list(plugins.manifests) == ["good"]


def test_what_was_registered_before_the_exception_does_not_count(tmp_path: Path) -> None:
    write(tmp_path, "bad", "def register(registry):\n    registry.call('bad.f')(print)\n    1 / 0\n")
    assert load_plugins(tmp_path).registry.calls == {}


def test_misnamed_and_doubled_registrations_are_problems(tmp_path: Path) -> None:
    body = (
        "def register(registry):\n"
        "    registry.call('other.f')(print)\n    registry.call('one.F')(print)\n"
        "    registry.call('one.f')(print)\n    registry.call('one.f')(print)\n"
        "    registry.on('sunrise')(print)\n"
    )
    write(tmp_path, "one", body)
    plugins = load_plugins(tmp_path)
    assert codes(plugins) == ["bad-registration"] * 4
    assert list(plugins.registry.calls) == ["one.f"]


def test_an_attribute_type_that_exists_stays(tmp_path: Path) -> None:
    code = (
        "from formwright.attributes import AttributeType\n"
        "class Text(AttributeType):\n    name = 'text'\n    label = 'Mine'\n    kind = 'text'\n"
        "def register(registry):\n    registry.attribute_type(Text)\n"
    )
    write(tmp_path, "mine", code)
    plugins = load_plugins(tmp_path)
    assert codes(plugins) == ["duplicate-attribute-type"]
    assert plugins.registry.types.get("text").label != "Mine"


def test_plugins_come_behind_what_they_require(tmp_path: Path) -> None:
    empty = "def register(registry):\n    pass\n"
    write(tmp_path, "a", empty, "plugin: a\nrequires: [b]\n")
    write(tmp_path, "b", empty)
    write(tmp_path, "c", empty, "plugin: c\nrequires: [nowhere]\n")
    write(tmp_path, "d", empty, "plugin: d\nrequires: [e]\n")
    write(tmp_path, "e", empty, "plugin: e\nrequires: [d]\n")
    plugins = load_plugins(tmp_path)
    assert list(plugins.manifests) == ["b", "a"]
    assert codes(plugins) == ["missing-plugin"] * 3


@pytest.mark.parametrize(
    "manifest",
    [
        "",
        "- a\n",
        "plugin: other\n",
        "plugin: odd\ncolour: red\n",
        "plugin: odd\nentry: ../x.py\n",
        "plugin: [odd]\n",
        "plugin: odd\nrequires: a\n",
        "plugin: 'odd\n",
        "x: " + "y" * 30_000,
    ],
)
def test_a_bad_manifest_is_a_problem(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd/plugin.yaml").write_text(manifest)
    plugins = load_plugins(tmp_path)
    assert set(codes(plugins)) == {"bad-manifest"}
    assert plugins.manifests == {}


def test_two_plugins_of_one_name_are_a_problem(tmp_path: Path) -> None:
    for folder in (tmp_path / "x", tmp_path / "y"):
        write(folder, "same", "def register(registry):\n    pass\n")
    plugins = load_plugins([tmp_path / "x", tmp_path / "y"])
    assert codes(plugins) == ["duplicate-plugin"]


def test_no_folder_holds_no_plugins(tmp_path: Path) -> None:
    assert load_plugins(tmp_path / "nowhere").manifests == {}
