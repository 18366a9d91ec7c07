"""The catalog is complete, and says nothing that the code does not understand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cnilint.cni.catalog import (
    PLACES,
    Action,
    Product,
    Role,
    _product,
    label_domains,
    products,
    runtime_directories,
)
from cnilint.cni.release import in_range
from cnilint.errors import RuleError
from cnilint.resources import rules_folder
from cnilint.syntax.data import read_mapping

REFERENCE = re.compile(r"\{(\w+)\}")
KEYS = {"id", "title", "role", "sources", "recognise", "settings", "behaviours", "network"}
OPTIONAL = {"config_maps", "assumed", "settings"}
CARDS = sorted(Path(rules_folder(), "catalog").glob("*.yaml"))


@pytest.fixture(params=products(), ids=lambda product: product.id)
def product(request: pytest.FixtureRequest) -> Product:
    found: Product = request.param
    return found


def test_every_product_stands_in_the_file_of_its_name() -> None:
    assert [product.id for product in products()] == [card.stem for card in CARDS]
    assert len({product.title for product in products()}) == len(CARDS)


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.stem)
def test_every_card_has_its_sources_and_no_key_that_is_not_read(card: Path) -> None:
    data = read_mapping(str(card))
    assert set(data) - OPTIONAL == KEYS - OPTIONAL
    assert set(data) <= KEYS | OPTIONAL
    # repository@commit-or-tag:path, and what is found there
    assert all(re.match(r"[\w.-]+/[\w.-]+@[\w.-]+:\S+", source) for source in data["sources"])
    places = [place for listed in data.get("settings", {}).values() for place in listed]
    allowed = {*PLACES, "versions", "boolean", "not_empty", "when"}
    assert all(set(place) <= allowed for place in places)
    assert all(len(set(place) & set(PLACES)) == 1 for place in places)


def test_settings_that_are_referred_to_exist(product: Product) -> None:
    texts = [
        text
        for one in product.behaviours
        for text in (one.directory, one.file, one.path, one.target, *one.removes)
    ]
    texts += [place.name for listed in product.settings.values() for place in listed]
    named = {name for text in texts for name in REFERENCE.findall(text)}
    named |= {name for one in product.behaviours for name in one.when}
    named |= {name for s in product.settings.values() for place in s for name in place.when}
    assert named <= set(product.settings)


def test_some_behaviour_always_fits(product: Product) -> None:
    last = product.behaviours[-1]
    assert not last.when
    assert not last.versions


def test_ranges_and_words_can_be_read(product: Product) -> None:
    places = [place for listed in product.settings.values() for place in listed]
    for versions in [p.versions for p in places] + [b.versions for b in product.behaviours]:
        in_range((1, 0, 0), versions)
    for place in places:
        assert place.kind != "word" or int(place.name) is not None
    assert {one.renames for one in product.behaviours} <= {"", "once", "always"}


def test_no_recogniser_goes_by_a_single_name(product: Product) -> None:
    for one in product.recognisers:
        shown = [one.image, one.command, one.container, one.environment, one.labels]
        by_program = bool(one.image or one.command)
        assert by_program or sum(map(bool, shown)) >= 2


def test_a_network_names_its_plugins(product: Product) -> None:
    assert product.network
    assert product.plugins
    assert all(isinstance(plugin["type"], str) for plugin in product.plugins)


def test_only_the_meta_plugin_delegates() -> None:
    for product in products():
        actions = {one.action for one in product.behaviours}
        assert (Action.DELEGATE in actions) is (product.role is Role.META)


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


@pytest.mark.parametrize(
    "change",
    [
        {"role": "king"},
        {"behaviours": [{"action": "burn"}]},
        {"network": {}},
        {"settings": {"file": [{"guess": "x"}]}},
    ],
)
def test_a_card_that_cannot_be_read_is_named(change: dict[str, object]) -> None:
    data = read_mapping(str(CARDS[0])) | change
    with pytest.raises(RuleError, match=r"broken\.yaml"):
        _product(data, "broken.yaml")
