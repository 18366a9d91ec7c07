"""Settings in a shell's script are shown, and in Base64 they are edited."""

from __future__ import annotations

import base64
import json

import pytest

from cnilint.engine.edits.repairs import pin, remove_argument, set_argument, set_value
from cnilint.model.finding import Applicability
from tests.clusters import UNPINNED, multus, thin
from tests.unit.engine.edits.test_repairs import after, container_of, install


def in_shell(script: str, *, held: str = "literal") -> str:
    """Return thin Multus that a shell is told to run."""
    written = {
        "literal": "|\n" + "".join(f"                {line}\n" for line in script.split("\n")),
        "double": json.dumps(script) + "\n",
        "folded": ">-\n" + "".join(f"                {line}\n" for line in script.split("\n")),
    }[held]
    command = f"          command:\n            - sh\n            - -c\n            - {written}"
    before, _command, after = thin().partition("          command: [/thin_entrypoint]\n")
    return before + command + after.partition("          args: []\n")[2]


@pytest.mark.parametrize("held", ["literal", "double", "folded"])
def test_a_script_is_left_alone_and_the_fix_is_shown(held: str) -> None:
    _inputs, one = install(in_shell("/thin_entrypoint --y=1", held=held))
    assert set_argument(container_of(one), "x", "2") == ()
    fix = pin(one, "10-aws.conflist", Applicability.SAFE)
    assert fix is not None
    assert (fix.applicability, fix.edits) == (Applicability.DISPLAY, ())
    assert "script" in fix.note


@pytest.mark.parametrize("value", ["a b", "$x", "it's"])
def test_a_value_that_needs_quotes_in_a_script_is_left_to_a_person(value: str) -> None:
    _inputs, one = install(in_shell("/thin_entrypoint --x=1"))
    assert set_argument(container_of(one), "x", value) == ()


def test_nothing_is_taken_out_of_a_script_without_it() -> None:
    _inputs, one = install(in_shell("/thin_entrypoint --y=1"))
    assert remove_argument(container_of(one), "x") == ()


@pytest.mark.parametrize("route", [("master", "x.conf"), ("mode", "auto")])
def test_settings_in_binary_data_are_set_there(route: tuple[str, str]) -> None:
    encoded = base64.b64encode(UNPINNED.encode()).decode()
    block = "".join(f"    {line}\n" for line in UNPINNED.splitlines())
    text = multus().replace(f"data:\n  daemon-config.json: |\n{block}", "binaryData: {%s}\n")
    inputs, one = install(text % f"daemon-config.json: {encoded}")
    setting, value = route
    done = after(inputs, set_value(one, setting, value))
    (line,) = [each for each in done.sources[0].text.splitlines() if "binaryData" in each]
    found = json.loads(base64.b64decode(line.partition("json: ")[2].rstrip("}")))
    key = {"master": "multusMasterCNI", "mode": "multusConfigFile"}[setting]
    assert found == {**json.loads(UNPINNED), key: value}
