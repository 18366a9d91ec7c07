"""The catalog is complete, and says nothing that the code does not understand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cnilint.catalog.catalog import (
    Action,
    Product,
    Role,
    label_domains,
    products,
    runtime_directories,
)
from cnilint.catalog.release import in_range
from cnilint.catalog.settings import BY, FORM
from cnilint.resources import rules_folder

REFERENCE = re.compile(r"\{(\w+)\}")
CARDS = sorted(Path(rules_folder(), "catalog").glob("*.yaml"))


@pytest.fixture(params=products(), ids=lambda product: product.id)
def product(request: pytest.FixtureRequest) -> Product:
    found: Product = request.param
    return found


def test_every_product_stands_in_the_file_of_its_name() -> None:
    assert [product.id for product in products()] == [card.stem for card in CARDS]
    assert len({product.title for product in products()}) == len(CARDS)


def test_settings_that_are_referred_to_exist(product: Product) -> None:
    texts = [
        text
        for one in product.behaviours
        for text in (one.directory, one.file, one.path, one.host, one.target, one.of_network)
    ]
    texts += [name for one in product.behaviours for name in one.removes]
    texts += [place.name for listed in product.settings.values() for place in listed]
    named = {name for text in texts for name in REFERENCE.findall(text)}
    named |= {name for one in product.behaviours for name in one.when}
    named |= {name for s in product.settings.values() for place in s for name in place.when}
    assert named <= {*product.settings, FORM, BY}


def test_some_behaviour_always_fits(product: Product) -> None:
    last = product.behaviours[-1]
    assert not last.when
    assert not last.versions
    # and none stands behind one that does
    assert all(one.when or one.versions for one in product.behaviours[:-1])


def test_ranges_and_patterns_can_be_read(product: Product) -> None:
    places = [place for listed in product.settings.values() for place in listed]
    for versions in [p.versions for p in places] + [b.versions for b in product.behaviours]:
        in_range((1, 0, 0), versions)
    for place in places:
        assert place.kind != "pattern" or re.compile(place.name).groups == 1
    for one in product.recognise:
        for pattern in (one.image, one.tag, one.command, one.container, one.words, one.beside):
            assert re.compile(pattern).groups >= 0


def test_every_product_can_be_seen(product: Product) -> None:
    assert product.recognise or product.objects or product.charts or product.addons


def test_no_recogniser_goes_by_a_single_name(product: Product) -> None:
    for one in product.recognise:
        shown = [one.image, one.command, one.words, one.container, one.environment, one.labels]
        by_program = bool(one.image or one.command)
        assert by_program or sum(map(bool, shown)) >= 2


def test_what_one_beats_is_another_product(product: Product) -> None:
    known = {one.id: one for one in products()}
    assert set(product.beats) <= set(known) - {product.id}
    assert not any(product.id in known[beaten].beats for beaten in product.beats)


def test_who_touches_files_names_a_network_and_its_plugins(product: Product) -> None:
    acting = {one.action for one in product.behaviours} != {Action.NONE}
    assert bool(product.network) is acting
    assert bool(product.plugins) is acting
    assert all(isinstance(plugin["type"], str) for plugin in product.plugins)


def test_a_file_has_a_directory_and_a_name(product: Product) -> None:
    for one in product.behaviours:
        writes = one.action in (Action.WRITE, Action.COPY, Action.REFER)
        assert bool(one.path or one.file) is writes
        assert not (one.path and (one.directory or one.file))


def test_what_is_said_of_a_behaviour_belongs_to_its_action(product: Product) -> None:
    for one in product.behaviours:
        writing = bool(one.renames or one.removes or one.unless_present or one.removes_one_only)
        assert not writing or one.action in (Action.WRITE, Action.COPY)
        inserting = one.every or one.single != "renamed"
        assert not inserting or one.action is Action.INSERT
        assert not one.skips or one.action in (Action.COPY, Action.REFER)
        assert not one.target or one.action in (Action.COPY, Action.REFER, Action.INSERT)
        assert not one.of_network or one.action is Action.COPY
        assert one.suffix or not one.renames


def test_roles_and_actions_fit() -> None:
    for product in products():
        actions = {one.action for one in product.behaviours}
        assert Action.DELEGATE not in actions or product.role is Role.META
        if product.role in (Role.POLICY, Role.IPAM, Role.BINARIES):
            quiet = [one for one in product.behaviours if one.role in (None, product.role)]
            assert {one.action for one in quiet} == {Action.NONE}


def test_the_usual_directory_comes_first() -> None:
    directories = runtime_directories()
    assert directories[0] == "/etc/cni/net.d"
    assert len(set(directories)) == len(directories)
    assert all(path.startswith("/") and not path.endswith("/") for path in directories)


def test_label_domains_name_what_a_node_can_be() -> None:
    domains = label_domains()
    assert domains["kubernetes.io/os"].values == ("linux",)
    compute = domains["eks.amazonaws.com/compute-type"]
    assert compute.never == ("fargate",)
    assert compute.titles is not None
    assert compute.titles[""] == "EC2"
