"""What is known of a rule, as a page of Markdown and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cnilint.engine.checks import IGNORE_CHECKS
from cnilint.engine.example import ExampleTrial
from cnilint.engine.rule import CHANGE
from cnilint.engine.ruleset import Rule
from cnilint.model.finding import Level
from cnilint.start import NamedTuple, lazy_pattern

from .json_ import JSONObject, finding_object, json_text
from .markup import code, fenced, link, prose
from .words import SECTIONS, place

SCHEMA = "cnilint.rule/v1"
INDEX = "README.md"

FAMILIES = {
    "CNI1": "Multus and its master",
    "CNI2": "Conflicts between installs",
    "CNI3": "Multus's own manifest",
    "CNI4": "The settings of aws-vpc-cni",
    "CNI5": "Networks and pods",
    "CNI6": "What a change does to nodes that already run",
    "CNI9": "The files, and the ignores in them",
}
HOUSE = "Rules of the house"

FIXES = {
    "safe": "`cnilint check --fix`",
    "unsafe": "`cnilint check --fix --unsafe-fixes`",
    "display": "shown, and made by hand",
    "none": "none",
}

INTRODUCTION = (
    "A safe fix is made by `cnilint check --fix`, an unsafe one with `--unsafe-fixes` as well, and "
    "one that is displayed by hand. `cnilint rule CNI101` prints the page of a rule."
)

_CODE = lazy_pattern(r"`([^`]+)`")


class Page(NamedTuple):
    """A rule with its examples, tried; `settings` has those that change what it finds, in words."""

    rule: Rule
    examples: tuple[ExampleTrial, ...]
    settings: Mapping[str, str]


def family(rule: Rule) -> str:
    """Return what the rules that begin as this one are about."""
    return FAMILIES.get(rule.id[:4], HOUSE)


def can_be_ignored_beside(rule: Rule) -> bool:
    """Whether a comment can ignore it: those about ignores are not for one to silence."""
    return not any(check in IGNORE_CHECKS for check in rule.check)


def page_object(page: Page) -> JSONObject:
    """Return everything about a rule as plain values."""
    rule = page.rule
    return {
        "id": rule.id,
        "name": rule.name,
        "family": family(rule),
        "level": str(rule.level),
        "summary": rule.summary,
        "message": rule.message,
        "fix": rule.fix,
        "scope": rule.scope,
        "help": dict(rule.help),
        "settings": dict(page.settings),
        "links": list(rule.links),
        "examples": [
            {
                "bad": dict(each.example.bad),
                "findings": [finding_object(finding) for finding in each.bad],
                "good": dict(each.example.good),
            }
            for each in page.examples
        ],
    }


def page_json(page: Page) -> str:
    """Return everything about a rule as one JSON object."""
    return json_text({"schema": SCHEMA, **page_object(page)})


def page_markdown(page: Page) -> str:
    """Return a rule's page."""
    rule = page.rule
    parts = [
        f"# {rule.id}: {rule.name}",
        f"{_text(rule.summary)}.",
        f"Level: **{rule.level}**. Fix: {_text(FIXES[rule.fix])}. [All rules]({INDEX})",
    ]
    for key in ("what", "why"):
        parts += _section(rule, key)
    for number, each in enumerate(page.examples, 1):
        parts += _example(each, f" {number}" if len(page.examples) > 1 else "")
    for key in ("fix", "fix-safety"):
        parts += _section(rule, key)
    parts += _configuration(page)
    if rule.links:
        parts += ["## Links", "\n".join(f"- {link(each)}" for each in rule.links)]
    return "\n\n".join(parts) + "\n"


def index_markdown(found: Sequence[Rule]) -> str:
    """Return the page that leads to those of some rules, by family."""
    parts = ["# Rules", INTRODUCTION]
    for title in dict.fromkeys(map(family, found)):
        rows = [_row(rule) for rule in found if family(rule) == title]
        head = "| Rule | Level | Fix | What it finds |\n|---|---|---|---|"
        parts += [f"## {title}", "\n".join([head, *rows])]
    return "\n\n".join(parts) + "\n"


def configuration(rule: Rule) -> list[str]:
    """Return how a rule is set in a file of configuration, one line each."""
    return [
        "severity:",
        f"  {rule.id}: {_other_level(rule)} # or error, warning, note, off",
        f"ignore: [{rule.id}] # the rule is not run",
        "per-file-ignores:",
        f"  'test/**': [{rule.id}]",
    ]


def ignores(rule: Rule) -> list[str]:
    """Return how a finding is ignored beside what it is about: a comment, and an annotation."""
    return [
        f"# cnilint: ignore[{rule.id}] the reason",
        f'cnilint.dev/ignore: "{rule.id}: the reason"',
    ]


def _section(rule: Rule, key: str) -> list[str]:
    return [f"## {SECTIONS[key]}", _text(rule.help[key])] if rule.help[key] else []


def _example(each: ExampleTrial, number: str) -> Iterator[str]:
    yield f"## Example{number}"
    for name, text in each.example.bad.items():
        yield _file(name, text)
    if each.bad:
        compares = each.rule.scope == CHANGE
        yield f"`cnilint {'diff before after' if compares else 'check'}` says:"
        said = [f"{place(one.location)}: {one.rule} {one.message}" for one in each.bad]
        yield fenced(said, "text")
    yield f"## Example{number}, fixed"
    for name, text in each.example.changed.items():
        yield _file(name, text)
    removed = [code(name) for name in each.example.bad if name not in each.example.good]
    if removed:
        yield f"Without {', '.join(removed)}."
    if len(each.example.good) > len(each.example.changed):
        yield "The other files stay as they are." if each.example.changed else "The rest stays."


def _file(name: str, text: str) -> str:
    language = "json" if name.endswith(".json") else "yaml"
    return f"{code(name)}\n\n{fenced(text.splitlines(), language)}"


def _configuration(page: Page) -> Iterator[str]:
    rule = page.rule
    yield "## Configuration"
    if rule.level is Level.OFF:
        yield "It is off by itself, and runs when it has a level or is named by `select`."
    yield fenced(["# .cnilint.yaml, any of these", *configuration(rule)], "yaml")
    if can_be_ignored_beside(rule):
        yield "Beside what it is about, as a comment or as an annotation of the object:"
        yield fenced(ignores(rule), "yaml")
    if rule.scope == "file":
        yield "One file is enough to judge by: it runs with `--scope file`, too."
    if rule.scope == CHANGE:
        yield "It compares a cluster before a change with the same one after it: `cnilint diff`."
    if page.settings:
        yield "What it finds depends on these settings:"
        yield "\n".join(f"- `{name}`: {_text(said)}" for name, said in page.settings.items())


def _row(rule: Rule) -> str:
    name = f"[{rule.id}]({rule.id}.md) {rule.name}"
    fix = rule.fix if rule.fix != "none" else ""
    return f"| {name} | {rule.level} | {fix} | {_text(rule.summary)} |"


def _other_level(rule: Rule) -> str:
    return "error" if rule.level is not Level.ERROR else "warning"


def _text(text: str) -> str:
    """Return prose in which what stands between backticks is code."""
    parts = _CODE.split(text)
    return "".join(code(part) if at % 2 else _prose(part) for at, part in enumerate(parts))


def _prose(text: str) -> str:
    start, end = (" " if text[at : at + 1].isspace() else "" for at in (0, len(text) - 1))
    said = prose(text)
    return f"{start}{said}{end}" if said else start
