"""The words of a command line: several values of an option, and what is said of a mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnilint.cli.arguments import further, spread
from cnilint.config.options import entries
from tests.clusters import VPC, cnilint, placed


@pytest.fixture(autouse=True)
def bare_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("check", "check"),
        ("check .", "check ."),
        ("check --target a=1 b=2 c=3", "check --target a=1 --target b=2 --target c=3"),
        ("check --target a=1 b=2 clusters", "check --target a=1 --target b=2 clusters"),
        ("check --target a=1 clusters b=2", "check --target a=1 clusters b=2"),
        ("check --target=a=1 b=2", "check --target=a=1 --target b=2"),
        ("check --target a=1 --fix b=2", "check --target a=1 --fix b=2"),
        ("check --target a=1 -- b=2", "check --target a=1 -- b=2"),
        ("check --target --fix", "check --target --fix"),
        ("check --target a=1 x/b=2", "check --target a=1 x/b=2"),
        ("check --severity CNI1=note CNI2=off", "check --severity CNI1=note --severity CNI2=off"),
        ("check --select CNI101 CNI2", "check --select CNI101 --select CNI2"),
        ("check --select CNI101 CNI2,CNI9 x", "check --select CNI101 --select CNI2,CNI9 x"),
        ("check --ignore CNI101 undecided", "check --ignore CNI101 undecided"),
        (
            "check --ignore CNI101 master-not-pinned",
            "check --ignore CNI101 --ignore master-not-pinned",
        ),
        (
            "check --output-format full json sarif:x.sarif x",
            "check --output-format full --output-format json --output-format sarif:x.sarif x",
        ),
        (
            "check --per-file-ignores a/*.yaml=CNI1 b/=CNI2",
            "check --per-file-ignores a/*.yaml=CNI1 --per-file-ignores b/=CNI2",
        ),
        ("check --host-file a.conf b.conf", "check --host-file a.conf b.conf"),
        ("", ""),
    ],
)
def test_a_further_value_needs_no_option_of_its_own(line: str, meant: str) -> None:
    assert spread(line.split()) == meant.split()


@pytest.mark.parametrize("word", ["vpc-cni=1.19", "CNI101", "json"])
def test_a_word_that_is_a_path_is_a_path(word: str) -> None:
    line = ["--target", "a=1", "--select", "CNI1", "--output-format", "full"]
    Path(word).touch()
    for at in (2, 4, 6):
        words = [*line[:at], word, *line[at:]]
        assert spread(words) == words


def test_every_option_with_several_values_is_one_of_the_command(tmp_path: Path) -> None:
    text = cnilint("check", "--help", folder=tmp_path).out
    several = [one.spelled for one in entries() if one.option.words]
    assert several
    assert all(f"  {option} " in text for option in several)
    assert {one.spelled for one in entries() if further(one.spelled)} == set(several)


def test_the_releases_of_three_products_in_one_go(tmp_path: Path) -> None:
    folder = placed(tmp_path, {"aws-node.yaml": VPC})
    targets = ("--target", "multus=4.1.4", "vpc-cni=1.19", "cilium=1.17")
    for command in ("check", "inspect"):
        assert cnilint(command, *targets, folder=folder).code == 0
        assert cnilint(command, *targets, "aws-node.yaml", folder=folder).code == 0
    done = cnilint("check", "--target", "multus=4.1.4", "vcp-cni=1.19", folder=folder)
    assert done.err == "cnilint: error: --target: no product 'vcp-cni', did you mean 'vpc-cni'?\n"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("chekc", "no command 'chekc', did you mean 'check'?"),
        (
            "aws-node.yaml",
            "no command 'aws-node.yaml', did you mean `cnilint check aws-node.yaml`?",
        ),
        (".", "no command '.', did you mean `cnilint check .`?"),
        ("zzz", "no command 'zzz' (`cnilint --help` lists what there is)"),
        ("--fix", "no option '--fix', did you mean `cnilint check --fix`?"),
        ("--zzz", "no option '--zzz' (`cnilint --help` lists what there is)"),
        ("config shwo", "no command 'shwo', did you mean 'show'?"),
        ("config zzz", "no command 'zzz' (`cnilint config --help` lists what there is)"),
        ("check --fixx", "no option '--fixx', did you mean '--fix'?"),
        ("check --statistic", "no option '--statistic', did you mean '--statistics'?"),
        ("check --wacht", "no option '--wacht', did you mean '--watch'?"),
        ("check --zzz", "no option '--zzz' (`cnilint check --help` lists what there is)"),
        ("baseline write --selct CNI1", "no option '--selct', did you mean '--select'?"),
        ("inspect --statistics", "no option '--statistics' (`cnilint inspect --help` lists"),
        (
            "check --fail-on warn",
            "--fail-on takes one of error, warning, note, never, not 'warn', did you mean 'warn",
        ),
        ("check --runtime crio", "--runtime takes one of containerd, cri-o, not 'crio', did you"),
        ("check --runtime docker", "--runtime takes one of containerd, cri-o, not 'docker'\n"),
        ("inspect --output-format jsn", "--output-format takes one of text, json, not 'jsn', did"),
        ("check --target", "option '--target' requires an argument\n"),
        ("check --fix=yes", "option '--fix' does not take a value\n"),
        ("version extra", "(extra) (`cnilint version --help` lists"),
        ("check --select CNI1O1", "--select: no rule 'CNI1O1', did you mean 'CNI101'?"),
        ("check aws-nod.yaml", "aws-nod.yaml: no such file or directory, did you mean 'aws-node"),
        ("check aws-node.yml", "aws-node.yml: no such file or directory, did you mean 'aws-node"),
        ("check prod", "prod: no such file or directory, did you mean 'clusters/prod'?"),
        (
            "check cluster/prd",
            "cluster/prd: no such file or directory, did you mean 'clusters/prod'?",
        ),
        ("check --baseline old.json", "no baseline old.json, did you mean 'known/old.json'?: "),
        ("check --config aws.yaml", "aws.yaml: No such file or directory, did you mean 'aws-node."),
        ("check --host-file 1.conf=old.jsn", "old.jsn: No such file or directory\n"),
        ("check --host-file 1.conf=known/old.jsn", "did you mean 'known/old.json'?"),
    ],
)
def test_a_mistake_is_one_line_with_what_may_have_been_meant(
    line: str, message: str, tmp_path: Path
) -> None:
    files = {"aws-node.yaml": VPC, "clusters/prod/a.yaml": VPC, "known/old.json": "{}"}
    done = cnilint(*line.split(), folder=placed(tmp_path, files))
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("cnilint: error: ")
    assert done.err.count("\n") == 1
    assert message in done.err
