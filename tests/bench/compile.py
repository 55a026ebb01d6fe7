"""How long metadata takes to compile: 1,000 entity types of 30 attributes, cold and with one file changed.

Run `python tests/bench/compile.py [entity types]`. Times depend on the machine;
the ratios compare with parsing the same texts, and with the budgets.
"""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from time import process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "platform"))

from formwright.metadata import Memory, compile_sources
from formwright.metadata.nodes import Source
from formwright.metadata.yaml import parse_text

COLD, CHANGED = 5.0, 0.3  # seconds, for 1,000 entity types
ATTRIBUTES = 30


def entity(number: int, count: int) -> str:
    """Return the file of one entity type: 30 attributes of mixed types, rules, a lifecycle, a form, lists, access."""
    other = (number * 7 + 1) % count
    lines = [
        f"entity: thing_{number}",
        f"number: T{number}-{{000000}}",
        "title: name",
        "attributes:",
        "  name:     {type: text, required: true, max: 200, search: 10}",
        f"  partner:  {{type: reference, to: thing_{other}, where: state == 'active'}}",
        "  amount:   {type: money, default: 0, readonly: state == 'closed'}",
        "  quantity: {type: integer, min: 0, max: 1000}",
        "  total:    {type: money, computed: amount * quantity}",
        "  since:    {type: date, default: = today}",
        "  kind:     {type: choice, choices: [small, medium, large], facet: true}",
        "  partner_name: {type: text, computed: partner.name, visible: partner != null}",
    ]
    for index in range(ATTRIBUTES - 8):
        kinds = (
            "text",
            "{type: integer, min: 0}",
            "{type: date}",
            "boolean",
            "{type: text, required: flag_3}",
        )
        name = f"flag_{index}" if index % 5 == 3 else f"value_{index}"
        lines.append(f"  {name}: {kinds[index % 5]}")
    lines += [
        "rules:",
        "  positive: {valid: amount >= 0, message: The amount must not be negative, fields: [amount]}",
        "lifecycle:",
        "  states: [draft, active, closed]",
        "  transitions:",
        "    activate: {from: draft, to: active, when: total > 0}",
        "    close: {from: active, to: closed, ask: {reason: {type: choice, choices: [done, lost]}}}",
        "forms:",
        "  default:",
        "    - section: General",
        "      fields: [name, kind, amount: {visible: kind != 'small'}, quantity, total, partner]",
        "lists:",
        "  active: {filter: state == 'active', columns: [number, name, partner.name, total], sort: -created_at}",
        "access:",
        "  clerk: {read: owner == user.id || kind == 'small', create: true, update: owner == user.id}",
    ]
    return "\n".join(lines) + "\n"


def seconds(work: object, *arguments: object) -> float:
    """Return the processor time of a call: other programs of the machine count less than on the wall clock."""
    gc.collect()  # what earlier calls left behind is not this call's work
    start = process_time()
    work(*arguments)  # type: ignore[operator]
    return process_time() - start


def main() -> None:
    """Print the times and ratios."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    texts = {f"m{number % 10}/thing_{number}.yaml": entity(number, count) for number in range(count)}
    texts["m0/roles.yaml"] = "roles: {clerk: {}}\n"
    parse = seconds(lambda: [parse_text(Source(path, text)) for path, text in texts.items()])
    memory = Memory()
    cold = seconds(lambda: compile_sources(texts, previous=memory))
    same = seconds(lambda: compile_sources(texts, previous=memory))
    path = "m5/thing_5.yaml"
    label = {**texts, path: texts[path].replace("max: 200", "max: 201")}
    changed = seconds(lambda: compile_sources(label, previous=memory))
    more = {
        **texts,
        path: texts[path] + "  manager: {all: true}\n",
        "m0/roles.yaml": "roles: {clerk: {}, manager: {}}\n",
    }
    added = {**label, path: label[path].replace("  since:", "  extra: text\n  since:")}
    shape = seconds(lambda: compile_sources(added, previous=memory))
    roles = seconds(lambda: compile_sources(more, previous=memory))
    scale = count / 1000
    print(
        f"{count} entity types x {ATTRIBUTES} attributes, {sum(map(len, texts.values())) / 1e6:.1f} MB of YAML"
    )
    print(f"parse only          {parse:7.3f} s   1.0")
    print(
        f"cold                {cold:7.3f} s   {cold / parse:.1f}x parse   {cold / (COLD * scale):.0%} of the budget"
    )
    print(f"nothing changed     {same:7.3f} s   {same / cold:.1%} of cold")
    print(
        f"one file changed    {changed:7.3f} s   {changed / cold:.1%} of cold   {changed / (CHANGED * scale):.0%} of the budget"
    )
    print(
        f"one attribute more  {shape:7.3f} s   {shape / cold:.1%} of cold   {shape / (CHANGED * scale):.0%} of the budget"
    )
    print(
        f"one role more       {roles:7.3f} s   {roles / cold:.1%} of cold (every entity type is made again)"
    )


if __name__ == "__main__":
    main()
