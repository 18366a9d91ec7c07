"""Who owns the pods of a node, read off its files."""

from __future__ import annotations

import json
import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint.engine.sentences import cause_words
from cnilint.model.steps import Cause, Failure
from cnilint.simulation.owner import MASTER_KEY, Ownership, Reading, delegate

D = "/etc/cni/net.d"
AWS = '{"name": "aws-cni", "cniVersion": "0.4.0", "plugins": [{"type": "aws-cni"}]}'
BRIDGE = '{"name": "b", "type": "bridge"}'
SHIM = {"name": "multus-cni-network", "cniVersion": "0.3.1", "type": "multus-shim"}


def shim(network: object, **more: object) -> str:
    return json.dumps(SHIM | {"clusterNetwork": network} | more)


def owner(
    files: dict[str, str],
    *,
    runtime: str = "containerd",
    masters: str = D,
    cluster_network: str | None = None,
) -> Ownership:
    on_host = {name if name.startswith("/") else f"{D}/{name}": t for name, t in files.items()}
    return delegate(on_host, Reading(D, runtime, masters, cluster_network))


def test_without_multus_the_runtimes_file_is_the_pods() -> None:
    files = {"10-aws.conflist": AWS, "20-b.conf": BRIDGE}
    assert owner(files) == Ownership("10-aws.conflist", "10-aws.conflist", plugins=("aws-cni",))


def test_nothing_is_ready_without_a_file_that_loads() -> None:
    assert owner({}).cause == Cause(Failure.NO_CONFIG)
    assert owner({"/elsewhere/10-aws.conflist": AWS}).cause == Cause(Failure.NO_CONFIG)
    assert owner({"05-x.conf": "{", "10-aws.conflist": AWS}) == Ownership(
        None, None, cause=Cause(Failure.FIRST_FILE_INVALID)
    )
    # CRI-O passes over what is invalid
    assert owner({"05-x.conf": "{", "10-aws.conflist": AWS}, runtime="cri-o").master == (
        "10-aws.conflist"
    )


def test_multus_hands_over_to_the_path_it_names() -> None:
    files = {"00-multus.conf": shim("/host/etc/cni/net.d/10-aws.conflist"), "10-aws.conflist": AWS}
    found = Ownership(
        "00-multus.conf", "10-aws.conflist", through_multus=True, plugins=("aws-cni",)
    )
    assert owner(files) == found
    chained = {
        "00-multus.conflist": json.dumps(
            {
                "name": "m",
                "plugins": [
                    json.loads(shim("/host/etc/cni/net.d/10-aws.conflist")),
                    {"type": "istio-cni"},
                ],
            }
        ),
        "10-aws.conflist": AWS,
    }
    assert owner(chained).master == "10-aws.conflist"
    assert owner(chained).plugins == ("istio-cni", "aws-cni")


def test_masters_may_be_kept_out_of_the_runtimes_directory() -> None:
    files = {
        "00-multus.conf": shim("/host/etc/cni/net.d/10-aws.conflist"),
        "/run/masters/10-aws.conflist": AWS,
    }
    assert owner(files, masters="/run/masters").master == "10-aws.conflist"
    assert owner(files).master is None


def test_a_path_is_cleaned_before_it_is_looked_up() -> None:
    files = {"00-multus.conf": shim("/host/etc/cni/net.d/./x/..//10-aws.conflist")}
    assert owner(files | {"10-aws.conflist": AWS}).master == "10-aws.conflist"


def test_the_daemons_own_cluster_network_goes_before_the_file_that_was_picked() -> None:
    files = {
        "00-multus.conf": shim("/host/etc/cni/net.d/10-aws.conflist"),
        "10-aws.conflist": AWS,
        "20-b.conf": BRIDGE,
    }
    assert owner(files, cluster_network=f"{D}/20-b.conf").master == "20-b.conf"
    gone = owner(files, cluster_network="")
    assert (gone.runtime, gone.master) == ("00-multus.conf", None)
    # thin Multus reads no daemon configuration
    thin = json.dumps({"name": "m", "type": "multus", MASTER_KEY: f"{D}/10-aws.conflist"})
    assert owner(files | {"00-multus.conf": thin}, cluster_network="").master == "10-aws.conflist"


