"""One install, spelled in every way that Kubernetes and shells allow, is judged the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cnilint.engine.result import Result
from cnilint.engine.sentences import verdict_line
from cnilint.model.finding import Applicability
from cnilint.run import fix, lint
from tests.clusters import OWNED, PINNED, UNPINNED, VPC, multus, place, placed, thin

AUTO = "--multus-conf-file=auto"
PIN = "--multus-master-cni-file-name=10-aws.conflist"
OLD_VPC = VPC.replace("v1.19.0", "v1.9.0")  # its 10-aws.conflist has cniVersion 0.3.1
DAEMON = "/usr/src/multus-cni/bin/multus-daemon"


def judged(folder: Path, *texts: str) -> Result:
    placed(folder, {f"{at}.yaml": text for at, text in enumerate(texts)})
    return lint([str(folder)])


def rules(result: Result) -> list[str]:
    """Return what is found; what Multus's own manifest lacks (CNI3xx) is for others to judge."""
    return sorted(f.rule for f in result.findings if not f.rule.startswith("CNI3"))


def commanded(command: list[str], *, environment: str = "", image: str = "v4.1.4") -> str:
    """Return thin Multus with another command, and variables of its container."""
    text = thin(image=f"example.test/multus-cni:{image}")
    given = f"          command: {json.dumps(command)}\n"
    if environment:
        given += f"          env: {environment}\n"
    return text.replace("          command: [/thin_entrypoint]\n", given)


def v3(*arguments: str, release: str = "v3.9.3") -> str:
    """Return Multus as v3's script runs it."""
    text = thin(*arguments, image=f"example.test/multus:{release}")
    return text.replace("/thin_entrypoint", "/entrypoint.sh")


def verdicts(result: Result) -> list[bool]:
    return [facts.decided for cluster in result.clusters for facts in cluster.classes]


@pytest.mark.parametrize(
    "command",
    [
        ["/thin_entrypoint", AUTO],
        ["/bin/sh", "-c", f"exec /thin_entrypoint {AUTO}"],
        ["bash", "-euo", "pipefail", "-c", f"sleep 1\n/thin_entrypoint \\\n  {AUTO} &\nwait"],
        ["/sbin/tini", "--", "/thin_entrypoint", AUTO],
        ["sh", "-c", 'exec /thin_entrypoint "$@"', "--", AUTO],
        ["sh", "-c", 'MODE=x; exec /thin_entrypoint --multus-conf-file="auto"'],
    ],
)
def test_an_entrypoint_is_found_behind_shells_and_inits(command: list[str], tmp_path: Path) -> None:
    race = judged(tmp_path / "race", commanded(command), VPC, OWNED)
    assert rules(race) == ["CNI101"]
    pinned = [word.replace(AUTO, f"{AUTO} {PIN}") for word in command]
    pinned = [part for word in pinned for part in (word.split() if word[:2] == "--" else [word])]
    if pinned != command:
        assert rules(judged(tmp_path / "pinned", commanded(pinned), VPC, OWNED)) == []


def test_a_daemon_is_found_behind_a_shell_and_its_configuration_can_be_fixed(
    tmp_path: Path,
) -> None:
    text = multus().replace(f"command: [{DAEMON}]", f"command: [sh, -c, 'exec {DAEMON}']")
    assert "sh, -c" in text
    placed(tmp_path, {"0.yaml": text, "1.yaml": VPC, "2.yaml": OWNED})
    assert rules(lint([str(tmp_path)])) == ["CNI101"]
    done = fix([str(tmp_path)])
    assert (rules(done.result), done.applied) == ([], 1)


