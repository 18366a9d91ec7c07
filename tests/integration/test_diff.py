"""`cnilint diff` and `cnilint check --since`, as a person runs them in a repository."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from cnilint.report.formats import KNOWN
from tests.clusters import PINNED, STANDALONE, VPC, cnilint, multus, placed
from tests.repositories import commit, git, repository

BASE = {"aws-node.yaml": VPC, "multus.yaml": multus(), "web/web.yaml": "a: 1\n"}


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """Return a repository whose working tree adds Istio CNI to Multus and the Amazon VPC CNI."""
    folder = repository(tmp_path / "top")
    commit(folder, BASE)
    git(folder, "checkout", "--quiet", "-b", "istio")
    return placed(folder, {"istio-cni.yaml": STANDALONE})


def marked(rule: str, manifest: str) -> str:
    """Return Multus's manifest with a rule ignored beside its configuration."""
    comment = f"# cnilint: ignore[{rule}] we restart it by hand"
    return manifest.replace("  daemon-config.json: |", f"  {comment}\n  daemon-config.json: |")


TOLD = """\
main (ID) → the working tree

cluster default
  + Istio CNI  DaemonSet istio-system/istio-cni-node  istio-cni.yaml:4:9
      writes 02-istio-cni.conf
  all nodes
    before:       deterministic: 10-aws.conflist
    after, worse: a race: 02-istio-cni.conf or 10-aws.conflist

error[CNI101]: Multus (thick) has no pinned master, so the order in which files appear on all nodes
               decides whether pods get 02-istio-cni.conf or 10-aws.conflist
"""


def test_what_a_change_does_is_told(top: Path) -> None:
    done = cnilint("diff", folder=top)
    assert (done.code, done.err) == (1, "")
    told = done.out.replace(git(top, "rev-parse", "main")[:9], "ID")
    assert told.startswith(TOLD)
    assert "gone: CNI102 Multus (thick) is not pinned to a master" in told
    assert told.endswith(
        "\ninstalls: 1 added; 1 verdict changed, 1 of them worse; new: 1 error; gone: 1 warning\n"
    )
    assert git(top, "status", "--porcelain") == "?? istio-cni.yaml"


def test_nothing_that_stayed_the_same_is_printed(top: Path) -> None:
    (top / "istio-cni.yaml").unlink()
    placed(top, {"web/web.yaml": "a: 2\n"})
    done = cnilint("diff", folder=top)
    assert done.code == 0
    assert done.out.endswith("\n\nnothing changes: no install, no verdict and no finding\n")
    concise = cnilint("diff", "--output-format", "concise", folder=top)
    assert (concise.code, concise.out) == (0, "")
    assert concise.err == "cnilint: nothing changes: no install, no verdict and no finding\n"


def test_a_file_that_is_not_read_makes_what_was_decided_undecided(top: Path) -> None:
    (top / "istio-cni.yaml").unlink()
    limit = ("--max-file-size", "20KB")
    kept = cnilint("diff", *limit, folder=top)
    assert kept.out.endswith("\n\nnothing changes: no install, no verdict and no finding\n")
    commit(top, {"large.yaml": f"a: {'x' * 30_000}\n"})
    undecided = "undecided: what large.yaml:1:1 brings is not in view"
    decided = "deterministic: 10-aws.conflist"
    there = cnilint("diff", *limit, "--output-format", "concise", folder=top)
    assert f"default: all nodes: {decided} -> {undecided} (worse)\n" in there.out
    back = cnilint("diff", "istio", "main", *limit, "--output-format", "concise", folder=top)
    assert f"default: all nodes: {undecided} -> {decided}\n" in back.out
    same = cnilint("diff", "istio", *limit, folder=top)
    assert same.out.endswith("\n\nnothing changes: no install, no verdict and no finding\n")


def test_the_clusters_of_two_folders_have_their_names_within_these(tmp_path: Path) -> None:
    parts = {"a.yaml": VPC, "multus.yaml": multus()}
    for folder in ("old", "new", "other/new"):
        clusters = ("east", "west") if folder == "old" else ("east", "far-west")
        placed(tmp_path / folder, {f"clusters/{c}/{n}": parts[n] for c in clusters for n in parts})
    for new in ("old", "new", "other/new", str(tmp_path / "new")):
        done = cnilint("diff", "old", new, "--output-format", "concise", folder=tmp_path)
        inside = "other/new" if "other" in new else "new"
        told = f"{inside}/clusters/far-west (before: old/clusters/west)\n" if new != "old" else ""
        assert (done.code, done.out) == (0, told)


