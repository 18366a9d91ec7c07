"""Products that a chart, an add-on or an operator's object brings, as texts."""

from __future__ import annotations

import json

from cnilint.catalog.installer import Installer
from cnilint.catalog.recognise import installers
from cnilint.kube.manifest import ManifestIndex
from cnilint.model.finding import Note
from tests.unit.simulation.actors import read

HOME_OPERATIONS = "oci://ghcr.io/home-operations/charts"


def release(
    chart: str, version: str = "", values: object = None, *, address: str = "", name: str = "r"
) -> str:
    """Return a Flux release of a chart, and its repository if an address is given."""
    source = {"kind": "HelmRepository", "name": f"{name}-charts"}
    spec = {"chart": {"spec": {"chart": chart, "version": version, "sourceRef": source}}}
    body = {
        "apiVersion": "helm.toolkit.fluxcd.io/v2",
        "kind": "HelmRelease",
        "metadata": {"name": name, "namespace": "kube-system"},
        "spec": spec | ({"values": values} if values is not None else {}),
    }
    repository = {
        "apiVersion": "source.toolkit.fluxcd.io/v1",
        "kind": "HelmRepository",
        "metadata": {"name": source["name"], "namespace": "kube-system"},
        "spec": {"url": address},
    }
    return "\n---\n".join(map(json.dumps, [body, *([repository] if address else [])]))


def custom(kind: str, version: str, spec: object, name: str = "cluster") -> str:
    """Return an operator's custom resource."""
    body = {"apiVersion": version, "kind": kind, "metadata": {"name": name}, "spec": spec}
    return json.dumps(body)


def eksctl(**members: object) -> str:
    """Return eksctl's description of a cluster."""
    head = {"apiVersion": "eksctl.io/v1alpha5", "kind": "ClusterConfig"}
    return json.dumps(head | {"metadata": {"name": "one", "region": "eu-west-1"}} | members)


def found(*texts: str) -> tuple[list[Installer], list[Note]]:
    """Return what some objects install."""
    objects = read("\n---\n".join(texts))
    return installers(objects, ManifestIndex(objects))


def only(*texts: str) -> Installer:
    """Return the only install among some objects."""
    (one,) = found(*texts)[0]
    return one
