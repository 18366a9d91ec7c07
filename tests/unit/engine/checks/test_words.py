"""What a misspelt word is likely to mean, and how alternatives are listed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.engine.checks.configuration import nearest_key
from cnilint.engine.checks.master import _misspelt, _nearest, distance
from cnilint.engine.sentences import either
from cnilint.upstream.multus_daemon_config import DAEMON_KEYS

WORDS = st.text("abc", max_size=6)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a or b"),
        (["a", "b", "c"], "a, b or c"),
        (["a", "b", "c", "d"], "a, b, c or d"),
    ],
)
def test_alternatives(names: list[str], words: str) -> None:
    assert either(names) == words


@pytest.mark.parametrize(
    ("left", "right", "edits"),
    [
        ("", "", 0),
        ("", "abc", 3),
        ("kitten", "sitting", 3),
        ("10-aws", "10-awz", 1),
        ("10-aws", "10aws", 1),
        ("ab", "ba", 2),
        ("aws", "AWS", 3),
    ],
)
def test_distances(left: str, right: str, edits: int) -> None:
    assert distance(left, right) == distance(right, left) == edits


@given(WORDS, WORDS, WORDS)
def test_a_distance_is_one(a: str, b: str, c: str) -> None:
    assert (distance(a, b) == 0) == (a == b)
    assert distance(a, b) == distance(b, a)
    assert distance(a, c) <= distance(a, b) + distance(b, c)
    assert abs(len(a) - len(b)) <= distance(a, b) <= max(len(a), len(b))


@given(WORDS, WORDS, st.integers(0, 6), st.sampled_from("abc"))
def test_one_letter_more_is_one_edit_at_most(a: str, b: str, at: int, letter: str) -> None:
    longer = a[:at] + letter + a[at:]
    assert distance(a, longer) == 1
    assert abs(distance(a, b) - distance(longer, b)) <= 1


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("multus_master_cni", "multusMasterCNI"),
        ("multus-master-cni", "multusMasterCNI"),
        ("masterCNI", "multusMasterCNI"),
        ("mastercni", "multusMasterCNI"),
        ("multusMasterCNIFile", "multusMasterCNI"),
        ("multusMasterCni", "multusMasterCNI"),
        ("multusMaserCNI", "multusMasterCNI"),
        ("multusMasterCNY", "multusMasterCNI"),
        ("multusMasterXYI", "multusMasterCNI"),
        ("multusMasterXYZ", None),
        ("multusAutoConfDir", "multusAutoconfigDir"),
        ("autoconfigDir", "multusAutoconfigDir"),
        ("cni-version", "cniVersion"),
        ("cniVersionn", "cniVersion"),
        ("logFil", "logFile"),
        ("master", None),
        ("comment", None),
        ("x", None),
        ("", None),
        ("$schema", None),
    ],
)
def test_the_key_that_a_name_is_likely_to_mean(name: str, meant: str | None) -> None:
    assert nearest_key(name) == meant


@pytest.mark.parametrize("key", sorted(DAEMON_KEYS))
def test_a_key_means_itself_in_any_dress(key: str) -> None:
    dashed = "".join(f"-{c.lower()}" if c.isupper() else c for c in key)
    for dressed in (key, key.upper(), key.lower(), dashed, f"_{key}_"):
        assert nearest_key(dressed) == key


@pytest.mark.parametrize(
    ("pin", "known", "meant"),
    [
        ("10-aws.conf", ["10-aws.conflist"], "10-aws.conflist"),
        ("anything", ["10-aws.conflist"], "10-aws.conflist"),
        ("10-AWS.conflist", ["05-cilium.conflist", "10-aws.conflist"], "10-aws.conflist"),
        (" 10-aws.conflist", ["05-cilium.conflist", "10-aws.conflist"], "10-aws.conflist"),
        ("/etc/cni/net.d/10-aws.conf", ["05-x.conflist", "10-aws.conflist"], "10-aws.conflist"),
        ("10-awss", ["05-cilium.conflist", "10-aws.conflist"], "10-aws.conflist"),
        ("10-a.conf", ["10-b.conf", "10-c.conf"], None),
        ("10-aws.conf", ["10-aws.conflist", "10-aws.conf.json"], "10-aws.conflist"),
        ("calico", ["05-cilium.conflist", "10-aws.conflist"], None),
        ("10-aws", [], None),
    ],
)
def test_the_file_that_a_pin_can_only_mean(pin: str, known: list[str], meant: str | None) -> None:
    assert _nearest(pin, known) == meant


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("10-aws.conflist", None),
        ("10-aws.conflist ", "blank"),
        ("\t10-aws.conflist", "blank"),
        ("/etc/cni/net.d/10-aws.conflist", "bare file name"),
        ("../10-aws.conflist", None),
        ("a b.conf", None),
    ],
)
def test_a_pin_that_is_wrong_whatever_there_is(name: str, wrong: str | None) -> None:
    found = _misspelt(name)
    assert (found is None) == (wrong is None)
    assert wrong is None or wrong in str(found)
