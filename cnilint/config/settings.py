"""The settings of a run: options before the environment before a file before what is built in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from cnilint.catalog.catalog import Product, products
from cnilint.catalog.release import Release, release
from cnilint.engine.ignores.ignore import ENTRY, Ignore, Scope, Word
from cnilint.engine.policy import EVERYTHING, Policy, no_such_rule, standing_for, switched
from cnilint.engine.ruleset import Rule, house_rules
from cnilint.errors import ConfigurationError, did_you_mean, nearest_word
from cnilint.report.formats import KNOWN, no_such_format

from .location import confined, nearest

BASELINE = ".cnilint-baseline.json"
"""The baseline that is written where no setting names one."""

PREFIX = "CNILINT_"
LIKE_ENOUGH = 0.75
"""How near a variable has to be to one that is known: others may be somebody else's."""

FILE_VARIABLE = "CNILINT_CONFIG"
"""The variable that names the file; each setting has one of its own, such as CNILINT_FAIL_ON."""

ALSO_VARIABLES = {"host_files": "CNILINT_HOST_FILE", "targets": "CNILINT_TARGET"}
"""Variables called like the option, where that is not called like the setting."""

BUILT_IN = "built in"

Texts = tuple[str, ...]
Steps = tuple[str | int, ...]
Layer = tuple[Mapping[str, Any], Callable[[Steps], str]]
"""Settings of one origin, by name, and what a person calls the place of one of them."""


class Settings(NamedTuple):
    """Every setting, and the file that some are from (empty: none).

    `house` are the rules that lie in `rules_dirs`. `origins` has where a setting comes from, by its
    name, and by name and key for a mapping; what is not in it is built in.
    """

    select: Texts = ()
    ignore: Texts = ()
    severity: Mapping[str, str] = {}
    fail_on: str = "warning"
    per_file_ignores: Mapping[str, Texts] = {}
    ignores: tuple[Ignore, ...] = ()
    baseline: str = ""
    output_format: Texts = ("full",)
    host_files: Texts = ()
    runtime: str = "containerd"
    targets: Mapping[str, str] = {}
    primary: str = ""
    rules_dirs: Texts = ()
    house: tuple[Rule, ...] = ()
    file: str = ""
    origins: Mapping[Texts, str] = {}

    @property
    def folder(self) -> str:
        """The absolute path of the folder that patterns count from."""
        return os.path.dirname(os.path.abspath(self.file or "here"))


DEFAULTS = Settings()
SETTINGS = tuple(name for name in Settings._fields if name not in ("house", "file", "origins"))
VARIABLES = tuple(name for name in SETTINGS if name != "ignores")
"""The settings that a variable can have: all that fit into a line."""


def settings(
    options: Mapping[str, object],
    environment: Mapping[str, str],
    file: str | None = None,
    paths: Sequence[str] = (),
    house: Sequence[Rule] | None = None,
) -> Settings:
    """Return the settings of a run over some paths.

    `options` has what the command line says: a text or a list of texts for each setting, and None
    or an empty list for one that was not given. `file` is None for the nearest one, empty for none.
    `house` are rules that take the place of those in `rules_dirs`.
    ConfigurationError names the place of what is wrong.
    """
    path = environment.get(FILE_VARIABLE) or nearest(paths) if file is None else file
    given = {name: value for name, value in options.items() if value}
    variables = {name: text for name in VARIABLES if (text := _said(name, environment))}
    if not path and not given and not variables:
        return DEFAULTS if house is None else DEFAULTS._replace(house=tuple(house))
    from . import file as config_file
    from . import options_and_environment as config_given

    folder = os.path.dirname(os.path.abspath(path or "here"))
    layers: list[Layer] = []
    if path:
        read = config_file.read(path)
        layers.append((read.values, read.place))
    for texts, called in ((variables, variable), (given, config_given.option)):
        layers.append(config_given.given(texts, called, DEFAULTS._asdict(), folder))
    given_layers = list(layers)
    if path:
        layers[0] = (confined(read.values, os.path.dirname(path), read.place), read.place)
    found = _laid_over(layers)
    if house is None:
        house = house_rules(found.rules_dirs) if found.rules_dirs else ()
    for layer in given_layers:
        _check(layer, house)
    ignores = tuple(_ignores(read, house)) if path else ()
    return found._replace(ignores=ignores, house=tuple(house), file=path or "")


def variable(name: str) -> str:
    """Return what the variable of a setting is called."""
    return f"{PREFIX}{name.replace('-', '_').upper()}"


def mistyped_variables(environment: Mapping[str, str]) -> Iterator[str]:
    """Yield what to say of each variable that looks like a setting's and is none."""
    known = {variable(name) for name in VARIABLES} | {*ALSO_VARIABLES.values(), FILE_VARIABLE}
    for name in sorted(environment):
        if name.startswith(PREFIX) and name not in known:
            ends = [each.removeprefix(PREFIX) for each in known]
            near = nearest_word(name.removeprefix(PREFIX), ends, LIKE_ENOUGH)
            if near:
                yield f"{name} is no setting, did you mean {PREFIX}{near}?"


def _said(name: str, environment: Mapping[str, str]) -> str | None:
    return environment.get(variable(name)) or environment.get(ALSO_VARIABLES.get(name, ""))


