"""The pipeline as a program calls it: what is read, what is around, and what comes back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from cnilint.config.options import DEFAULTS
from cnilint.errors import NothingReadError, ReadError, UsageError
from cnilint.fix.options import Options
from cnilint.model.finding import Applicability
from cnilint.run import asked, byte_count, checked, fix, host_files, inspect, lint, load
from cnilint.simulation.class_facts import HostFile
from cnilint.upstream.selector import predict
from tests.clusters import NAMESPACE, OWNED, PINNED, VPC, contents, istio, multus, placed, places
from tests.unit.simulation.actors import failure


@pytest.fixture
def raced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder, the working one, with a race."""
    monkeypatch.chdir(tmp_path)
    return placed(tmp_path, {"multus.yaml": multus(), "vpc.yaml": VPC, "istio.yaml": OWNED})


def test_no_path_is_the_working_folder(raced: Path) -> None:
    everything = [source.path for source in load([str(raced)]).sources]
    assert [source.path for source in load([]).sources] == ["istio.yaml", "multus.yaml", "vpc.yaml"]
    assert everything == [f"{raced}/{name}" for name in ("istio.yaml", "multus.yaml", "vpc.yaml")]


@pytest.mark.usefixtures("raced")
@pytest.mark.parametrize(
    "path", ["no.yaml", "./no.yaml", "no/such/folder", "no*.yaml", "vpc.yaml/x", ""]
)
def test_a_path_that_does_not_exist_is_refused_by_its_name(path: str) -> None:
    with pytest.raises(ReadError) as refused:
        load(["vpc.yaml", path])
    assert refused.value.path == path
    assert refused.value.reason
    assert refused.value.exit_code == 2


@pytest.mark.parametrize("path", ["bad.yaml", "./bad.yaml", ".//bad.yaml", "{}/bad.yaml"])
def test_a_file_that_was_named_must_be_text_in_whatever_way_it_was_named(
    path: str, raced: Path
) -> None:
    placed(raced, {"bad.yaml": b"\x00"})
    with pytest.raises(ReadError, match="a binary file"):
        load([".", path.format(raced)])
    (problem,) = load(["."]).problems
    assert (problem.source.path, problem.message) == ("bad.yaml", "a binary file")


def test_what_has_no_document_is_nothing_and_a_problem_is_something(tmp_path: Path) -> None:
    placed(tmp_path, {"a/empty.yaml": "# nothing\n", "b/broken.yaml": "a: [\n"})
    for folder in (tmp_path / "a", tmp_path / "b" / "none"):
        folder.mkdir(exist_ok=True)
        with pytest.raises(NothingReadError) as refused:
            load([str(folder)])
        assert refused.value.paths == (str(folder),)
        assert refused.value.exit_code == 3
    assert len(load([str(tmp_path / "b")]).problems) == 1


def test_standard_input_is_read_where_it_is_asked_for_and_only_there(raced: Path) -> None:
    found = load(["-", str(raced)], stdin=NAMESPACE.encode)
    assert [source.path.rpartition("/")[2] for source in found.sources] == [
        "-",
        "istio.yaml",
        "multus.yaml",
        "vpc.yaml",
    ]

    def never() -> bytes:
        raise AssertionError("standard input was read")

    assert len(load([str(raced)], stdin=never).sources) == 3
    with pytest.raises(UsageError, match="there is no standard input to read"):
        lint(["-"])


@pytest.mark.parametrize("name", ["", "=x", "a/b", "/etc/cni/net.d/a.conf", "a/b=c", "../x"])
def test_a_host_file_is_a_bare_name(name: str) -> None:
    with pytest.raises(UsageError, match="NAME or NAME=PATH"):
        host_files([name])


@pytest.mark.parametrize(
    "name", ["10-x.conflist", "10-x.conf", "10-x.json", "87-docker-bridge.conflist", "x.CONFLIST"]
)
def test_a_host_file_without_content_is_one_that_every_program_takes(name: str) -> None:
    (file,) = host_files([name])
    assert file.name == name
    content = json.loads(file.content)
    assert content["name"] == name.rpartition(".")[0]
    assert ("plugins" in content) is name.endswith(".conflist")
    for program in ("containerd", "cri-o", "multus-thick@v4.3.0", "multus-thin@v4.3.0"):
        taken = predict(program, {file.name: file.content})
        wanted = name if name.endswith((".conflist", ".conf")) else None
        if program in ("containerd", "cri-o") and name.endswith(".json"):
            wanted = name
        assert taken.primary == wanted, (program, taken)