def test_a_script_is_never_edited_and_the_pin_is_shown(tmp_path: Path) -> None:
    text = commanded(["sh", "-c", f"exec /thin_entrypoint {AUTO}"])
    (finding,) = judged(tmp_path, text, VPC, OWNED).findings
    (line,) = [n for n, each in enumerate(text.splitlines(), 1) if AUTO in each]
    column = text.splitlines()[line - 1].index(AUTO) + 1
    assert place(finding) == f"0.yaml:{line}:{column}: CNI101"
    (shown,) = finding.fixes
    assert (shown.applicability, shown.edits) == (Applicability.DISPLAY, ())
    assert "shell script" in shown.note
    assert not fix([str(tmp_path)]).changed


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ("[{name: PIN, value: 10-aws.conflist}]", []),
        ("[{name: NUMBER, value: '10'}, {name: PIN, value: $(NUMBER)-aws.conflist}]", []),
        ("[{name: PIN, valueFrom: {configMapKeyRef: {name: cni, key: pin}}}]", []),
        ("[{name: PIN, value: 10-aws.conf}]", ["CNI103"]),
        ("[{name: PIN, valueFrom: {secretKeyRef: {name: cni, key: pin}}}]", ["CNI905"]),
    ],
)
@pytest.mark.parametrize("in_script", [False, True])
def test_variables_in_a_command_line(
    environment: str, found: list[str], in_script: bool, tmp_path: Path
) -> None:
    words = ["/thin_entrypoint", AUTO, "--multus-master-cni-file-name=$(PIN)"]
    if in_script:
        words = ["sh", "-c", f'/thin_entrypoint {AUTO} "--multus-master-cni-file-name=$PIN"']
    config_map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cni, namespace: kube-system}\n"
    maps = f"{config_map}data: {{pin: 10-aws.conflist}}\n"
    result = judged(tmp_path, commanded(words, environment=environment), VPC, OWNED, maps)
    assert rules(result) == found
    assert verdicts(result) == ["CNI905" not in found]


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ('"10-aws.conflist"', '"${CNI_FILE}"', "multusMasterCNI '${CNI_FILE}'"),
        ('"auto"', '"${MODE:=auto}"', "multusConfigFile '${MODE:=auto}'"),
        ('"/host/etc/cni/net.d"', '"{{ .Values.dir }}"', "multusAutoconfigDir '{{ .Values.dir }}'"),
        ('"0.3.1"', "${VERSION}", "${VERSION}"),
        ('"10-aws.conflist"', "{{ .Values.master | quote }}", "{{ .Values.master | quote }}"),
    ],
)
def test_a_placeholder_is_a_note_and_nothing_is_claimed_or_fixed(
    old: str, new: str, shown: str, tmp_path: Path
) -> None:
    text = multus(PINNED.replace(old, new))
    result = judged(tmp_path, text, VPC, OWNED)
    (finding,) = result.findings
    assert finding.rule == "CNI905"
    assert f"{shown} is known only after substitution" in finding.message
    line = finding.location.source.position(finding.location.span.start).line
    assert new in finding.location.source.line(line)
    assert verdicts(result) == [False]


@pytest.mark.parametrize("installs", [(0,), (1,), (0, 1)], ids=["multus", "vpc", "both"])
def test_a_directory_of_the_host_that_is_filled_in_later_is_nobodys_mistake(
    installs: tuple[int, ...], tmp_path: Path
) -> None:
    texts = [multus(PINNED), VPC]
    for at in installs:
        texts[at] = texts[at].replace("path: /etc/cni/net.d", 'path: "${CNI_DIR}"')
    result = judged(tmp_path, *texts)
    assert set(rules(result)) == {"CNI905"}
    assert len(result.findings) == len(installs)
    assert all("/${CNI_DIR}" in finding.message for finding in result.findings)
    assert verdicts(result) == [False]
    (facts,) = result.clusters[0].classes
    assert verdict_line(facts.verdict).startswith(
        "undecided: what Multus" if 0 in installs else "undecided: where"
    )


def test_a_configuration_that_is_elsewhere_decides_nothing(tmp_path: Path) -> None:
    daemon_set = multus().split("---\n")[1]
    result = judged(tmp_path, daemon_set, VPC, OWNED)
    assert rules(result) == ["CNI905"]
    assert verdicts(result) == [False]
    assert not any(facts.deterministic for facts in result.clusters[0].classes)


