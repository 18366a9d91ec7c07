"""Laws that hold for every program, and the words that name the programs."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnilint.upstream.confdir import encoded
from cnilint.upstream.selector import multus_release, predict

SELECTORS = [
    "multus-thick@v4.0.2",
    "multus-thick@v4.3.0",
    "multus-thin@v4.3.0",
    "containerd",
    "cri-o",
]
CONTENTS = st.sampled_from(
    [
        '{"cniVersion": "0.4.0", "name": "aws-cni", "plugins": [{"type": "aws-cni"}]}',
        '{"cniVersion": "0.3.1", "name": "istio-cni", "type": "istio-cni"}',
        '{"cniVersion": "1.0.0", "name": "n", "type": "x", "capabilities": {"a": true}}',
        '{"name": "nover", "plugins": [{"type": "bridge"}]}',
        "{oops",
        "[]",
        "",
    ]
)
STEMS = st.sampled_from(
    ["00-a", "00-multus", "05-b", "10-aws", "10-AWS", "100", "Z", "a", ".h", "é"]
)
ENDS = st.sampled_from([".conf", ".conflist", ".json", ".bak", ""])
NAMES = st.builds("{}{}".format, STEMS, ENDS)
FILES = st.dictionaries(NAMES, CONTENTS, max_size=6)


@given(st.sampled_from(SELECTORS), FILES, CONTENTS, st.text("abc09.", min_size=1, max_size=6))
def test_files_that_are_no_candidates_change_nothing(
    selector: str, files: dict[str, str], content: str, stem: str
) -> None:
    more = {**files, f"{stem}.bak": content, f"{stem}.CONF": content}
    assert predict(selector, more) == predict(selector, {**files, "README": ""})


@given(st.sampled_from(SELECTORS), FILES)
def test_the_order_in_which_files_are_given_does_not_matter(
    selector: str, files: dict[str, str]
) -> None:
    assert predict(selector, dict(reversed(files.items()))) == predict(selector, files)


@given(st.sampled_from(SELECTORS[:3]), FILES, NAMES, CONTENTS)
def test_a_file_behind_the_master_never_changes_the_choice(
    selector: str, files: dict[str, str], name: str, content: str
) -> None:
    before = predict(selector, files)
    if before.primary is not None and encoded(name) > encoded(before.primary):
        assert predict(selector, {**files, name: content}).primary == before.primary


@given(FILES, NAMES, CONTENTS)
def test_containerd_reads_nothing_behind_its_first_file(
    files: dict[str, str], name: str, content: str
) -> None:
    candidates = [n for n in files if n.endswith((".conf", ".conflist", ".json"))]
    first = min(candidates, key=encoded, default=None)
    if first is not None and encoded(name) > encoded(first):
        assert predict("containerd", {**files, name: content}) == predict("containerd", files)


@given(FILES, st.sets(st.sampled_from(["aws-cni", "istio-cni", "x", "bridge"])))
def test_more_plugins_never_make_crio_choose_a_later_file(
    files: dict[str, str], binaries: set[str]
) -> None:
    some, every = predict("cri-o", files, binaries=binaries), predict("cri-o", files)
    if some.primary is not None:
        assert every.primary is not None
        assert encoded(every.primary) <= encoded(some.primary)


@given(FILES, NAMES)
def test_thick_and_thin_take_the_file_they_are_pinned_to(files: dict[str, str], name: str) -> None:
    directory = "/host/etc/cni/net.d"
    config = {"cniVersion": "0.3.1", "multusAutoconfigDir": directory, "multusMasterCNI": name}
    thick = predict("multus-thick@v4.3.0", files, daemon_config=json.dumps(config))
    thin = predict("multus-thin@v4.3.0", files, args=[f"--multus-master-cni-file-name={name}"])
    assert thick.primary in (None, name)
    assert thin.primary in (None, name)
    if name not in files:
        assert (thick.error, thin.error) == ("master-unreadable", "master-missing")


@settings(max_examples=50)
@given(FILES)
def test_a_prediction_is_one_of_three(files: dict[str, str]) -> None:
    for selector in SELECTORS:
        found = predict(selector, files)
        assert (found.outcome == "picked") == (found.primary is not None)
        assert (found.outcome == "error") == (found.error is not None)
        assert found.outcome in ("picked", "waits", "error")
        if found.primary is not None:
            assert found.primary in files


def test_without_a_daemon_configuration_upstreams_counts() -> None:
    files = {"10-aws.conflist": '{"name": "aws-cni", "plugins": []}'}
    assert predict("multus-thick@v4.1.4", files).primary == "10-aws.conflist"


@pytest.mark.parametrize(
    ("selector", "release"),
    [
        ("multus-thick@v4.1.4", ("thick", (4, 1, 4))),
        ("multus-thin@4.2", ("thin", (4, 2, 0))),
        ("multus-thick@v4.1.4-eksbuild.3", ("thick", (4, 1, 4))),
    ],
)
def test_releases(selector: str, release: tuple[str, tuple[int, int, int]]) -> None:
    assert multus_release(selector) == release


@pytest.mark.parametrize(
    "selector",
    [
        "",
        "docker",
        "multus",
        "multus-thick",
        "multus-thick@v3.9.3",
        "multus-thick@latest",
        "Containerd",
        "multus-thin@v4",
        "multus-thick@v4.1.4x",
    ],
)
def test_an_unknown_selector_is_an_error_that_names_it(selector: str) -> None:
    with pytest.raises(ValueError, match="unknown selector") as caught:
        predict(selector, {})
    assert repr(selector) in str(caught.value)