def test_the_content_of_a_host_file_comes_from_its_path(tmp_path: Path) -> None:
    text = '{"name": "é", "type": "bridge"}\n'
    placed(tmp_path, {"some=file": text})
    found = host_files([f"10-x.conf={tmp_path / 'some=file'}", "11-y.conf"])
    assert found[0] == HostFile("10-x.conf", text)
    assert [file.name for file in found] == ["10-x.conf", "11-y.conf"]


@pytest.mark.parametrize(
    ("path", "content", "reason"),
    [
        ("missing", None, "No such file or directory"),
        (".", None, "Is a directory"),
        ("latin", b"\xe9", "can't decode byte 0xe9"),
    ],
)
def test_a_host_file_that_cannot_be_read_is_refused(
    path: str, content: bytes | None, reason: str, tmp_path: Path
) -> None:
    where = tmp_path / path
    if content is not None:
        where.write_bytes(content)
    with pytest.raises(ReadError) as refused:
        host_files([f"10-x.conf={where}"])
    assert refused.value.path == str(where)
    assert reason in refused.value.reason


BRIDGE = '{"cniVersion": "0.4.0", "name": "x", "type": "bridge"}'
INVALID = ["{", "", '{"name": "x"}', "[1]", '{"type": 1}', '{"type": "bridge", "name": "x"} }']


@pytest.mark.parametrize("content", [BRIDGE, *INVALID])
def test_an_invalid_file_stops_containerd_and_cri_o_goes_on(content: str, tmp_path: Path) -> None:
    placed(tmp_path, {"vpc.yaml": VPC, "x": content})
    owners, causes = {}, {}
    for runtime in ("containerd", "cri-o"):
        result = inspect(
            [str(tmp_path / "vpc.yaml")],
            host_files=[f"05-x.conf={tmp_path / 'x'}"],
            runtime=runtime,
        )
        (facts,) = result.clusters[0].classes
        owners[runtime] = facts.delegates
        causes[runtime] = {failure(outcome.cause) for outcome in facts.outcomes}
        assert [entry.name for entry in facts.entries] == ["05-x.conf", "10-aws.conflist"]
        assert facts.entries[0].written_by == ("the host",)
    if content == BRIDGE:
        assert owners == {"containerd": ["05-x.conf"], "cri-o": ["05-x.conf"]}
    else:
        assert owners == {"containerd": [], "cri-o": ["10-aws.conflist"]}
        assert causes == {"containerd": {"first-file-invalid"}, "cri-o": {""}}


def test_lint_offers_what_is_proven_and_writes_nothing(raced: Path) -> None:
    before = contents(raced)
    result = lint([str(raced)])
    assert places(result) == ["multus.yaml:12:29: CNI101"]
    (fix_offered,) = result.findings[0].fixes
    assert fix_offered.applicability is Applicability.SAFE
    assert contents(raced) == before


def test_inspect_has_the_same_facts_and_no_fixes(raced: Path) -> None:
    linted, inspected = lint([str(raced)]), inspect([str(raced)])
    assert places(linted) == places(inspected)
    assert [finding.fixes for finding in inspected.findings] == [()]
    one, other = linted.clusters[0].classes[0], inspected.clusters[0].classes[0]
    assert [str(o) for o in one.outcomes] == [str(o) for o in other.outcomes]
    assert inspected.documents == linted.documents == 4


def test_host_files_and_runtime_reach_every_entrance(raced: Path) -> None:
    (raced / "istio.yaml").unlink()
    paths, files = [str(raced)], ["05-podman.conflist"]
    fixed = fix(paths, host_files=files, runtime="cri-o", options=Options(rendered=True))
    for result in (
        lint(paths, host_files=files, runtime="cri-o"),
        inspect(paths, host_files=files, runtime="cri-o"),
        fixed.result,
    ):
        (cluster,) = result.clusters
        assert cluster.runtime == "cri-o"
        assert "05-podman.conflist" in cluster.classes[0].written("/etc/cni/net.d")


