"""The public interface as another program uses it; never run, but checked by mypy as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import assert_type

import cnilint
from cnilint import (
    Applicability,
    Finding,
    Fix,
    Level,
    Location,
    Note,
    Options,
    Policy,
    Result,
    inspect,
    lint,
    networks,
    predict,
    replay,
    vpc_cni,
)
from cnilint.simulation.cluster import Cluster
from cnilint.upstream.aws_vpc_cni.entrypoint import VpcCniStart
from cnilint.upstream.aws_vpc_cni.program import Refusal
from cnilint.upstream.multus_outcome import (
    Delegate,
    FaultPlace,
    Networks,
    PluginCall,
    Selection,
    Stage,
)
from cnilint.upstream.prediction import Prediction

assert_type(cnilint.__version__, str)

result = lint(
    ["clusters", "-"],
    host_files=("87-podman-bridge.conflist",),
    runtime="cri-o",
    options=Options(least=Applicability.UNSAFE, rendered=True),
    stdin=lambda: b"kind: List",
)
assert_type(result, Result)
assert_type(result.findings, tuple[Finding, ...])
assert_type(result.notes, tuple[Note, ...])
assert_type(result.clusters, tuple[Cluster, ...])
assert_type(result.count(Level.ERROR), int)
assert_type(result.findings[0].fixes, tuple[Fix, ...])
assert_type(result.findings[0].location, Location)
assert_type(result.to_json(), str)
assert_type(inspect(["."], runtime="containerd"), Result)
assert_type(lint("clusters", config="auto", policy=Policy(off=frozenset({"CNI102"}))), Result)
assert_type(lint(Path("clusters")), Result)

try:
    inspect("clusters")
except cnilint.ReadError as error:
    assert_type(error.path, str)
except cnilint.NothingReadError as nothing:
    assert_type(nothing.paths, tuple[str, ...])
except (cnilint.UsageError, cnilint.ConfigurationError, cnilint.RuleError, cnilint.CnilintError):
    pass

prediction = predict(
    "multus-thick@v4.1.4",
    {"10-aws.conflist": "{}"},
    daemon_config='{"multusConfigFile": "auto"}',
    args=["--multus-conf-file=auto"],
    binaries={"aws-cni"},
    default_network="",
)
assert_type(prediction, Prediction)
assert_type(prediction.primary, str | None)
assert_type(replay("multus-thick@v4.1.4", [{"op": "start"}]), list[dict[str, object]])

started = vpc_cni(
    {"ENABLE_IPv4": "true"},
    version="v1.19.6",
    before={"aws.conf": "{}"},
    directories=["/host/etc/cni/net.d"],
    conflist="{}",
    node_ipv6=True,
    node_ipv4=True,
    ipamd="hangs",
)
assert_type(started, VpcCniStart)
assert_type(started.wrote, Mapping[str, object])
assert_type(started.refused, Refusal | None)

found = networks(
    "shop",
    {"k8s.v1.cni.cncf.io/networks": "net1"},
    [{"namespace": "shop", "name": "net1", "config": None}],
    version="v4.3.0",
    conf_dir={"10-net1.conf": "{}"},
    multus_config={"namespaceIsolation": True},
    primary="{}",
)
assert_type(found, Networks)
assert_type(found.parse, Stage[Selection])
assert_type(found.load, Stage[Delegate])
assert_type(found.add, Stage[PluginCall] | None)
assert_type(found.load.where, FaultPlace | None)

assert_type(replay("istio-cni@1.30.3", [{"op": "start"}]), list[dict[str, object]])
replay("istio-cni@1.30.3", [], before={"a.conf": ""}, settings={"env": {"CNI_CONF_NAME": "a.conf"}})

lint("clusters", runtime=1)  # type: ignore[arg-type]
inspect(["."], options=Options())  # type: ignore[call-arg]
networks("shop", {}, [])  # type: ignore[call-arg]
replay("istio-cni@1.30.3")  # type: ignore[call-arg]
predict("containerd")  # type: ignore[call-arg]
vpc_cni({})  # type: ignore[call-arg]
cnilint.no_such_name  # type: ignore[attr-defined]  # noqa: B018