def test_of_a_directory_the_first_file_counts_which_may_be_multus_own() -> None:
    files = {
        "00-multus.conf": shim("/host/etc/cni/net.d/10-aws.conflist"),
        "10-aws.conflist": AWS,
        "/run/masters/20-b.conf": BRIDGE,
        "/run/masters/10-a.json": BRIDGE,
        "/run/masters/below/00-c.conf": BRIDGE,
    }
    assert owner(files, cluster_network="/run/masters/").master == "10-a.json"
    itself = owner(files, cluster_network=D)
    assert (itself.master, itself.cause) == (None, Cause(Failure.OWN_FILE))


@pytest.mark.parametrize(
    ("members", "master"),
    [
        ({"CLUSTERNETWORK": "10-aws.conflist"}, "10-aws.conflist"),
        ({"clusternetwork": "10-aws.conflist"}, "10-aws.conflist"),
        ({"clu\u017fterNetworK": "10-aws.conflist"}, "10-aws.conflist"),
        # libcni sorts the members before Multus reads them, and the last one counts
        ({"clusterNetwork": "20-b.conf", "ClusterNetwork": "10-aws.conflist"}, "20-b.conf"),
        ({"clusterNetwork": "20-b.conf", "clusternetwork": "10-aws.conflist"}, "10-aws.conflist"),
        ({"clusterNetwork": "20-b.conf", "clusternetwork": None}, "20-b.conf"),
        ({"clusterNetwork": "20-b.conf", "clusternetwork": 7}, None),
        ({"clusterNetwork": "20-b.conf", "confdir": []}, None),
        ({"cluster-network": "20-b.conf"}, None),
    ],
)
@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("indent", [None, 7])
def test_a_cluster_network_is_read_as_go_reads_it(
    members: dict[str, object], master: str | None, listed: bool, indent: int | None
) -> None:
    paths = {k: f"/host/etc/cni/net.d/{v}" if isinstance(v, str) else v for k, v in members.items()}
    plugin = SHIM | paths
    content = {"name": "m", "plugins": [plugin]} if listed else plugin
    files = {
        f"00-multus.conf{'list' if listed else ''}": json.dumps(content, indent=indent),
        "10-aws.conflist": AWS,
        "20-b.conf": BRIDGE,
    }
    assert owner(files).master == master


@pytest.mark.parametrize(
    ("files", "master"),
    [
        ({"10-aws.conflist": AWS, "20-b.conf": BRIDGE}, "20-b.conf"),
        ({"20-b.conf": BRIDGE.replace("name", "NAME")}, "20-b.conf"),
        ({"20-b.conflist": AWS.replace('"aws-cni",', '"b",', 1)}, "20-b.conflist"),
        # of a list the name is a key of a map, and that has one case
        ({"20-b.conflist": AWS.replace('"name": "aws-cni"', '"Name": "b"')}, None),
        # a file that does not load ends the search
        ({"05-x.conf": "{", "20-b.conf": BRIDGE}, None),
        ({"20-b.conf": BRIDGE, "30-x.conf": "{"}, "20-b.conf"),
    ],
)
def test_a_network_is_found_by_its_name_as_libcni_loads_it(
    files: dict[str, str], master: str | None
) -> None:
    inside = {f"/run/networks/{name}": text for name, text in files.items()}
    named = {"00-multus.conf": shim("b", ConfDir="/run/networks")}
    found = owner(named | inside)
    assert found.master == master