def test_fix_returns_what_it_would_write(raced: Path) -> None:
    before = contents(raced)
    done = fix([str(raced)])
    ((old, new),) = done.changed
    assert (old.text, new.text) == (multus(), multus(PINNED))
    assert contents(raced) == before


@pytest.mark.parametrize("run", [lint, fix])
def test_a_primary_that_is_not_there_is_refused(run: Callable[..., object], tmp_path: Path) -> None:
    placed(tmp_path, {"multus.yaml": multus(PINNED), "vpc.yaml": VPC})
    for there in ("10-aws.conflist", ""):
        run([str(tmp_path)], primary=there)
    said = (
        "--primary 10-awz.conflist: nothing in these manifests writes that file, "
        "did you mean '10-aws.conflist'?"
    )
    with pytest.raises(UsageError, match=f"^{re.escape(said)}$"):
        run([str(tmp_path)], primary="10-awz.conflist")


def test_nothing_is_said_of_a_primary_where_nothing_is_written(tmp_path: Path) -> None:
    placed(tmp_path, {"x.yaml": NAMESPACE})
    for primary in ("10-aws.conflist", "10-awz.conflist", ""):
        assert lint([str(tmp_path)], primary=primary).notes == ()


@pytest.mark.parametrize("name", ["05-\x00.conflist", f"{'0' * 300}.conflist"])
def test_a_name_that_no_file_can_have_owns_no_pods(name: str, tmp_path: Path) -> None:
    own = {"AMBIENT_ENABLED": "true", "ISTIO_OWNED_CNI_CONFIG": "true"}
    named = istio(**own, ISTIO_OWNED_CNI_CONFIG_FILENAME="NAME").replace("'NAME'", json.dumps(name))
    named = named.replace(":1.24.0", ":1.27.0")
    placed(tmp_path, {"multus.yaml": multus(), "vpc.yaml": VPC, "istio.yaml": named})
    (cluster,) = inspect([str(tmp_path)]).clusters
    (facts,) = cluster.classes
    assert any(one.writes and one.writes.path.endswith(name) for one in facts.installers)
    assert {outcome.master for outcome in facts.outcomes} <= {"10-aws.conflist", None}


def test_a_file_that_is_too_large_is_a_finding_at_it(tmp_path: Path) -> None:
    placed(tmp_path, {"large.yaml": f"# {'x' * 2000}\n{VPC}", "vpc.yaml": VPC})
    named = [str(tmp_path / name) for name in ("large.yaml", "vpc.yaml")]
    for paths in ([str(tmp_path)], named):
        chosen = DEFAULTS.replaced(max_file_size="2KB")
        (finding,) = checked(asked(paths, chosen)).findings
        assert (finding.rule, finding.location.source.path) == ("CNI904", named[0])
        assert "larger than 0.002 MB, so it is not read" in finding.message


@pytest.mark.parametrize(
    ("text", "count"), [("1", 1), ("20kb", 20_000), ("250MB", 250_000_000), ("2 GB", 2 * 10**9)]
)
def test_a_size_is_a_number_and_a_unit(text: str, count: int) -> None:
    assert byte_count(text) == count


@pytest.mark.parametrize("text", ["", "0", "MB", "-1", "1.5MB", "10 MiB", "ten", "²"])
def test_what_is_no_size_is_told(text: str) -> None:
    with pytest.raises(UsageError, match="is no size: write it as 250MB"):
        byte_count(text)


def test_what_no_rule_asks_for_is_parsed_if_that_is_asked_for(tmp_path: Path) -> None:
    ingress = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nspec: {\n"
    folder = placed(tmp_path, {"ingress.yaml": ingress, "vpc.yaml": VPC})
    for settings, found in (
        ({}, []),
        ({"strict_yaml": True}, ["CNI901"]),
        ({"no_prefilter": True}, ["CNI901"]),
    ):
        result = checked(asked([str(folder)], DEFAULTS.replaced(**settings)))
        assert [one.rule for one in result.findings] == found
        assert result.sources == 2
