"""Workloads that write to a node's directory, as their products' manifests, and any mix of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from cnilint.catalog.recognise import installers
from cnilint.engine.sentences import step_words
from cnilint.kube.manifest import Manifest, ManifestIndex, manifests
from cnilint.model.steps import Cause, Situation
from cnilint.model.text import Source
from cnilint.model.tree import Document
from cnilint.multus.forms import multus
from cnilint.simulation.class_facts import multus_program, reading
from cnilint.simulation.owner import Reading
from cnilint.simulation.programs import Files, Program, program
from cnilint.simulation.search import RESTLESS, Outcome, Simulation, simulate
from cnilint.syntax.compose import compose

quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

DIRECTORY = "/etc/cni/net.d"
STEMS = ("05-b", "10-c", "20-d", "x")
BEFORE_MULTUS = "00-a"
EXTENSIONS = (".conflist", ".conf", ".json")
names = st.builds(
    "{}{}".format, st.sampled_from((BEFORE_MULTUS, *STEMS)), st.sampled_from(EXTENSIONS)
)
plain_names = st.builds("{}{}".format, st.sampled_from(STEMS), st.sampled_from(EXTENSIONS[:2]))
lists = st.builds("{}.conflist".format, st.sampled_from(STEMS))

Complaints = tuple[tuple[str, Cause], ...]
"""Programs that have not come up by their names, each with why; sorted."""

Found = tuple[tuple[str, ...], str | None, str | None, Cause | None, Complaints]
"""Of an outcome: files, what the runtime takes, whose network a pod gets, why not, who waits."""


def read(text: str) -> list[Manifest]:
    """Return the objects of a text."""
    found = compose(Source("cluster.yaml", text))
    return [m for part in found if isinstance(part, Document) for m in manifests(part)]


def daemon_set(
    *containers: object, volumes: object = None, labels: object = None, **spec: object
) -> dict[str, object]:
    host = [{"name": "net", "hostPath": {"path": "/etc/cni/net.d"}}]
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "ds", "namespace": "kube-system"},
        "spec": {
            "template": {
                "metadata": {"labels": labels or {}},
                "spec": {"containers": list(containers), "volumes": volumes or host, **spec},
            }
        },
    }


MOUNT = [{"name": "net", "mountPath": "/host/etc/cni/net.d"}]
AWS = {"name": "c", "image": "r/amazon-k8s-cni:v1.23.0", "volumeMounts": MOUNT}
THICK = {
    "name": "kube-multus",
    "image": "ghcr.io/k8snetworkplumbingwg/multus-cni:v4.1.4-thick",
    "command": ["/usr/src/multus-cni/bin/multus-daemon"],
    "volumeMounts": MOUNT,
}


@dataclass(frozen=True)
class Actor:
    """A workload as the manifests of its product have it, with the settings that matter here."""

    image: str
    command: str = ""
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    daemon: Mapping[str, str] = field(default_factory=dict)
    cilium: str = ""
    container: str = "main"

    def documents(self, at: int, selector: Mapping[str, str]) -> list[object]:
        mounts = [{"name": "net", "mountPath": "/host/etc/cni/net.d"}]
        volumes: list[object] = [{"name": "net", "hostPath": {"path": DIRECTORY}}]
        data: dict[str, str] = {}
        if self.daemon:
            directories = dict.fromkeys(
                ("cniConfigDir", "multusAutoconfigDir"), "/host/etc/cni/net.d"
            )
            data["daemon-config.json"] = json.dumps(
                {"cniVersion": "0.3.1", **directories, **self.daemon}
            )
            mounts.append({"name": "own", "mountPath": "/etc/cni/net.d/multus.d"})
        if self.cilium:
            data |= {"write-cni-conf-when-ready": self.cilium, "cni-exclusive": "true"}
        if data:
            volumes.append({"name": "own", "configMap": {"name": f"map-{at}"}})
        container = {
            "name": self.container,
            "image": self.image,
            "command": [self.command] if self.command else [],
            "args": list(self.arguments),
            "volumeMounts": mounts,
        }
        if self.environment:  # a manifest without any is an extract, which lacks nothing
            container["env"] = [{"name": k, "value": v} for k, v in self.environment.items()]
        pod = {"containers": [container], "volumes": volumes, "nodeSelector": dict(selector)}
        labels = {"k8s-app": "istio-cni-node"}
        daemon_set = {
            "apiVersion": "apps/v1",
            "kind": "DaemonSet",
            "metadata": {"name": f"actor-{at}"},
            "spec": {"template": {"metadata": {"labels": labels}, "spec": pod}},
        }
        config_map = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": f"map-{at}"},
            "data": data,
        }
        return [daemon_set, config_map]


def writer(name: str, removed: str = "") -> Actor:
    environment = {"CNI_CONF_NAME": name, "CNI_OLD_CONF_NAME": removed or name}
    return Actor("calico/cni:v3.28.0", "/opt/cni/bin/install", environment=environment)


def exclusive_once() -> Actor:
    arguments = ("--cni-exclusive=true",)
    return Actor("quay.io/cilium/cilium:v1.13.5", "cilium-agent", arguments)


def exclusive_always(name: str) -> Actor:
    path = f"/host/etc/cni/net.d/{name}"
    return Actor("quay.io/cilium/cilium:v1.15.6", "cilium-agent", cilium=path)


def inserter(target: str, release: str = "1.27.0") -> Actor:
    return Actor(f"{ISTIO}:{release}", environment={"CNI_CONF_NAME": target})


OWNED = "ISTIO_OWNED_CNI_CONFIG_FILENAME"


def copier(name: str, target: str = "") -> Actor:
    owned = {"ISTIO_OWNED_CNI_CONFIG": "true", "AMBIENT_ENABLED": "true", "CNI_CONF_NAME": target}
    named = {OWNED: name}
    return Actor(f"{ISTIO}:1.27.0", environment=owned | named)


INSIDE = "/host/etc/cni/net.d"


def unless_present(name: str) -> Actor:
    """Kube-OVN, which leaves a file of its name as it is."""
    flags = (f"--cni-conf-dir={INSIDE}", f"--cni-conf-name={name}")
    return Actor("kubeovn/kube-ovn:v1.15.4", "/kube-ovn/install-cni.sh", flags)


def sweeper() -> Actor:
    """kube-router, whose script removes a `.conf`."""
    own = f"{INSIDE}/10-kuberouter.conflist"
    script = f"[ -f {own} ] || (rm -f {INSIDE}/*.conf; cp /cni-conf.json {own})"
    return Actor("busybox:1.37", "/bin/sh", ("-c", script), container="install-cni")


def leaver() -> Actor:
    """OVN-Kubernetes, whose file goes when it stops."""
    flags = ("ovn-node", f"--cni-conf-dir={INSIDE}")
    return Actor("ovn-kube-ubuntu:v1", "/root/ovnkube.sh", flags)


def into_every_file() -> Actor:
    """Linkerd, which takes its plugin out of every list when it stops."""
    return Actor("cr.l5d.io/linkerd/cni-plugin:v1.6.8", container="install-cni")


def staying(target: str) -> Actor:
    """Kuma, which keeps to the file that it took, and to that file's name."""
    return Actor("kumahq/kuma-cni:2.14.0", environment={"CNI_CONF_NAME": target})


