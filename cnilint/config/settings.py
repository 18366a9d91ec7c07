"""The settings of a run: options before the environment before a file before what is built in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any

from cnilint.catalog.catalog import Product, products
from cnilint.catalog.release import Release, release
from cnilint.confine import read_text
from cnilint.engine.ignores.ignore import ENTRY, Ignore, IgnoredRule, Scope
from cnilint.engine.policy import EVERYTHING, Policy, no_such_rule, standing_for, switched
from cnilint.engine.ruleset import Rule, house_rules
from cnilint.errors import ConfigurationError, RuleError, did_you_mean, nearest_word
from cnilint.model.finding import Level
from cnilint.report.formats import KNOWN, no_such_format

from .base import Base
from .location import confined, nearest
from .options import (
    DEFAULTS,
    PREFIX,
    OptionEntry,
    Settings,
    Steps,
    Texts,
    entries,
    entry_of,
    in_file,
    setting,
)

BASELINE = ".cnilint-baseline.json"
"""The baseline that is written where no setting names one."""

LIKE_ENOUGH = 0.75
"""How near a variable has to be to one that is known: others may be somebody else's."""

FILE_VARIABLE = f"{PREFIX}CONFIG"
"""The variable that names the file; each setting has one of its own, such as CNILINT_FAIL_ON."""

BUILT_IN = "built in"

Layer = tuple[Mapping[str, Any], Callable[[Steps], str]]
"""Settings of one origin, by their keys, and what a person calls the place of one of them."""


def settings(
    options: Mapping[str, object],
    environment: Mapping[str, str],
    file: str | None = None,
    paths: Sequence[str] = (),
    house: Sequence[Rule] | None = None,
) -> Settings:
    """Return the settings of a run over some paths.

    `options` has what the command line says, by the names of entries: a text or a list of texts,
    and None, False or an empty list for one that was not given. `file` is None for the nearest one,
    empty for none. `house` are rules that take the place of those in `rules_dirs`.
    ConfigurationError names the place of what is wrong.
    """
    word = str(options.get("config_from") or "")
    base = Base(word, paths) if word else None
    path = environment.get(FILE_VARIABLE) or nearest(paths, base) if file is None else file
    given = {k: value for k, value in options.items() if value or isinstance(value, float)}
    variables = {
        name: environment[name] for name in _ours(environment) if name in _known_variables()
    }
    if not path and not given and not any(variables.values()):
        return DEFAULTS if house is None else DEFAULTS.replaced(house=tuple(house))
    found = {name: value for name, value in variables.items() if value}
    return _settings(path or "", given, found, house, base)


def _settings(
    path: str,
    options: Mapping[str, object],
    variables: Mapping[str, str],
    house: Sequence[Rule] | None,
    base: Base | None,
) -> Settings:
    from .options_and_environment import given

    folder = os.path.dirname(os.path.abspath(path or "here"))
    layers: list[Layer] = []
    if path:
        from . import file as config_file

        read = config_file.read(path, base)
        layers.append((read.values, read.place))
    known = in_file().items() if variables else ()
    by_variable = {k: variables[v] for k, one in known if (v := _variable(one, variables))}
    names = [name for name in Settings.__annotations__ if name in options]
    chosen = [one for name in names if (one := entry_of(name)) is not None]
    by_option = {one.key: options[one.name] for one in chosen if one.option.in_file}
    layers.append(given(by_variable, lambda one: one.variables[0], folder))
    layers.append(given(by_option, lambda one: one.spelled, folder))
    as_written = list(layers)
    if path:
        layers[0] = (confined(read.values, os.path.dirname(path), read.place), read.place)
    others = {one.name: options[one.name] for one in chosen if not one.option.in_file}
    found = _laid_over(layers, others)
    if house is None:
        house = _house(found.rules_dirs, base) if found.rules_dirs else ()
    for layer in as_written:
        _check(layer, house)
    ignores = tuple(_ignores(read, house)) if path else ()
    return found.replaced(ignores=ignores, house=tuple(house), file=path, base=base)


