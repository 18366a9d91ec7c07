"""However a manifest of Multus is written, its fix keeps the laws and adds the pin and no more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnilint.engine.inputs import Inputs
from cnilint.fix.prove import WINDOW
from cnilint.model.finding import Applicability
from cnilint.model.tree import Value, plain
from tests.clusters import NAMESPACE, OWNED, STANDALONE, VPC, multus, read
from tests.laws import assert_run, comments

quick = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))

PATH = "/host/etc/cni/net.d"
NEEDED: dict[str, object] = {
    "cniVersion": "0.3.1",
    "cniConfigDir": PATH,
    "multusAutoconfigDir": PATH,
    "multusConfigFile": "auto",
}
HARMLESS: dict[str, st.SearchStrategy[object]] = {
    "logLevel": st.sampled_from(["debug", "verbose"]),
    "logToStderr": st.booleans(),
    "logFile": st.text("ab/.é🦀 :'\"\\", max_size=8),
    "socketDir": st.just("/host/run/multus/"),
    "metricsPort": st.integers(1, 65535),
    "capabilities": st.dictionaries(st.sampled_from(["portMappings", "ips"]), st.booleans()),
    "of-somebody-else": st.lists(st.none() | st.integers(-9, 9) | st.just("x"), max_size=3),
}
DAEMON_SET = multus().partition("---\n")[2]
BESIDE = [[], [OWNED], [STANDALONE], [NAMESPACE], [NAMESPACE, OWNED]]


@st.composite
def configurations(draw: st.DrawFn) -> dict[str, object]:
    """Return the members of a daemon configuration that is not pinned, in any order."""
    chosen = draw(st.lists(st.sampled_from(sorted(HARMLESS)), unique=True))
    members = {**NEEDED, **{key: draw(HARMLESS[key]) for key in chosen}}
    return {key: members[key] for key in draw(st.permutations(sorted(members)))}


@st.composite
def json_texts(draw: st.DrawFn, members: Mapping[str, object]) -> str:
    """Return members as JSON: on one line or several, dense or wide."""
    indent = draw(st.sampled_from([None, 0, 1, 2, 4, "\t"]))
    separators = draw(st.sampled_from([(",", ":"), (", ", ": "), (", ", " : ")]))
    if indent is not None:
        separators = (separators[0].strip(), separators[1])
    text = json.dumps(
        members, indent=indent, separators=separators, ensure_ascii=draw(st.booleans())
    )
    return text + "\n" * draw(st.integers(0, 2))


@st.composite
def held(draw: st.DrawFn, key: str, text: str, indent: str) -> str:
    """Return a member of a block mapping whose value is a text, quoted one way or another."""
    ways = ["literal", "double"]
    if "\n" not in text and "\t" not in text:
        ways.append("single")
    way = draw(st.sampled_from(ways))
    comment = draw(st.sampled_from(["", "  # the daemon's"]))
    if way == "double":
        return f"{indent}{key}: {json.dumps(text, ensure_ascii=False)}{comment}\n"
    if way == "single":
        quoted = text.replace("'", "''")
        return f"{indent}{key}: '{quoted}'{comment}\n"
    chomping = {0: "-", 1: "", 2: "+"}[len(text) - len(text.rstrip("\n"))]
    body = draw(st.sampled_from([" ", "  ", "    ", "      "]))
    lines = "".join(f"{indent}{body}{line}\n" if line else "\n" for line in text.split("\n")[:-1])
    last = text.rpartition("\n")[2]
    return f"{indent}{key}: |{chomping}{comment}\n{lines}" + (
        f"{indent}{body}{last}\n" if last else ""
    )


@st.composite
def config_maps(draw: st.DrawFn, members: Mapping[str, object]) -> str:
    """Return Multus's ConfigMap with its keys in any order, and comments between them."""
    indent = draw(st.sampled_from([" ", "  ", "    "]))
    name, space = "name: multus-daemon-config", "namespace: kube-system"
    quote = draw(st.sampled_from(["{}", "'{}'", '"{}"']))
    other = draw(st.sampled_from(["", f"{indent}other: |\n{indent} # text\n", f"{indent}a: ''\n"]))
    text = draw(held("daemon-config.json", draw(json_texts(members)), indent))
    parts = [
        f"apiVersion: {quote.format('v1')}\n",
        f"kind: {quote.format('ConfigMap')}\n",
        draw(
            st.sampled_from(
                [
                    f"metadata: {{{name}, {space}}}\n",
                    f"metadata:\n{indent}{name}\n{indent}{space}\n",
                ]
            )
        ),
        f"data:\n{draw(st.sampled_from([text + other, other + text]))}",
    ]
    between = st.sampled_from(["", "# a comment\n", "\n", "# é\n\n"])
    return "".join(draw(between) + part for part in draw(st.permutations(parts)))