def beside() -> Actor:
    """Consul, which leaves a `.conf` beside the list that it makes of it."""
    flags = ("install-cni", f"-cni-net-dir={INSIDE}")
    return Actor("hashicorp/consul-k8s-control-plane:1.8", "consul-k8s-control-plane", flags)


def copier_once(*flags: str) -> Actor:
    """Antrea in networkPolicyOnly mode: before v1.8, without a flag, into the first file."""
    return Actor("antrea/antrea-agent-ubuntu:v2.4.0", "install_cni_chaining", flags)


def referrer() -> Actor:
    """Spiderpool's Multus, which refers to the first file there is when it starts."""
    agent = "spidernet-io/spiderpool/spiderpool-agent:v1.0.2"
    return Actor(agent, "/home/entrypoint.sh", container="multus-cni")


def thick(release: str, pin: str = "") -> Actor:
    daemon = {"multusConfigFile": "auto", "multusMasterCNI": pin}
    return Actor(f"multus-cni:{release}-thick", "/usr/bin/multus-daemon", daemon=daemon)


def thin(release: str, pin: str = "", *, cleans: bool = False) -> Actor:
    flags = ["--multus-conf-file=auto", f"--cleanup-config-on-exit={str(cleans).lower()}"]
    flags += [f"--multus-master-cni-file-name={pin}"] if pin else []
    return Actor(f"multus-cni:{release}", "/thin_entrypoint", tuple(flags))


def scripted(release: str, *flags: str, pin: str = "") -> Actor:
    """Multus v3, whose entrypoint is a script."""
    told = ["--multus-conf-file=auto", "--cni-version=0.3.1", *flags]
    told += [f"--multus-master-cni-file-name={pin}"] if pin else []
    return Actor(f"multus-cni:{release}", "/entrypoint.sh", tuple(told))