@pytest.mark.parametrize("name", ["full", "markdown", "html", "json"])
def test_a_cluster_that_is_only_renamed_is_told(name: str, tmp_path: Path) -> None:
    for folder, cluster in (("old", "west"), ("new", "far-west")):
        placed(tmp_path / folder, {f"clusters/{c}/a.yaml": VPC for c in ("east", cluster)})
    done = cnilint("diff", "old", "new", "--output-format", name, folder=tmp_path)
    assert done.code == 0
    assert "1 cluster renamed" in done.out
    if name != "json":
        assert "far-west (before: " in done.out


def test_a_cluster_without_a_cni_in_view_does_not_tell_of_its_running_nodes(tmp_path: Path) -> None:
    web = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {a: "1"}\n'
    placed(tmp_path / "old", {"web.yaml": web})
    placed(tmp_path / "new", {"web.yaml": web, "aws-node.yaml": VPC})
    done = cnilint("diff", "old", "new", folder=tmp_path)
    assert "    before: nothing in view installs a CNI\n" in done.out
    assert "is not known: no CNI is in\n      view before it\n" in done.out


def test_the_level_from_which_a_change_fails(top: Path) -> None:
    assert cnilint("diff", "--fail-on", "never", folder=top).code == 0
    assert cnilint("diff", "--fail-on", "error", folder=top).code == 1
    placed(top, {"multus.yaml": multus(PINNED)})
    (top / "istio-cni.yaml").unlink()
    assert cnilint("diff", "--ignore", "CNI603", folder=top).code == 0
    commit(top, {})
    # the way back brings the warning again
    assert cnilint("diff", "istio", "main", folder=top).code == 1
    assert cnilint("diff", "istio", "main", "--fail-on", "error", folder=top).code == 0


def test_the_report_for_programs(top: Path) -> None:
    found = json.loads(cnilint("diff", "--output-format", "json", folder=top).out)
    assert found["schema"] == "cnilint.diff/v1"
    assert found["before"]["commit"] == git(top, "rev-parse", "main")
    (cluster,) = found["clusters"]
    (install,) = cluster["installs"]
    assert (install["change"], install["after"]["product"]) == ("added", "istio-cni")
    (nodes,) = cluster["node_classes"]
    assert (nodes["worse"], nodes["before"]["answer"]["owners"]) == (True, ["10-aws.conflist"])
    assert [one["rule"] for one in found["new"]] == ["CNI101"]
    assert [one["rule"] for one in found["gone"]] == ["CNI102"]


def test_settings_have_their_places(top: Path) -> None:
    placed(top, {"multus.yaml": multus(PINNED)})
    done = cnilint("diff", "--output-format", "json", folder=top)
    installs = json.loads(done.out)["clusters"][0]["installs"]
    (setting,) = next(one for one in installs if one["change"] == "changed")["settings"]
    assert (setting["name"], setting["before"], setting["after"]) == (
        "multusMasterCNI",
        None,
        "10-aws.conflist",
    )
    assert setting["location_after"]["path"] == "multus.yaml"
    assert setting["location_before"] is None


def test_the_comment_begins_with_a_table_of_verdicts(top: Path) -> None:
    done = cnilint("diff", "--output-format", "markdown", folder=top)
    assert done.out.startswith("## cnilint: installs: 1 added; 1 verdict changed, 1 of them worse;")
    row = (
        "| default | all nodes | ✅ deterministic: 10-aws.conflist "
        "| ❌ **worse:** a race: 02-istio-cni.conf or 10-aws.conflist |\n"
    )
    assert f"| Cluster | Nodes | Before | After |\n| --- | --- | --- | --- |\n{row}" in done.out
    assert "| default | `+` Istio CNI | `DaemonSet istio-system/istio-cni-node`" in done.out
    assert "<details><summary>1 finding gone</summary>" in done.out


