"""What a watched check depends on, and what ends it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnilint.cli import watch
from cnilint.cli.request import Request
from cnilint.errors import ExitCode, NothingReadError, UsageError
from tests.clusters import PINNED, STANDALONE, VPC, cnilint, contents, multus, placed

RACE = {"aws-node.yaml": VPC, "istio-cni.yaml": STANDALONE, "multus.yaml": multus()}


@pytest.fixture
def race(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return placed(tmp_path, {".git/HEAD": "", **RACE})


@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("a.yaml", True),
        ("deep/er/a.yml", True),
        ("a.json", True),
        ("A.YAML", True),
        ("helmfile.d/a.yaml.gotmpl", True),
        ("values.yaml.gotmpl", False),
        (".cnilint.yaml", True),
        ("deep/cnilint.yaml", True),
        ("pyproject.toml", True),
        ("a.txt", False),
        ("a.yaml~", False),
        (".a.yaml.swp", False),
        (".a.yaml.1f2e3d4c", False),
        (".git/config.yaml", False),
        ("deep/.cache/a.yaml", False),
        ("report.json", False),
    ],
)
def test_of_a_folder_only_what_a_check_reads_counts(path: str, counts: bool) -> None:
    watched = watch.Watched(
        frozenset({"/repo"}), frozenset({"/else/x.conf"}), frozenset({"/repo/report.json"})
    )
    assert watched.counts(f"/repo/{path}") is counts
    assert not watched.counts(f"/repository/{path}")


def test_the_settings_and_what_they_name_are_watched(race: Path) -> None:
    text = "baseline: known.json\nhost-files: [a.conf=b.conf]\noutput-format: 'json:out.json'\n"
    placed(race, {".cnilint.yaml": text})
    found = watch._watched(Request(["multus.yaml"]))
    here = str(race)
    assert found.folders == frozenset()
    assert found.files == {
        os.path.join(here, name)
        for name in ("multus.yaml", ".cnilint.yaml", "known.json", "b.conf")
    }
    assert found.own == {os.path.join(here, "out.json")}


def test_settings_that_cannot_be_read_are_watched_until_they_can(race: Path) -> None:
    placed(race, {".cnilint.yaml": "selct: x\n"})
    found = watch._watched(Request([]))
    assert found.folders == {str(race)}
    assert found.files == {str(race / ".cnilint.yaml")}


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        (".", ""),
        ("a", "a"),
        ("a/*.yaml", "a"),
        ("**/*.yaml", ""),
        ("a/b*/c", "a"),
        ("a/missing/*/x.yaml", "a"),
    ],
)
def test_a_pattern_is_watched_from_its_first_wildcard(path: str, folder: str, race: Path) -> None:
    placed(race, {"a/b/c/x.yaml": VPC})
    assert watch._watched(Request([path])).folders == {str(race / folder).rstrip("/")}


def test_a_stamp_tells_a_file_that_was_changed_replaced_or_removed(race: Path) -> None:
    path = str(race / "multus.yaml")
    first = watch._stamp(path)
    assert watch._stamp(path) == first
    other = placed(race, {"other": multus()}) / "other"
    os.utime(other, ns=(0, os.stat(path).st_mtime_ns))
    os.replace(other, path)
    assert watch._stamp(path) != first
    os.unlink(path)
    assert watch._stamp(path) is None


# What is asked for wrongly.


def test_standard_input_cannot_be_watched(race: Path) -> None:
    done = cnilint("check", "--watch", "-", folder=race)
    assert (done.code, done.out) == (2, "")
    assert done.err == "cnilint: error: --watch and -: standard input can be read only once\n"


def test_without_the_package_it_is_told_how_to_get_it(
    race: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "watchfiles", None)
    done = cnilint("check", "--watch", folder=race)
    assert (done.code, done.out) == (2, "")
    assert "pip install 'cnilint[watch]'" in done.err


# Rounds, with changes that are made up.


class Rounds:
    """What is heard of, one set of paths a round, and then Ctrl-C; between, a step is taken."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *steps: tuple[set[str], str, str]) -> None:
        self._steps = steps
        monkeypatch.setattr(watch, "_listener", self._heard)

    def _heard(self, _folders: object) -> Iterator[set[str]]:
        yield set()
        for heard, name, text in self._steps:
            if name:
                Path(name).write_text(text)
            yield {os.path.abspath(path) for path in heard}
        raise KeyboardInterrupt


