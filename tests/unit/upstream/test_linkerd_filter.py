"""What Linkerd's script has jq make of a configuration."""

from __future__ import annotations

import json

import pytest

from cnilint.upstream.linkerd_filter import chained, unchained

PLUGIN = '{"type": "l"}'


def packed(text: str) -> object:
    """Return the values of a text without their white space."""
    return [json.loads(one) for one in text.replace("\n}\n{", "\n}\0{").split("\0") if one]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (
            '{"type": "a", "cniVersion": "1", "plugins": 5}',
            (
                '{"plugins": [{"type": "a", "plugins": 5}, {"type": "l"}], '
                '"name": "k8s-pod-network", "cniVersion": "0.3.0"}'
            ),
        ),
        ('{"name": "n"}', '{"name": "n", "plugins": [{"type": "l"}]}'),
        ('{"plugins": null, "name": "n"}', '{"plugins": [{"type": "l"}], "name": "n"}'),
        (
            '{"plugins": [{"type": "l"}, null, {"type": "a"}]}',
            '{"plugins": [null, {"type": "a"}, {"type": "l"}]}',
        ),
        ("null", '{"plugins": [{"type": "l"}]}'),
    ],
)
def test_a_plugin_is_chained(config: str, expected: str) -> None:
    found = chained(config, PLUGIN, "l")
    assert not found.failed
    assert list(json.loads(found.text).items()) == list(json.loads(expected).items())


@pytest.mark.parametrize(
    "config",
    ["{oops", "[1]", '"s"', "4", '{"plugins": {}}', '{"plugins": "s"}', '{"plugins": ["s"]}'],
)
def test_what_it_cannot_work_on_is_a_failure(config: str) -> None:
    assert chained(config, PLUGIN, "l") == ("", True)


def test_a_text_without_a_value_prints_nothing_and_is_no_failure() -> None:
    assert chained(" \n", PLUGIN, "l") == unchained("", "l") == ("", False)


@pytest.mark.parametrize("plugin", ["{oops", "", "{} {}"])
def test_a_plugin_that_is_no_json_is_a_failure(plugin: str) -> None:
    assert chained("{}", plugin, "l") == ("", True)


def test_the_last_of_several_values_decides_whether_it_failed() -> None:
    assert chained('4 {"name": "n"}', PLUGIN, "l").failed is False
    failed = chained('{"name": "n"} 4', PLUGIN, "l")
    assert failed.failed
    assert packed(failed.text) == [{"name": "n", "plugins": [{"type": "l"}]}]
    assert packed(unchained('{"a": 1} {"plugins": [{"type": "l"}]}', "l").text) == [
        {"a": 1},
        {"plugins": []},
    ]


@pytest.mark.parametrize("config", ["null", '{"a": 1}', '{"plugins": true}', '{"plugins": {}}'])
def test_without_a_list_there_is_nothing_to_take_out(config: str) -> None:
    found = unchained(config, "l")
    assert (json.loads(found.text), found.failed) == (json.loads(config), False)


def test_what_stands_before_an_error_is_printed() -> None:
    found = chained('{"name": "n"} {oops', PLUGIN, "l")
    assert found.failed
    assert json.loads(found.text) == {"name": "n", "plugins": [{"type": "l"}]}