def test_only_what_is_new_is_in_the_formats_of_findings(top: Path) -> None:
    log = json.loads(cnilint("diff", "--output-format", "sarif", folder=top).out)
    (result,) = log["runs"][0]["results"]
    assert (result["ruleId"], result["baselineState"]) == ("CNI101", "new")
    lines = cnilint("diff", "--output-format", "github", folder=top).out.splitlines()
    assert [line.split(",")[0] for line in lines] == ["::error file=multus.yaml"]
    same = cnilint("diff", "main", "main", "--output-format", "sarif", folder=top)
    assert json.loads(same.out)["runs"][0]["results"] == []


def test_the_page_has_both_pictures(top: Path) -> None:
    page = cnilint("diff", "--output-format", "html", folder=top).out
    assert page.count('class="picture side"') == 2
    before, after = page.index("<h4>Before</h4>"), page.index("<h4>After, worse</h4>")
    assert "02-istio-cni.conf" not in page[before:after]
    assert "02-istio-cni.conf" in page[after:]
    assert (
        "No finding is new."
        in cnilint("diff", "main", "main", "--output-format", "html", folder=top).out
    )


@pytest.mark.parametrize("name", KNOWN)
def test_every_format_is_written_whether_something_changes_or_not(name: str, top: Path) -> None:
    out = f"{name}:../report.txt"
    assert cnilint("diff", "--output-format", out, folder=top).code == 1
    assert "CNI101" in (top.parent / "report.txt").read_text() or name in ("gitlab", "junit")
    assert cnilint("diff", "main", "main", "--output-format", out, folder=top).code == 0


def test_two_folders_are_compared(tmp_path: Path) -> None:
    placed(tmp_path / "old", BASE)
    placed(tmp_path / "new", {**BASE, "istio-cni.yaml": STANDALONE})
    done = cnilint("diff", "old", "new", "--output-format", "concise", folder=tmp_path)
    assert done.code == 1
    assert "default: + Istio CNI (DaemonSet istio-system/istio-cni-node)" in done.out
    assert "\nnew/multus.yaml:" in done.out
    same = cnilint("diff", "old", "new", "multus.yaml", folder=tmp_path)
    assert (same.code, same.out.splitlines()[-1][:15]) == (0, "nothing changes")


def test_two_rendered_files_are_compared_one_of_them_on_standard_input(tmp_path: Path) -> None:
    before = f"{VPC}---\n{multus()}"
    placed(tmp_path, {"before.yaml": before})
    after = f"{before}---\n{STANDALONE}".encode()
    words = ("--before", "before.yaml", "--after", "-", "--output-format", "concise")
    done = cnilint("diff", *words, folder=tmp_path, stdin=after)
    assert done.code == 1
    assert "default: + Istio CNI" in done.out
    again = cnilint("diff", "--before", "-", "--after", "before.yaml", folder=tmp_path, stdin=after)
    assert again.code == 1, again.out
    assert "- Istio CNI" in again.out


def test_a_file_in_which_there_is_nothing_is_no_side(tmp_path: Path) -> None:
    """What rendered nothing has failed: everything would seem to be gone."""
    placed(tmp_path, {"before.yaml": STANDALONE})
    asked = ("diff", "--before", "before.yaml", "--after")
    done = cnilint(*asked, "-", folder=tmp_path, stdin=b"")
    assert (done.code, done.err) == (3, "cnilint: error: nothing to read in -\n")
    gone = cnilint(*asked, os.devnull, folder=tmp_path)
    assert (gone.code, "- Istio CNI" in gone.out) == (0, True)


def test_settings_count_on_both_sides(top: Path) -> None:
    placed(top, {".cnilint.yaml": "ignore: [CNI101, CNI102]\nexclude: [istio-cni.yaml]\n"})
    done = cnilint("diff", folder=top)
    assert done.code == 0
    assert "nothing changes" in done.out


def test_the_settings_of_a_revision_count_where_it_is_the_head(top: Path) -> None:
    """Two revisions tell the same, whatever the working tree says meanwhile."""
    commit(top, {"istio-cni.yaml": STANDALONE, ".cnilint.yaml": "ignore: [CNI124]\n"})
    asked = ("diff", "main", "HEAD", "--output-format", "concise")
    clean = cnilint(*asked, folder=top)
    assert "+ Istio CNI" in clean.out
    placed(top, {".cnilint.yaml": "exclude: [istio-cni.yaml]\nfail-on: never\n"})
    assert cnilint(*asked, folder=top) == clean
    named = cnilint(*asked, "--config", ".cnilint.yaml", folder=top)
    assert (named.code, named.out) == (0, "")
    assert cnilint("diff", "main", "--output-format", "concise", folder=top).out == ""


