"""Where aws-node writes, and whether the runtime loads what it is given to write."""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.catalog.aws_node import CONFIGURATION, AwsNode
from cnilint.catalog.catalog import runtime_directories
from cnilint.catalog.installer import Installer
from cnilint.engine.hit import Hit
from cnilint.kube.environment import Text
from cnilint.kube.workload import Container, Workload
from cnilint.model.finding import Level, Location
from cnilint.simulation.cluster import Cluster
from cnilint.start import NamedTuple
from cnilint.syntax.embedded import decoded_base64
from cnilint.upstream import gojson
from cnilint.upstream.aws_vpc_cni.entrypoint import DIRECTORIES, FILE
from cnilint.upstream.aws_vpc_cni.releases import breaks_given_file
from cnilint.upstream.aws_vpc_cni.variables import EnvironmentReader, How, variable
from cnilint.upstream.confdir import ConfDirectory
from cnilint.upstream.gojson import JSON, Array, JSONError, Object
from cnilint.upstream.runtimes import containerd

from .aws_node_release import is_misleading
from .aws_nodes import ADDING, HitWords, aws_nodes, file_start, hit, quoted, shown_fix

BINARIES, CONF = "HOST_CNI_BIN_PATH", "HOST_CNI_CONFDIR_PATH"
RUN = "/var/run/aws-node"
"""Where the sockets are that the plugin on the host asks."""


class _Directory(NamedTuple):
    """A directory of the container that has to be the host's."""

    path: str
    place: Location
    what: str


def mandatory_mounts(cluster: Cluster) -> Iterator[Hit]:
    """CNI411: a directory that does not reach the host, or not where the runtime looks."""
    for node in aws_nodes(cluster):
        if any(node.main.is_unknown(name) for name in (CONF, BINARIES)):
            continue
        yield from _ignored_directory(node)
        yield from _empty_directory(node)
        container, workload = node.main.container, node.installer.workload
        if container is not None and workload is not None and not node.main.is_sketch:
            yield from _not_mounted(node, workload, container)
            yield from _elsewhere(cluster, node, workload, container)


def _ignored_directory(node: AwsNode) -> Iterator[Hit]:
    text = node.main.text(CONF)
    if text is not None and is_misleading(node, CONF):
        default = variable(CONF, EnvironmentReader.ENTRYPOINT).default
        what = f"does not read {CONF} {quoted(text)} and writes to {default}"
        fix = shown_fix(f"mount the directory at {default}, or take v1.15.0 or later")
        yield hit(node, text.location, HitWords(what, fixes=(fix,)))


def _empty_directory(node: AwsNode) -> Iterator[Hit]:
    for name in (CONF, BINARIES):
        text = node.main.text(name)
        how = variable(name, EnvironmentReader.ENTRYPOINT).how(node.release)
        if text is not None and not text.value and how is How.TEXT:
            what = f'takes {name} "" for the container\'s own root: nothing of it reaches the host'
            fix = shown_fix(f"remove {name}")
            yield hit(node, text.location, HitWords(what, fixes=(fix,)))


def _not_mounted(node: AwsNode, workload: Workload, container: Container) -> Iterator[Hit]:
    for directory in _directories(node):
        if workload.host_path(container, directory.path) is None:
            is_state = directory.path == RUN and not node.does.health_on_socket
            what = f"{directory.what} {directory.path}, and no host directory is mounted there"
            fix = shown_fix(f"mount the host's directory at {directory.path}")
            level = Level.WARNING if is_state else Level.ERROR
            yield hit(node, directory.place, HitWords(what, level, (fix,)))


def _directories(node: AwsNode) -> Iterator[_Directory]:
    for name, what in ((CONF, "writes its configuration to"), (BINARIES, "puts its plugins into")):
        path = variable(name, EnvironmentReader.ENTRYPOINT).text(node.main.known, node.release)
        text = node.main.text(name)
        place = text.location if text is not None and text.value == path else node.main.place
        if path and not is_misleading(node, name):
            yield _Directory(path, place, what)
    yield _Directory(RUN, node.main.place, "has its sockets in")


def _elsewhere(
    cluster: Cluster, node: AwsNode, workload: Workload, container: Container
) -> Iterator[Hit]:
    """Yield a configuration that lies where neither the runtime nor Multus looks for it."""
    path = variable(CONF, EnvironmentReader.ENTRYPOINT).text(node.main.known, node.release)
    host = workload.host_path(container, path) if path else None
    if host is None:
        return
    read = {*runtime_directories(), *(one.autoconfig_host for one in cluster.multuses)}
    if host.path not in read:
        what = f"writes to {host.path} of the host, where no container runtime looks"
        fix = shown_fix(f"mount {runtime_directories()[0]} at {path}")
        yield hit(node, node.main.place, HitWords(what, fixes=(fix,)))


