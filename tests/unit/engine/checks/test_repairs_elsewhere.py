"""Settings in a shell's script and in Base64: edited there, or shown with the reason."""

from __future__ import annotations

import base64
import json

import pytest

from cnilint.engine.checks.repairs import pin, remove_argument, set_argument, set_value
from cnilint.engine.inputs import Inputs
from cnilint.model.finding import Applicability
from tests.clusters import UNPINNED, multus, thin
from tests.unit.engine.checks.test_repairs import after, container_of, install, words


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


def script_of(inputs: Inputs) -> str:
    command, args = words(inputs)
    assert args is None
    assert isinstance(command, list)
    return str(command[-1])


@pytest.mark.parametrize("held", ["literal", "double"])
@pytest.mark.parametrize(
    ("script", "changed"),
    [
        ("exec /thin_entrypoint --x=1", "exec /thin_entrypoint --x=2"),
        ("sleep 1; /thin_entrypoint --x 1 -y", "sleep 1; /thin_entrypoint --x 2 -y"),
        ('/thin_entrypoint "--x=1" --y', '/thin_entrypoint "--x=2" --y'),
        ("/thin_entrypoint # x", "/thin_entrypoint --x=2 # x"),
        ("/thin_entrypoint -y=1", "/thin_entrypoint -y=1 -x=2"),
        ("/thin_entrypoint \\\n  --y=1\n\n# end", "/thin_entrypoint \\\n  --y=1 --x=2\n\n# end"),
    ],
)
def test_a_flag_of_a_script_gets_a_value(script: str, changed: str, held: str) -> None:
    inputs, one = install(in_shell(script, held=held))
    done = after(inputs, set_argument(container_of(one), "x", "2"))
    assert script_of(done).rstrip("\n") == changed
    assert script_of(inputs).rstrip("\n") == script


@pytest.mark.parametrize(
    ("script", "changed"),
    [
        ("/thin_entrypoint --x=1 --y", "/thin_entrypoint --y"),
        ("/thin_entrypoint --y --x 1", "/thin_entrypoint --y"),
        ("/thin_entrypoint --x=1 --y --x 2; ", "/thin_entrypoint --y; "),
    ],
)
def test_a_flag_is_taken_out_of_a_script(script: str, changed: str) -> None:
    inputs, one = install(in_shell(script, held="double"))
    done = after(inputs, remove_argument(container_of(one), "x"))
    assert script_of(done) == changed


def test_a_script_on_folded_lines_is_left_alone_and_shown() -> None:
    _inputs, one = install(in_shell("/thin_entrypoint\n--y=1", held="folded"))
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