def test_settings_lie_beside_paths_that_only_the_revision_has(top: Path) -> None:
    parts = {"new/istio.yaml": STANDALONE, "new/.cnilint.yaml": "exclude: [istio.yaml]\n"}
    commit(top, parts)
    git(top, "rm", "-rq", "new")
    done = cnilint("diff", "main", "HEAD", "new", folder=top)
    assert (done.code, done.err.splitlines()[-1]) == (3, "cnilint: error: nothing to read in new")


def test_settings_can_be_those_of_a_revision_on_both_sides(top: Path) -> None:
    placed(top, {"istio-cni.yaml": STANDALONE, ".cnilint.yaml": "exclude: [istio-cni.yaml]\n"})
    assert cnilint("diff", folder=top).code == 0
    done = cnilint("diff", "--config-from", "main", folder=top)
    assert done.code == 1
    assert "+ Istio CNI" in done.out
    since = ("check", "--since", "main", "--output-format", "concise")
    assert cnilint(*since, folder=top).code == 0
    assert cnilint(*since, "--config-from", "main", folder=top).code == 1


@pytest.mark.parametrize("name", ["full", "json", "markdown", "html"])
def test_what_only_the_change_ignores_is_told(name: str, top: Path) -> None:
    placed(top, {"multus.yaml": marked("CNI101", multus())})
    asked = ("diff", "--output-format", name)
    assert "newly ignored by this change" not in cnilint(*asked, folder=top).out
    told = cnilint(*asked, "--config-from", "main", folder=top).out
    assert "newly ignored by this change: " in told


def test_what_only_the_change_ignores_of_running_nodes_is_told(top: Path) -> None:
    placed(top, {"multus.yaml": marked("CNI603", multus(PINNED))})
    assert "CNI603" not in cnilint("diff", folder=top).out
    told = cnilint("diff", "--config-from", "main", folder=top).out
    assert "newly ignored by this change: warning[CNI603]" in told


def test_from_a_folder_below_the_top(top: Path) -> None:
    placed(top, {"deep/er/istio-cni.yaml": STANDALONE})
    done = cnilint("diff", "main", "../..", "--output-format", "concise", folder=top / "deep/er")
    assert done.code == 1
    assert "+ Istio CNI" in done.out


def test_what_a_revision_refers_to_is_read_from_it(tmp_path: Path) -> None:
    base = {"kustomization.yaml": "resources: [aws-node.yaml, multus.yaml]\n", **BASE}
    files = {f"base/{name}": text for name, text in base.items()}
    folder = repository(tmp_path / "top")
    commit(folder, {**files, "over/kustomization.yaml": "resources: [../base]\n"})
    commit(folder, {"base/multus.yaml": multus(PINNED)})
    done = cnilint("diff", "HEAD~1", "HEAD", "over", "--output-format", "concise", folder=folder)
    assert "multusMasterCNI: not set -> 10-aws.conflist" in done.out
    assert "gone CNI102" in done.out


def test_one_clear_message_where_it_cannot_be_compared(tmp_path: Path) -> None:
    for words, folder, said in (
        (("diff",), repository(tmp_path / "empty"), "this repository has no commit yet"),
        (("check", "--since", "main"), tmp_path / "empty", "this repository has no commit yet"),
        (("check", "--since", "x", "-"), tmp_path / "empty", "no revision has what comes"),
        (("diff", "--scope", "file"), tmp_path / "empty", "no option '--scope'"),
    ):
        done = cnilint(*words, folder=folder)
        assert (done.code, done.out) == (2, "")
        assert done.err.startswith("cnilint: error: ")
        assert said in done.err
        assert done.err.count("\n") == 1


def test_where_all_is_in_a_submodule_that_is_not_here_that_is_told(tmp_path: Path) -> None:
    module = repository(tmp_path / "module")
    first = commit(module, {"aws-node.yaml": VPC})
    top = repository(tmp_path / "top")
    git(top, "submodule", "--quiet", "add", str(module), "sub")
    commit(top, {})
    git(top, "submodule", "--quiet", "deinit", "--force", "sub")
    done = cnilint("diff", "HEAD", folder=top)
    note = (
        f"cnilint: note: of the submodule sub nothing is known in HEAD: its commit {first[:9]} is"
    )
    assert (done.code, done.out) == (3, "")
    assert done.err.startswith(note)
    assert done.err.endswith("cnilint: error: nothing to read in .\n")