@pytest.mark.parametrize(
    ("release", "key", "found"),
    [
        ("v4.0.2", "clusterNetwork", "CNI115"),
        ("v4.0.2", "ClusterNetwork", "CNI115"),
        ("v4.1.4", "clusterNetwork", "CNI115"),
        ("v4.1.4", "clusternetwork", "CNI115"),  # sorts behind 00-multus.conf's own key
        ("v4.1.4", "ClusterNetwork", "CNI101"),  # sorts before it
        ("v4.3.0", "CLUSTERNETWORK", "CNI101"),
    ],
)
def test_the_case_of_cluster_network_decides_whose_counts(
    release: str, key: str, found: str, tmp_path: Path
) -> None:
    configuration = json.loads(UNPINNED) | {key: "/host/etc/cni/net.d/10-aws.conflist"}
    text = multus(json.dumps(configuration) + "\n", f"example.test/multus-cni:{release}-thick")
    assert rules(judged(tmp_path, text, VPC, OWNED)) == [found]


@pytest.mark.parametrize(
    ("arguments", "release", "vpc", "found"),
    [
        ((AUTO, PIN, "--cni-version=0.4.0"), "v3.9.3", OLD_VPC, ["CNI109"]),
        ((AUTO, PIN, "--cni-version=0.4.0"), "v3.8", OLD_VPC, []),
        ((AUTO, PIN, "--cni-version=0.4.0"), "v3.9.3", VPC, []),
        ((AUTO, PIN, "--cni-version=0.3.1"), "v3.9.3", VPC, []),
        ((AUTO, PIN, "--cni-version=0.3.1"), "stable", VPC, ["CNI905"]),
        ((AUTO, PIN), "v3.9.3", VPC, ["CNI109"]),
        ((AUTO, PIN), "v3.8", VPC, []),
        ((AUTO, PIN, "--cni-version=one"), "v3.9", VPC, ["CNI109"]),
    ],
)
def test_the_script_of_v3_9_compares_versions(
    arguments: tuple[str, ...], release: str, vpc: str, found: list[str], tmp_path: Path
) -> None:
    result = judged(tmp_path, v3(*arguments, release=release), vpc)
    assert rules(result) == found
    if found == ["CNI109"]:
        done = fix([str(tmp_path)])
        assert rules(done.result) == []
        assert "--cni-version=0.3.1" in done.changed[0][1].text


def test_the_script_of_v3_takes_no_value_from_the_next_word(tmp_path: Path) -> None:
    words = ("--multus-conf-file", "auto", PIN, "--cni-version=0.3.1")
    assert rules(judged(tmp_path, v3(*words), VPC)) == ["CNI106"]
    done = fix([str(tmp_path)])
    assert rules(done.result) == []
    (_before, after) = done.changed[0]
    assert f"            - {AUTO}\n            - {PIN}\n" in after.text


@pytest.mark.parametrize("mode", ["/etc/cni/net.d/10-aws.conflist", "10-aws.conflist", ""])
def test_a_file_that_is_not_there_is_never_written(mode: str, tmp_path: Path) -> None:
    text = multus(UNPINNED.replace('"auto"', json.dumps(mode)))
    result = judged(tmp_path, text, VPC)
    assert rules(result) == ["CNI106"]
    (facts,) = result.clusters[0].classes
    assert facts.delegates == ["10-aws.conflist"]


@pytest.mark.parametrize("image", ["multus-cni:latest-thick", "multus-cni@sha256:" + 64 * "0"])
def test_an_image_without_a_release_says_so(image: str, tmp_path: Path) -> None:
    result = judged(tmp_path, multus(PINNED, f"example.test/{image}"), VPC)
    (note,) = result.notes
    tag = "the image tag 'latest-thick' names no release" if ":latest" in image else "has no tag"
    assert tag in note.message
    assert note.message.endswith("it is taken as v4.3.0")