def policy(chosen: Settings, paths: Sequence[str]) -> Policy:
    """Return which findings are wanted of some paths; UsageError if the baseline cannot be read."""
    if not chosen.origins:
        return EVERYTHING._replace(house=chosen.house) if chosen.house else EVERYTHING
    off, severity = switched(chosen.select, chosen.ignore, chosen.severity, chosen.house)
    baseline = None
    if chosen.baseline:
        from cnilint.engine.ignores.baseline import read

        baseline = tuple(entry.identity for entry in read(chosen.baseline))
    folder = chosen.folder
    seen = [os.path.join(os.path.abspath(path), "") for path in paths or ["."] if path != "-"]
    return Policy(
        off=off,
        severity=severity,
        per_file=tuple(
            (pattern, frozenset().union(*(standing_for(word, chosen.house) for word in words)))
            for pattern, words in chosen.per_file_ignores.items()
        ),
        ignores=chosen.ignores,
        base=folder,
        whole=any(os.path.join(folder, "").startswith(path) for path in seen),
        baseline=baseline,
        house=chosen.house,
    )


def targets(chosen: Settings) -> dict[str, Release]:
    """Return the releases that settings name, by the ids of products."""
    return {
        product: found
        for name, text in chosen.targets.items()
        if (found := release(text)) is not None
        for product in _products(name)
    }


def _products(name: str) -> list[str]:
    """Return the ids of the products a name stands for: an id, or one without its end or its start.

    So `multus` is both Multus thick and thin, and `vpc-cni` is aws-vpc-cni.
    """
    return [product.id for product in _named(name)]


def _named(name: str) -> list[Product]:
    found = products()
    exact = [one for one in found if one.id == name]
    beginning = [one for one in found if one.id.startswith(f"{name}-")]
    return exact or beginning or [one for one in found if one.id.endswith(f"-{name}")]


def _no_such_product(name: str) -> str:
    """Return why a name stands for no product, empty if it does: forms of one may share a name."""
    found = _named(name)
    if len({one.title.partition(" (")[0] for one in found}) == 1:
        return ""
    if found:
        return f"{name!r} may be {', '.join(one.id for one in found)}: name one of them"
    parts = [one.id.split("-") for one in products()]
    known = {"-".join(part[:to]) for part in parts for to in range(1, len(part) + 1)}
    known |= {"-".join(part[at:]) for part in parts for at in range(len(part))}
    known = {each for each in known if not _no_such_product(each)}
    return f"no product {name!r}{did_you_mean(name, sorted(known))}"


def _laid_over(layers: Sequence[Layer]) -> Settings:
    """Return settings with each layer over the ones before it: a mapping key by key."""
    found: dict[str, Any] = {}
    origins: dict[Texts, str] = {}
    for values, place in layers:
        for key, value in values.items():
            name = key.replace("-", "_")
            default = getattr(DEFAULTS, name)
            origins[name,] = place((key,))
            if isinstance(default, Mapping):
                rules = name == "per_file_ignores"
                each = {k: _rule_words(v) if rules else v for k, v in value.items()}
                found[name] = {**found.get(name, {}), **each}
                origins.update(((name, k), place((key, k))) for k in each)
            else:
                texts = _rule_words if name in ("select", "ignore") else _texts
                found[name] = texts(value) if isinstance(default, tuple) else value
    found.pop("ignores", None)
    return Settings(**found, origins=origins)


def _texts(value: str | Sequence[str]) -> Texts:
    return (value,) if isinstance(value, str) else tuple(value)


def _rule_words(value: str | Sequence[str]) -> Texts:
    """Return rules that are a list, or a text with commas between them."""
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else tuple(value)


def _check(layer: Layer, house: Sequence[Rule]) -> None:
    """Raise for the first value that fits the schema and names nothing there is."""
    values, place = layer
    for at, text in enumerate(_texts(values.get("output-format", ()))):
        name = text.partition(":")[0]
        if name not in KNOWN:
            raise ConfigurationError(place(("output-format", at)), no_such_format(name))
    for route, word in _words(values):
        if not standing_for(word, house):
            raise ConfigurationError(place(route), no_such_rule(word, house))
    for name, text in values.get("targets", {}).items():
        if reason := _no_such_product(name):
            raise ConfigurationError(place(("targets", name)), reason)
        if release(text) is None:
            reason = f"{text!r} is no release: write it as 4.1.4"
            raise ConfigurationError(place(("targets", name)), reason)
    for at, entry in enumerate(values.get("ignores", ())):
        if "expires" in entry:
            from cnilint.engine.ignores.written import is_day

            if not is_day(entry["expires"]):
                reason = f"{entry['expires']!r} is no day: write it as 2026-12-31"
                raise ConfigurationError(place(("ignores", at, "expires")), reason)


def _words(values: Mapping[str, Any]) -> Iterator[tuple[Steps, str]]:
    """Yield every word that is to stand for a rule, with its route."""
    lists: list[tuple[Steps, Any]] = [((key,), values.get(key, ())) for key in ("select", "ignore")]
    lists += [(("per-file-ignores", k), v) for k, v in values.get("per-file-ignores", {}).items()]
    lists += [
        (("ignores", at, "rule"), v["rule"]) for at, v in enumerate(values.get("ignores", ()))
    ]
    for route, words in lists:
        for at, word in enumerate(_rule_words(words)):
            yield (*route, at), word
    for word in values.get("severity", ()):
        yield ("severity", word), word


def _ignores(
    read: Any,  # noqa: ANN401  a ConfigFile, which loads late
    house: Sequence[Rule],
) -> Iterator[Ignore]:
    for at, entry in enumerate(read.values.get("ignores", ())):
        location = read.location(("ignores", at))
        words = tuple(
            Word(word, standing_for(word, house), location.span)
            for word in _rule_words(entry["rule"])
        )
        scope = Scope(**{key: entry[key] for key in Scope._fields if key in entry})
        reason, until = entry.get("reason", ""), entry.get("expires", "")
        yield Ignore(ENTRY, words, location, reason, until, scope=scope)
