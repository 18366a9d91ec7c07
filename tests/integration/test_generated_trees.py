"""The trees that are measured: always the same, of the size that was asked for, and as they say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import generate
from cnilint import inspect, lint
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.syntax.compose import compose
from tests.clusters import contents


@given(st.integers(0, 400), st.integers(0, 10**6))
@settings(max_examples=60, deadline=None)
def test_texts_have_the_size_that_was_asked_for_and_are_yaml(count: int, more: int) -> None:
    size = count * (generate.SMALLEST + 400) + (more if count else 0)
    texts = list(generate.texts(size, count))
    assert len(texts) == count
    assert sum(len(text.encode()) for text in texts) == size
    assert texts == list(generate.texts(size, count))
    for text in texts[:5] + texts[-5:]:
        documents = list(compose(Source("a.yaml", text)))
        assert documents
        assert all(isinstance(one, Document) for one in documents)


def test_what_does_not_fit_is_said() -> None:
    with pytest.raises(SystemExit, match="need 6000 bytes or more"):
        list(generate.texts(5000, 10))


def test_a_tree_has_its_bytes_files_folders_and_clusters(tmp_path: Path) -> None:
    generate.tree(tmp_path, 1_000_000, 300, 40, 4)
    found = contents(tmp_path)
    assert len(found) == 300
    assert sum(map(len, found.values())) == 1_000_000
    assert len({name.rpartition("/")[0] for name in found}) == 40
    result = inspect(tmp_path)
    assert len(result.clusters) == 4
    assert all(len(cluster.installers) == 2 for cluster in result.clusters)


def test_a_tree_without_clusters_has_no_object_of_a_cni(tmp_path: Path) -> None:
    generate.tree(tmp_path, 300_000, 200, 10, 0)
    result = lint(tmp_path)
    assert not any(cluster.installers for cluster in result.clusters)
    assert result.findings == ()


def test_a_stream_is_one_file_with_one_cluster(tmp_path: Path) -> None:
    path = tmp_path / "all.yaml"
    generate.stream(path, 500_000)
    assert path.stat().st_size == 500_000
    (cluster,) = inspect(path).clusters
    assert len(cluster.installers) == 2
    generate.stream(path, 500_000, installs=False)
    assert path.stat().st_size == 500_000
    assert not inspect(path).clusters[0].installers


def test_each_cluster_has_three_findings_with_a_fix(tmp_path: Path) -> None:
    generate.findings(tmp_path, 3)
    found = lint(tmp_path).findings
    assert len(found) == 9
    assert all(finding.fixes for finding in found)


def test_a_crowd_has_its_installers_on_its_classes(tmp_path: Path) -> None:
    path = tmp_path / "crowd.yaml"
    path.write_text(generate.crowd(4))
    (cluster,) = inspect(path).clusters
    assert len(cluster.installers) == 4
    path.write_text(generate.crowd(6, 3))
    (cluster,) = inspect(path).clusters
    assert len(cluster.installers) == 6
    assert len(cluster.classes) > len(inspect(tmp_path).clusters)


def test_a_repository_has_its_kustomize_roots(tmp_path: Path) -> None:
    generate.kustomize(tmp_path, 3)
    assert len(list(tmp_path.glob("apps/*/prod/kustomization.yaml"))) == 3
    assert len(contents(tmp_path)) == 3 * (generate.RESOURCES + 3)


@pytest.mark.parametrize(
    ("text", "size"), [("12MB", 12_000_000), ("1.5 KB", 1500), ("7", 7), ("1GB", 10**9)]
)
def test_a_size_is_a_number_with_a_unit(text: str, size: int) -> None:
    assert generate.in_bytes(text) == size


def test_what_is_no_size_is_refused(tmp_path: Path) -> None:
    command = [sys.executable, generate.__file__, "tree", str(tmp_path / "a"), "--bytes", "12 XB"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "--bytes" in done.stderr