def test_each_change_that_counts_is_a_check_and_a_broken_file_ends_nothing(
    race: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Rounds(
        monkeypatch,
        ({"multus.yaml"}, "multus.yaml", "apiVersion: v1\nkind: Pod\na: ["),
        (set(), "", ""),
        ({"notes.txt"}, "notes.txt", "x"),
        ({".cnilint.yaml"}, ".cnilint.yaml", "selct: x\n"),
        ({".cnilint.yaml", "multus.yaml"}, ".cnilint.yaml", "ignore: CNI124\n"),
        ({"multus.yaml"}, "multus.yaml", multus(PINNED)),
    )
    done = cnilint("check", "--watch", "--output-format", "concise", folder=race)
    assert done.code == ExitCode.INTERRUPTED
    assert [line.split(": ")[1].split()[0] for line in done.out.splitlines()] == [
        "CNI101",
        "CNI901",
        "CNI901",
    ]
    watching = "watching the current folder; Ctrl-C ends it"
    assert [line.removeprefix("cnilint: ") for line in done.err.splitlines()] == [
        watching,
        "multus.yaml changed",
        watching,
        ".cnilint.yaml changed",
        "error: .cnilint.yaml:1: unknown key 'selct', did you mean 'select'?",
        watching,
        ".cnilint.yaml, multus.yaml changed",
        watching,
        "multus.yaml changed",
        "1 cluster, 4 manifests, 3 CNI installs: deterministic",
        watching,
    ]


def test_a_named_file_that_is_gone_for_a_while_ends_nothing(
    race: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def heard(_folders: object) -> Iterator[set[str]]:
        yield set()
        (race / "multus.yaml").rename(race / "away")
        yield set()
        (race / "away").rename(race / "multus.yaml")
        yield set()
        raise KeyboardInterrupt

    monkeypatch.setattr(watch, "_listener", heard)
    done = cnilint("check", "-w", "--output-format", "concise", "multus.yaml", folder=race)
    assert done.code == ExitCode.INTERRUPTED
    assert "error: multus.yaml: no such file or directory" in done.err
    assert done.err.endswith("multus.yaml changed\ncnilint: watching multus.yaml; Ctrl-C ends it\n")
    assert done.rules == ["CNI102", "CNI102"]


def test_what_a_fix_wrote_is_not_news(race: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Rounds(monkeypatch, ({"multus.yaml"}, "", ""), ({"multus.yaml"}, "", ""))
    done = cnilint("check", "--watch", "--fix", folder=race)
    assert "1 fixed in 1 file" in done.err
    assert "changed" not in done.err
    assert contents(race)["multus.yaml"] == multus(PINNED).encode()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("missing.yaml",), "missing.yaml: no such file or directory"),
        (("--select", "CNI1O1"), "--select: no rule 'CNI1O1'"),
        (("--output-format", "sarf"), "no output format 'sarf'"),
    ],
)
def test_what_is_wrong_at_the_start_ends_it(
    arguments: tuple[str, ...], message: str, race: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Rounds(monkeypatch)
    done = cnilint("check", "--watch", *arguments, folder=race)
    assert done.code == ExitCode.ERROR
    assert message in done.err


def test_an_empty_folder_may_be_filled_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Rounds(monkeypatch, ({"a.yaml"}, "a.yaml", VPC))
    done = cnilint("check", "--watch", folder=tmp_path)
    assert "error: nothing to read in ." in done.err
    assert "deterministic: 10-aws.conflist" in done.out


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("error", [RuntimeError("odd"), UsageError("odd"), NothingReadError(())])
def test_a_fault_is_raised_the_first_time_and_told_later(
    error: Exception,
    first: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    def fails(*_request: object, **_how: object) -> ExitCode:
        raise error

    monkeypatch.delenv("CNILINT_DEBUG", raising=False)
    if first and not isinstance(error, NothingReadError):
        with pytest.raises(type(error)):
            watch._again(Request(()), fails, first=True)
    else:
        watch._again(Request(()), fails, first=first)
        assert b"cnilint: error: " in capsysbinary.readouterr().err