# Nodes that already run


def test_what_nodes_that_run_do_not_pick_up_is_told_and_fails(top: Path) -> None:
    (top / "istio-cni.yaml").unlink()
    placed(top, {"multus.yaml": multus(PINNED)})
    done = cnilint("diff", folder=top)
    assert done.code == 1
    assert "warning[CNI603]: daemon-config.json of ConfigMap kube-system/" in done.out
    found = json.loads(cnilint("diff", "--output-format", "json", folder=top).out)
    assert [one["rule"] for one in found["running"]] == ["CNI603"]
    log = json.loads(cnilint("diff", "--output-format", "sarif", folder=top).out)
    assert [one["ruleId"] for one in log["runs"][0]["results"]] == ["CNI603"]
    assert cnilint("diff", "--fail-on", "error", folder=top).code == 0


def test_what_is_ignored_of_running_nodes_is_left_out(top: Path) -> None:
    (top / "istio-cni.yaml").unlink()
    placed(top, {"multus.yaml": marked("CNI603", multus(PINNED))})
    done = cnilint("diff", folder=top)
    assert (done.code, "CNI603" in done.out) == (0, False)
    assert "CNI910" not in cnilint("check", folder=top).out
    placed(top, {"multus.yaml": multus(PINNED)})
    assert cnilint("diff", "--ignore", "CNI603", folder=top).code == 0
    assert cnilint("diff", "--severity", "CNI603=note", folder=top).code == 0


# check --since


def test_only_what_is_new_since_a_revision_fails(top: Path) -> None:
    old = cnilint("check", "--since", "main", folder=top)
    assert old.code == 1
    assert "error[CNI101]" in old.out
    (top / "istio-cni.yaml").unlink()
    done = cnilint("check", "--since", "main", folder=top)
    assert (done.code, done.err) == (0, "")
    assert "warning[CNI102]" not in done.out
    assert done.out.endswith("; 1 there before the change\n")
    assert cnilint("check", folder=top).code == 1


def test_what_was_there_before_is_unchanged_in_sarif(top: Path) -> None:
    (top / "istio-cni.yaml").unlink()
    done = cnilint("check", "--since", "main", "--output-format", "sarif", folder=top)
    (result,) = json.loads(done.out)["runs"][0]["results"]
    assert (result["ruleId"], result["baselineState"]) == ("CNI102", "unchanged")
    found = json.loads(
        cnilint("check", "--since", "main", "--output-format", "json", folder=top).out
    )
    assert [one["suppression"]["by"] for one in found["suppressed"]] == ["before"]


def test_a_baseline_and_a_revision_know_each_finding_once(top: Path) -> None:
    commit(top, {"istio-cni.yaml": None})
    cnilint("baseline", "write", folder=top)
    placed(top, {"istio-cni.yaml": STANDALONE})
    baseline = (".cnilint-baseline.json",)
    done = cnilint("check", "--since", "HEAD", "--baseline", *baseline, folder=top)
    assert done.code == 1
    assert "error[CNI101]" in done.out
    (top / "istio-cni.yaml").unlink()
    known = cnilint("check", "--since", "HEAD", "--baseline", *baseline, folder=top)
    assert known.out.endswith("; 1 in the baseline\n")


def test_fixes_are_made_of_what_is_new_alone(top: Path) -> None:
    (top / "istio-cni.yaml").unlink()
    assert cnilint("check", "--since", "main", "--diff", folder=top).out == ""
    assert "multusMasterCNI" in cnilint("check", "--diff", folder=top).out


def test_no_hook_and_no_filter_of_the_repository_is_run(top: Path) -> None:
    ran = top.parent / "ran"
    script = f"#!/bin/sh\ntouch {ran}\n"
    for name in ("post-checkout", "fsmonitor-watchman"):
        placed(top / ".git/hooks", {name: script})
        (top / ".git/hooks" / name).chmod(0o755)
    git(top, "config", "core.fsmonitor", str(top / ".git/hooks/fsmonitor-watchman"))
    assert cnilint("diff", folder=top).code == 1
    assert cnilint("check", "--since", "main", folder=top).code == 1
    assert not ran.exists()
    assert os.listdir(top.parent) == ["top"]