@pytest.mark.parametrize("network", [None, 7, "", "aws-cni", "/host/etc/cni/net.d/gone.conf", []])
def test_a_cluster_network_that_is_no_file_gives_no_network(network: object) -> None:
    found = owner({"00-multus.conf": shim(network), "10-aws.conflist": AWS})
    assert found.master is None
    assert found.through_multus
    name = posixpath.basename(network) if isinstance(network, str) else ""
    assert found.cause == Cause(Failure.CLUSTER_NETWORK_UNREADABLE, name)
    assert cause_words(found.cause) == f"Multus cannot read {name or 'its cluster network'}"


@pytest.mark.parametrize(
    "text",
    [
        # what libcni loads and Python's reader, or a hasty look, stumbles over
        '{"type": "bridge", "name": "n", "plugins": []}',
        '{"type": "bridge", "name": "n", "plugins": {"a": 1}}',
        '{"type": "bridge", "name": "n", "plugins": null}',
        '{"TYPE": "bridge", "name": "n"}',
        '{"type": "bridge", "name": "n", "x": ' + "[" * 9000 + "]" * 9000 + "}",
        '{"type": "multus", "name": "n", "x": ' + "[" * 9000 + "]" * 9000 + "}",
    ],
)
def test_odd_files_that_load_have_an_owner_or_a_cause(text: str) -> None:
    found = owner({"10-x.conf": text})
    assert found.runtime == "10-x.conf"
    assert (found.master is None) is (found.cause is not None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(["multus-shim", "multus", "x", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["name", "type", "plugins", "clusterNetwork", "cniVersion", MASTER_KEY]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["a.conf", "a.conflist", "a.json", "b"]), JSON, max_size=3))
def test_no_content_makes_it_raise_and_no_owner_is_made_up(files: dict[str, object]) -> None:
    found = owner({name: json.dumps(value) for name, value in files.items()})
    assert found.runtime is None or found.runtime in files
    assert found.master is None or found.master in files
    assert (found.master is None) is (found.cause is not None)


@pytest.mark.parametrize("name", ["05-\0.conf", f"{'0' * 300}.conf"])
def test_a_file_that_no_kernel_makes_is_passed_over(name: str) -> None:
    files = {name: BRIDGE, "10-aws.conflist": AWS}
    for runtime in ("containerd", "cri-o"):
        assert owner(files, runtime=runtime).master == "10-aws.conflist"


def copy_of(network: str) -> str:
    """Return what Istio makes of Multus's file in a file of its own."""
    calls = SHIM | {"clusterNetwork": f"/host/etc/cni/net.d/{network}"}
    return json.dumps({"name": "c", "plugins": [calls, {"type": "istio-cni"}]})


def test_a_master_that_calls_multus_leads_on_to_the_file_that_this_one_names() -> None:
    files = {
        "00-multus.conf": shim("/host/etc/cni/net.d/02-copy.conflist"),
        "02-copy.conflist": copy_of("10-aws.conflist"),
        "10-aws.conflist": AWS,
    }
    assert owner(files) == Ownership(
        "00-multus.conf", "10-aws.conflist", through_multus=True, plugins=("istio-cni", "aws-cni")
    )


@pytest.mark.parametrize("network", ["02-copy.conflist", "00-multus.conf"])
def test_a_way_that_leads_back_to_multus_gives_no_pod_a_network(network: str) -> None:
    files = {
        "00-multus.conf": shim("/host/etc/cni/net.d/02-copy.conflist"),
        "02-copy.conflist": copy_of(network),
        "10-aws.conflist": AWS,
    }
    found = owner(files)
    assert (found.master, found.cause) == (None, Cause(Failure.OWN_FILE))


def test_an_older_text_of_its_own_file_ends_the_way() -> None:
    own = f"{D}/00-multus.conf"
    files = {"00-multus.conf": json.dumps({"name": "m", "type": "multus", MASTER_KEY: own})}
    assert owner(files).master == "00-multus.conf"