autos = st.builds(thick, st.sampled_from(["v4.0.2", "v4.1.4"])) | st.builds(
    thin, st.sampled_from(["v4.0.2", "v4.1.4"]), cleans=st.booleans()
)
picking_once = st.builds(thick, st.sampled_from(["v4.0.2", "v4.1.4"])) | st.builds(
    thin, st.sampled_from(["v4.0.2", "v4.1.4"])
)
pinned = st.builds(thick, st.sampled_from(["v4.0.2", "v4.1.4"]), lists | names) | st.builds(
    thin, st.just("v4.1.4"), lists | names, cleans=st.booleans()
)
free = (
    st.builds(writer, names)
    | st.builds(writer, names, names)
    | st.builds(exclusive_always, names)
    | st.builds(inserter, st.just("") | names)
    | autos
    | pinned
)
scripts = st.builds(
    scripted,
    st.sampled_from(["v3.4.1", "v3.8", "v3.9.3"]),
    st.sampled_from(
        ["--cleanup-config-on-exit=true", "--rename-conf-file=true", "--restart-crio=no"]
    ),
    pin=st.just("") | lists,
)
cleaning = [leaver(), into_every_file(), beside(), referrer()]
others = (
    st.builds(unless_present, lists)
    | st.builds(staying, st.just("") | lists)
    | st.sampled_from([sweeper(), *cleaning, copier_once(), copier_once("--monitor")])
)
free |= others | scripts
ISTIO = "istio/install-cni"


def searchable(found: Sequence[Actor]) -> bool:
    """Whether a search ends for sure: Istio is beside one Multus at most, and no other Istio.

    Those who chain into each other's files, or into those of two who write theirs anew, leave more
    states than are looked at.
    """
    istio = sum(actor.image.startswith(ISTIO) for actor in found)
    multus = sum("multus" in actor.image for actor in found)
    return istio == 0 or (istio == 1 and multus <= 1)


actors = st.lists(free | st.builds(exclusive_once), min_size=2, max_size=4).filter(searchable)
copying = (
    st.lists(
        st.builds(writer, names)
        | st.builds(writer, names, lists)
        | st.builds(exclusive_once)
        | autos
        | pinned,
        max_size=3,
    )
    .flatmap(
        lambda others: st.builds(
            lambda one: [*others, one], st.builds(copier, lists, st.just("") | names)
        )
    )
    .filter(searchable)
)
CONTENTS = {
    ".conflist": '{"name": "host", "cniVersion": "0.4.0", "plugins": [{"type": "bridge"}]}',
    ".conf": '{"name": "host", "cniVersion": "0.4.0", "type": "bridge"}',
}
host_files = st.dictionaries(
    names, st.sampled_from([CONTENTS[".conflist"], CONTENTS[".conf"], "", "{"]), max_size=2
)


def objects(found: Sequence[Actor], selector: Mapping[str, str] | None = None) -> list[Manifest]:
    parts = [p for at, actor in enumerate(found) for p in actor.documents(at, selector or {})]
    return read("\n---\n".join(map(json.dumps, parts)))


def made(found: Sequence[Actor]) -> tuple[list[Program], Reading]:
    """Return the programs of some actors, as one class of nodes has them."""
    parts = objects(found)
    recognised, _notes = installers(parts, ManifestIndex(parts))
    assert len(recognised) == len(found)
    multuses = [one for i in recognised if (one := multus(i)) is not None]
    programs = [p for i in recognised if (p := program(i)) is not None]
    programs += [p for one in multuses if (p := multus_program(one)) is not None]
    assert len(programs) == len(found)
    return programs, reading(DIRECTORY, multuses, "containerd")


def on_host(files: Mapping[str, str]) -> dict[str, str]:
    return {f"{DIRECTORY}/{name}": text for name, text in files.items()}


def listed(files: Files) -> tuple[str, ...]:
    return tuple(sorted(path.removeprefix(f"{DIRECTORY}/") for path in files))


def facts(outcomes: Sequence[Outcome], situation: Situation = Situation.FIRST_BOOT) -> set[Found]:
    return {fact(one) for one in outcomes if one.situation == situation and one.cause != RESTLESS}


def fact(one: Outcome) -> Found:
    """Return what of an outcome does not depend on how it was reached."""
    waiting = complaints((held.actor.title, held.cause) for held in one.held)
    return one.files, one.runtime, one.master, one.cause, waiting


def complaints(found: Iterable[tuple[str, Cause]]) -> Complaints:
    return tuple(sorted(found, key=lambda one: (one[0], one[1].rank)))


def words(outcome: Outcome) -> tuple[str, ...]:
    """Return the steps to an outcome in words."""
    return tuple(map(step_words, outcome.order))


def in_words(outcomes: Sequence[Outcome]) -> list[tuple[object, ...]]:
    """Return outcomes with their steps in words, so that the place of an actor does not count."""
    return [(words(one), fact(one), *one._replace(order=(), held=())) for one in outcomes]


def failure(cause: Cause | None) -> str:
    """Return the class of a failure, empty for none."""
    return cause.failure.value if cause is not None else ""


def searched(found: Sequence[Actor], files: Mapping[str, str]) -> Simulation:
    programs, reading = made(found)
    return simulate(programs, on_host(files), reading)


def masters(outcomes: Sequence[Outcome]) -> set[str | None]:
    return {one.master for one in outcomes if one.situation == Situation.FIRST_BOOT}