def _house(folders: Sequence[str], base: Base | None) -> tuple[Rule, ...]:
    """Return the rules of some folders, as they are in a base if there is one."""
    if base is None:
        return house_rules(folders)
    with ExitStack() as stack:
        copies = {stack.enter_context(base.copied(folder)): folder for folder in folders}
        try:
            found = house_rules(list(copies))
        except RuleError as error:
            folder, name = os.path.split(error.path)
            place = os.path.join(copies.get(folder, folder), name)
            raise RuleError(place, error.place, error.reason) from None
    return tuple(
        rule._replace(path=os.path.join(copies[folder], name))
        for rule in found
        for folder, name in (os.path.split(rule.path),)
    )


def mistyped_variables(environment: Mapping[str, str]) -> Iterator[str]:
    """Yield what to say of each variable that looks like a setting's and is none."""
    for name in _ours(environment):
        if name not in (known := _known_variables() | {FILE_VARIABLE}):
            ends = [each.removeprefix(PREFIX) for each in known]
            near = nearest_word(name.removeprefix(PREFIX), ends, LIKE_ENOUGH)
            if near:
                yield f"{name} is no setting, did you mean {PREFIX}{near}?"


def _ours(environment: Mapping[str, str]) -> list[str]:
    """Return the variables that look like a setting's; others are for tests, or for debugging."""
    return sorted(name for name in environment if name.startswith(PREFIX))


def _known_variables() -> set[str]:
    """Return the variables that settings have."""
    return {name for one in entries() for name in one.variables}


def _variable(one: OptionEntry, variables: Mapping[str, str]) -> str:
    """Return the variable that sets an entry, or nothing."""
    return next((name for name in one.variables if name in variables), "")


def failing(chosen: Settings) -> Level | None:
    """Return the level from which on findings fail a run, None where none does."""
    return None if chosen.fail_on == "never" else Level.of(chosen.fail_on)


def policy(chosen: Settings, paths: Sequence[str]) -> Policy:
    """Return which findings are wanted of some paths; UsageError if the baseline cannot be read."""
    if not chosen.origins:
        return EVERYTHING._replace(house=chosen.house) if chosen.house else EVERYTHING
    off, severity = switched(chosen.select, chosen.ignore, chosen.severity, chosen.house)
    baseline = None
    if chosen.baseline:
        from cnilint.engine.ignores.baseline import read

        text = chosen.base.text if chosen.base is not None else read_text
        baseline = tuple(entry.identity for entry in read(chosen.baseline, text))
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


def targets(named: Mapping[str, str]) -> dict[str, Release]:
    """Return the releases that settings name, by the ids of products."""
    return {
        product: found
        for name, text in named.items()
        if (found := release(text)) is not None
        for product in _products(name)
    }


def product_ids(names: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of the products that some names stand for."""
    return tuple(product for name in names for product in _products(name))


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


def _laid_over(layers: Sequence[Layer], others: Mapping[str, object]) -> Settings:
    """Return settings with each layer over the ones before it, a mapping key by key.

    `others` are the values of options that are no settings.
    """
    from .schema import loaded

    found: dict[str, Any] = dict(others)
    origins: dict[Texts, str] = {}
    for values, place in layers:
        for key, value in values.items():
            one = setting(key)
            origins[one.name,] = place((key,))
            if one.option.shape is not None:
                continue  # it has places, and is read with them
            if isinstance(one.default, Mapping):
                is_rules = one.name == "per_file_ignores"
                each = {k: _rule_words(v) for k, v in value.items()} if is_rules else value
                found[one.name] = {**found.get(one.name, {}), **loaded(each, one.type)}
                origins.update(((one.name, k), place((key, k))) for k in each)
            else:
                words = _rule_words(value) if one.option.words == "rules" else value
                found[one.name] = loaded(words, one.type)
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
            IgnoredRule(word, standing_for(word, house), location.span)
            for word in _rule_words(entry["rule"])
        )
        scope = Scope(**{key: entry[key] for key in Scope._fields if key in entry})
        reason, until = entry.get("reason", ""), entry.get("expires", "")
        yield Ignore(ENTRY, words, location, reason, until, scope=scope)