@st.composite
def streams(draw: st.DrawFn, members: Mapping[str, object]) -> str:
    """Return a whole cluster as one text."""
    documents = [draw(config_maps(members)), DAEMON_SET, VPC, *draw(st.sampled_from(BESIDE))]
    marker = st.sampled_from(["---\n", "--- # next\n", "...\n---\n", "\n---\n\n"])
    text = draw(st.sampled_from(["", "---\n", "# first\n"]))
    for at, document in enumerate(draw(st.permutations(documents))):
        text += (draw(marker) if at else "") + document
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return draw(st.sampled_from(["", "\ufeff"])) + text


@st.composite
def clusters(draw: st.DrawFn) -> tuple[dict[str, object], str]:
    members = draw(configurations())
    return members, draw(streams(members))


def daemon_configuration(inputs: Inputs) -> dict[str, Any]:
    """Return the daemon configuration as JSON, as any reader of the whole text finds it."""
    found = [plain(document.root) for document in inputs.documents]
    (text,) = [data for one in found if (data := _data(one)) is not None]
    configuration = json.loads(text)
    assert isinstance(configuration, dict)
    return configuration


def _data(value: Value) -> str | None:
    data = value.get("data") if isinstance(value, dict) else None
    text = data.get("daemon-config.json") if isinstance(data, dict) else None
    return text if isinstance(text, str) else None


@given(cluster=clusters())
@quick
def test_the_configuration_is_the_old_one_and_the_pin(
    cluster: tuple[dict[str, object], str],
) -> None:
    members, text = cluster
    inputs = read({"all.yaml": text})
    assert daemon_configuration(inputs) == members
    done = assert_run(inputs)
    assert done.applied == 1
    assert {finding.rule for finding in done.result.findings} <= {WINDOW}
    after = daemon_configuration(done.inputs)
    assert after == {**members, "multusMasterCNI": "10-aws.conflist"}
    assert [key for key in after if key in members] == list(members)
    assert_one_stretch_is_new(text, done.inputs.sources[0].text)


def assert_one_stretch_is_new(text: str, new: str) -> None:
    """Check that a text has grown in one place, by no more than a line."""
    grown = len(new) - len(text)
    kept = next(at for at, (a, b) in enumerate(zip(text, new, strict=False)) if a != b)
    assert text[kept:] == new[kept + grown :]
    added = new[kept : kept + grown]
    assert added.count("MasterCNI") == 1
    assert added.count("\n") == added.count("\r\n") or "\r\n" not in text
    assert added.count("\n") <= 1
    # members on one line stay on one line
    lines = [line for line in text.splitlines() if "multusAutoconfigDir" in line]
    if any("multusConfigFile" in line for line in lines):
        assert "\n" not in added


FAULTS = {
    "misspelt": lambda text: text.replace("multusConfigFile", "multus_config_file"),
    "upper": lambda text: text.replace("auto", "AUTO").replace(
        "multusAUTOconfig", "multusAutoconfig"
    ),
    "path": lambda text: text.replace('"auto"', f'"{PATH}/10-aws.conflist"'),
    "version": lambda text: text.replace("0.3.1", "0.3"),
    "pin": lambda text: text.replace(
        '"multusConfigFile"', '"multusMasterCNI": "10-AWS.conflist", "multusConfigFile"'
    ),
    "twice": lambda text: text.replace(
        '"multusConfigFile"', '"masterCNI": "10-aws.conflist", "multusConfigFile"'
    ),
}


@given(cluster=clusters(), faults=st.sets(st.sampled_from(sorted(FAULTS)), min_size=1))
@quick
def test_several_faults_at_once(cluster: tuple[dict[str, object], str], faults: set[str]) -> None:
    _members, text = cluster
    for name in sorted(faults):
        text = FAULTS[name](text)
    inputs = read({"all.yaml": text})
    done = assert_run(inputs)
    json_before, json_after = daemon_configuration(inputs), daemon_configuration(done.inputs)
    touched = {
        "multusMasterCNI",
        "multusConfigFile",
        "multus_config_file",
        "cniVersion",
        "masterCNI",
    }
    for key in {*json_before, *json_after} - touched:
        assert json_before[key] == json_after[key]
    assert comments(done.inputs.sources[0]) == comments(inputs.sources[0])
    assert done.result.fixable(Applicability.UNSAFE) == 0
    # where the version is wrong too, going back to auto would show that: it is left to a person
    if "version" not in faults:
        assert {finding.rule for finding in done.result.findings} <= {"CNI108"}
