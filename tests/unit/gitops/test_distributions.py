"""The primary CNI of a distribution, as its own configuration says it."""

from __future__ import annotations

import pytest

from cnilint.catalog.recognise import installers
from cnilint.kube.manifest import ManifestIndex
from tests.unit.gitops.trees import products, single, tree

CONTROL = """\
version: v1alpha1
machine: {type: controlplane}
cluster:
  clusterName: lake
  network:
    dnsDomain: cluster.local
"""
TALHELPER = """\
clusterName: lake
endpoint: https://10.1.0.10:6443
nodes: [{hostname: one, controlPlane: true}]
"""
OBJECT = "apiVersion: v1\nkind: Namespace\nmetadata: {name: n}\n"
DELETED = "apiVersion: v1alpha1\nkind: KubeFlannelCNIConfig\n$patch: delete\n"


NO_CNI = "cluster: {network: {cni: {name: none}}}"


def named(name: str) -> str:
    return f"cluster: {{network: {{cni: {{name: {name}}}}}}}\n"


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"cp.yaml": CONTROL}, ["flannel"]),
        ({"cp.yaml": CONTROL, "cp2.yaml": CONTROL}, ["flannel"]),
        ({"cp.yaml": CONTROL + "    cni: {name: flannel}\n"}, ["flannel"]),
        ({"cp.yaml": CONTROL + "    cni: {name: none}\n"}, []),
        ({"cp.yaml": CONTROL.replace("controlplane", "worker")}, []),
        # what talosctl writes from v1.14 on names no network: a document of its own does
        ({"cp.yaml": CONTROL.replace("network:", "other:")}, []),
        ({"cp.yaml": "apiVersion: v1alpha1\nkind: KubeFlannelCNIConfig\n"}, ["flannel"]),
        ({"cp.yaml": CONTROL, "patch.yaml": DELETED}, []),
        ({"cp.yaml": CONTROL, "patch.yaml": named("none")}, []),
        ({"cp.yaml": CONTROL, "patch.yaml": named("custom")}, []),
        ({"patch.yaml": "machine: {sysctls: {a: b}}\n"}, []),
        (
            {
                "cp.yaml": CONTROL,
                "p.yaml": "- {op: add, path: /cluster/network/cni, value: {name: none}}\n",
            },
            [],
        ),
        ({"talconfig.yaml": TALHELPER}, ["flannel"]),
        ({"talconfig.yaml": TALHELPER + "cniConfig: {name: none}\n"}, []),
        (
            {"talconfig.yaml": TALHELPER + "patches:\n  - |-\n    " + named("none")},
            [],
        ),
        (
            {"talconfig.yaml": TALHELPER + f"controlPlane: {{inlinePatch: {{{NO_CNI}}}}}\n"},
            [],
        ),
        (
            {
                "talconfig.yaml": TALHELPER + "controlPlane: {configPatches: "
                "[{op: add, path: /cluster/network/cni, value: {name: none}}]}\n"
            },
            [],
        ),
        ({"talconfig.yaml": TALHELPER, "patches/cni.yaml": named("none")}, []),
        ({"talconfig.yaml": TALHELPER + 'patches: ["@./patches/a.yaml"]\n'}, []),
        (
            {
                "talos/talconfig.yaml": TALHELPER + 'patches: ["@./patches/a.yaml"]\n',
                "talos/patches/a.yaml": "machine: {sysctls: {a: b}}\n",
            },
            ["flannel"],
        ),
        ({"talenv.yaml": TALHELPER + "cluster_id: 1\n"}, []),
        ({"topf.yaml": TALHELPER.replace("endpoint", "clusterEndpoint")}, []),
        ({"rke2/config.yaml": "cni: cilium\n"}, ["cilium"]),
        ({"rke2/config.yaml": "cni: [multus, calico]\n"}, ["calico", "multus-thin"]),
        ({"rke2/config.yaml": "cni: multus\n"}, ["multus-thin"]),
        ({"rke2/config.yaml": "cni: none\n"}, []),
        ({"rke2/config.yaml": "tls-san: [a]\n"}, ["canal"]),
        ({"rke2/config.yaml": "server: https://a:9345\ntoken: t\n"}, []),
        ({"other/config.yaml": "cni: cilium\n"}, []),
        ({"k3s/config.yaml": "tls-san: [a]\n"}, ["flannel"]),
        ({"k3s/config.yaml": "flannel-backend: none\n"}, []),
        ({"k3s/a.yaml": "tls-san: [a]\n", "k3s/b.yaml": "flannel-backend: none\n"}, []),
        ({"values.yaml": "cluster: {name: lake, id: 1}\n"}, []),
    ],
)
def test_a_configuration_says_which_cni_there_is(
    files: dict[str, str], expected: list[str]
) -> None:
    assert products(single({**files, "namespace.yaml": OBJECT})) == expected


K0S = """\
apiVersion: k0s.k0sproject.io/v1beta1
kind: ClusterConfig
metadata: {name: lake}
spec:
  network: {NETWORK}
"""
KOPS = """\
apiVersion: kops.k8s.io/v1alpha2
kind: Cluster
metadata: {name: lake.example.com}
spec:
  networking: {NAME: {}}
"""