def conflist_contents(cluster: Cluster) -> Iterator[Hit]:
    """CNI413: a configuration given to aws-node that the runtime does not load as it is meant."""
    for node in aws_nodes(cluster):
        text = _given(node)
        if text is None:
            continue
        chart = node.installer.release if node.installer.form.kind == "release" else None
        if chart is not None and breaks_given_file(chart):
            what = "is given a file by a version of the chart that breaks it"
            fix = shown_fix("take version 1.18.3 of the chart, or a later one")
            yield hit(node, text.location, HitWords(what, fixes=(fix,)))
            continue
        reason = _wrong(node, text)
        if reason:
            fix = shown_fix(f"give it a list that has a name and the plugin aws-cni, as {FILE} has")
            yield hit(node, text.location, HitWords(reason, fixes=(fix,)))
            continue
        yield from _lost(node, text)
        yield from _without_namespace(node, text)


def given_unloadable(cluster: Cluster) -> list[Installer]:
    """Return the installs of aws-node that are given a file of which nothing is loaded."""
    return [
        node.installer
        for node in aws_nodes(cluster)
        if (text := _given(node)) is not None and _wrong(node, text)
    ]


def _given(node: AwsNode) -> Text | None:
    """Return the file that an install is given, as far as it is not filled in later."""
    text = node.conflist
    return None if text is None or "${" in text.value or "{{" in text.value else text


def _wrong(node: AwsNode, text: Text) -> str:
    """Return what is wrong with a file, empty where the runtime loads aws-cni from it."""
    if _is_encoded(text):
        return "is given base64 as plain text: it belongs to binaryData, or decoded to data"
    start = file_start(node)
    written = start.texts.get(f"{DIRECTORIES[1]}/{FILE}")
    if written is None:
        if start.refused is not None and start.refused.variables[:1] == (ADDING[0],):
            return ""  # CNI409
        return "ends at every start over the file it is given, which it cannot decode"
    loaded = containerd(ConfDirectory({FILE: written}))
    if loaded.outcome != "picked":
        return "is given a file from which the container runtime loads nothing"
    if "aws-cni" not in (loaded.plugins or ()):
        return "is given a file without the plugin aws-cni, so that pods get no address from it"
    return ""


def _is_encoded(text: Text) -> bool:
    """Whether a text is the base64 of JSON."""
    decoded = decoded_base64("".join(text.value.split()))
    return bool(decoded) and not text.value.lstrip().startswith("{") and "{" in (decoded or "")


def _lost(node: AwsNode, text: Text) -> Iterator[Hit]:
    """Yield what the program drops of the file when it adds a plugin of its own."""
    start = file_start(node)
    written = start.texts.get(f"{DIRECTORIES[1]}/{FILE}", "")
    gone = sorted(_keys(text.value) - _keys(written)) if not node.does.is_script else []
    switches = [name for name in ADDING if node.is_on(name, EnvironmentReader.ENTRYPOINT)]
    if written and gone and switches:
        what = f"leaves {', '.join(gone)} out of the file it is given with {switches[0]} on"
        fix = shown_fix("write the added plugin into the file, and switch it off")
        yield hit(node, text.location, HitWords(what, Level.WARNING, (fix,)))


def _keys(text: str) -> set[str]:
    """Return the keys of the plugins of a list, each with its plugin's type."""
    try:
        found = gojson.as_map(text)
    except JSONError:
        return set()
    plugins = found.members.get("plugins") if found is not None else None
    keys: set[str] = set()
    for plugin in plugins.items if isinstance(plugins, Array) else ():
        keys |= _keys_of(plugin)
    return keys


def _keys_of(plugin: JSON) -> set[str]:
    if not isinstance(plugin, Object):
        return set()
    kind = plugin.members.get("type")
    empty = (None, False, "")
    return {f"{kind}.{key}" for key, value in plugin.members.items() if value not in empty}


def _without_namespace(node: AwsNode, text: Text) -> Iterator[Hit]:
    """Yield a ConfigMap that is applied to another namespace than the DaemonSet's."""
    workload = node.installer.workload
    if workload is None or text.manifest.kind != "ConfigMap" or text.manifest.namespace:
        return
    if workload.manifest.namespace:
        what = (
            f"mounts {CONFIGURATION} from {text.manifest.title}, which has no namespace and may be "
            f"applied elsewhere than to {workload.manifest.namespace}"
        )
        fix = shown_fix(f"add namespace: {workload.manifest.namespace}")
        place = text.manifest.location("metadata", "name")
        yield hit(node, place, HitWords(what, Level.WARNING, (fix,)))