@pytest.mark.parametrize(
    ("text", "product", "path"),
    [
        (K0S.replace("NETWORK", ""), "kube-router", "/etc/cni/net.d/10-kuberouter.conflist"),
        (K0S.replace("NETWORK", "provider: calico"), "calico", "/etc/cni/net.d/10-calico.conflist"),
        (KOPS.replace("NAME", "cilium"), "cilium", "/etc/cni/net.d/05-cilium.conflist"),
        (KOPS.replace("NAME", "calico"), "calico", "/etc/cni/net.d/10-calico.conflist"),
        (KOPS.replace("NAME", "canal"), "canal", "/etc/cni/net.d/10-canal.conflist"),
        (KOPS.replace("NAME", "flannel"), "flannel", "/etc/cni/net.d/10-flannel.conflist"),
        (KOPS.replace("NAME", "weave"), "weave", "/etc/cni/net.d/10-weave.conflist"),
        (KOPS.replace("NAME", "kindnet"), "kindnet", "/etc/cni/net.d/10-kindnet.conflist"),
        (KOPS.replace("NAME", "amazonvpc"), "aws-vpc-cni", "/etc/cni/net.d/10-aws.conflist"),
        (
            KOPS.replace("NAME", "kuberouter"),
            "kube-router",
            "/etc/cni/net.d/10-kuberouter.conflist",
        ),
    ],
)
def test_the_object_of_a_distribution_installs_its_cni(text: str, product: str, path: str) -> None:
    objects = single({"cluster.yaml": text}).objects
    (one,), _notes = installers(objects, ManifestIndex(objects))
    assert one.writes is not None
    assert (one.product.id, one.writes.path) == (product, path)


def test_none_of_its_own_is_installed_where_k0s_and_kops_leave_it_to_the_user() -> None:
    assert products(single({"k0s.yaml": K0S.replace("NETWORK", "provider: custom")})) == []
    assert products(single({"kops.yaml": KOPS.replace("NAME", "cni")})) == []


def test_k0s_and_its_object_install_charts_too() -> None:
    charts = (
        "  extensions:\n    helm:\n"
        "      repositories: [{name: c, url: https://helm.cilium.io}]\n      charts:\n"
        "        - {name: one, chartname: c/cilium, version: 1.17.4, values: VALUES}\n"
    )
    custom = K0S.replace("NETWORK", "provider: custom") + charts
    for values in ("{cni: {exclusive: false}}", '"cni: {exclusive: false}"'):
        objects = single({"k0s.yaml": custom.replace("VALUES", values)}).objects
        (one,), _notes = installers(objects, ManifestIndex(objects))
        assert (one.product.id, one.release, one.behaviour.renames) == ("cilium", (1, 17, 4), "")
    chart = (
        "apiVersion: helm.k0sproject.io/v1beta1\nkind: Chart\nmetadata: {name: c}\n"
        'spec: {chartName: c/cilium, version: 1.17.4, values: "cni: {exclusive: true}"}\n'
    )
    objects = single({"chart.yaml": chart}).objects
    (one,), _notes = installers(objects, ManifestIndex(objects))
    assert (one.product.id, one.behaviour.renames) == ("cilium", "always")


def test_k3s_keeps_flannel_in_a_directory_of_its_own() -> None:
    objects = single({"k3s/config.yaml": "cluster-init: true\n"}).objects
    (one,), _notes = installers(objects, ManifestIndex(objects))
    assert one.directory == "/var/lib/rancher/k3s/agent/etc/cni/net.d"


def test_a_chart_of_rke2_that_is_configured_is_there_once() -> None:
    config = (
        "apiVersion: helm.cattle.io/v1\nkind: HelmChartConfig\n"
        "metadata: {name: rke2-cilium, namespace: kube-system}\n"
        'spec: {valuesContent: "cni: {exclusive: true}"}\n'
    )
    objects = single({"rke2/config.yaml": "cni: cilium\n", "cilium.yaml": config}).objects
    (one,), _notes = installers(objects, ManifestIndex(objects))
    assert (one.form.kind, one.behaviour.renames) == ("release", "always")


INLINE = """\
version: v1alpha1
machine: {type: controlplane}
cluster:
  network: {cni: {name: none}}
  inlineManifests:
    - name: flannel
      contents: |
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: kube-flannel-cfg, namespace: kube-flannel}
        ---
        apiVersion: apps/v1
        kind: DaemonSet
        metadata: {name: kube-flannel-ds, namespace: kube-flannel}
        spec:
          template:
            spec:
              initContainers:
                - name: install-cni
                  image: ghcr.io/flannel-io/flannel:v0.27.4
                  command: [cp]
                  args: [-f, /etc/kube-flannel/cni-conf.json, /etc/cni/net.d/10-flannel.conflist]
                  volumeMounts: [{name: cni, mountPath: /etc/cni/net.d}]
              volumes: [{name: cni, hostPath: {path: /etc/cni/net.d}}]
"""


def test_inline_manifests_are_objects_of_the_cluster_once() -> None:
    found = single({"one.yaml": INLINE, "two.yaml": INLINE})
    assert products(found) == ["flannel"]
    assert [one.kind for one in found.objects] == ["ConfigMap", "DaemonSet"]


FLUX = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec: {path: ./apps/NAME, sourceRef: {kind: GitRepository, name: flux-system}}
"""


def test_a_description_belongs_to_the_cluster_that_has_its_name() -> None:
    files = {
        f"clusters/{name}/apps.yaml": FLUX.replace("NAME", name) for name in ("lake", "river")
    } | {f"apps/{name}/n.yaml": OBJECT for name in ("lake", "river")}
    whole = tree({**files, "talos/cp.yaml": CONTROL})
    assert {one.name: products(one) for one in whole.clusters} == {"lake": ["flannel"], "river": []}
    elsewhere = CONTROL.replace("lake", "x")
    whole = tree({**files, "talos/river/cp.yaml": elsewhere})
    assert {one.name: products(one) for one in whole.clusters} == {"lake": [], "river": ["flannel"]}
    only = {path: text for path, text in files.items() if "lake" in path}
    assert products(single({**only, "talos/cp.yaml": elsewhere})) == ["flannel"]
