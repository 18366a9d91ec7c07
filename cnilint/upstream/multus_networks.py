"""What Multus makes of a pod's annotations, from the names that are read to the plugins that run.

Source: k8snetworkplumbingwg/multus-cni@v4.3.0:pkg/k8sclient/k8sclient.go (GetDefaultNetworks,
getNetDelegate, TryLoadPodDelegates, GetNetworkDelegates); multus_releases.py has what other
releases do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from cnilint.start import lazy_pattern

from . import gojson
from .confdir import ConfDirectory
from .go_net import four
from .gojson import JSONError, Object
from .libcni import LibcniError, Raw, list_from_file
from .multus_add import EVERY_PLUGIN, PodNamespace, add
from .multus_annotations import CheckedSelection, selections
from .multus_definitions import (
    Loaded,
    conf_in_file,
    delegate,
    from_directory,
    from_specification,
    of_chain,
    stopped,
)
from .multus_keys import DEFAULT_NETWORK, NETWORKS
from .multus_outcome import (
    EMPTY,
    Delegate,
    FaultHolder,
    FaultPlace,
    MultusRefused,
    Networks,
    Panicked,
    PluginCall,
    Selection,
    Stage,
    ended,
)
from .multus_releases import MultusBehaviour, behaviour
from .multus_settings import NetConf, net_conf

DIRECTORY = "<DIR>"
"""What stands for the directory in which the primary and Multus's `confDir` are."""
PRIMARY = f"{DIRECTORY}/net.d/10-aws.conflist"
CONF_DIR = f"{DIRECTORY}/confdir"

_PLAIN_PRIMARY = '{"cniVersion":"0.3.1","name":"primary","plugins":[{"type":"bridge"}]}'
RESOURCE_NAME = "k8s.v1.cni.cncf.io/resourceName"
_CHAIN_NAME = lazy_pattern("[a-zA-Z0-9][a-zA-Z0-9_.-]*")


def networks(  # noqa: PLR0913  each is something the program reads, and given by name
    pod_namespace: str,
    annotations: Mapping[str, str],
    definitions: Iterable[Mapping[str, object]],
    *,
    version: str,
    conf_dir: Mapping[str, str] = {},
    multus_config: Mapping[str, object] = {},
    primary: str = "",
) -> Networks:
    """Return what a release of Multus does with the networks of a pod.

    `definitions` are the NetworkAttachmentDefinitions of the cluster, each with `namespace`,
    `name`, `config` (`spec.config`, None for an empty spec) and, where it has some, `annotations`.
    `version` is Multus's release (`v4.1.4`); one that names no release is taken for the newest.
    `conf_dir` maps names to contents of the files in Multus's `confDir`, `primary` is the content
    of the primary's file, and `multus_config` are keys put over a plain configuration: it has the
    primary as `clusterNetwork` (`delegates` before v4) and its directories below `<DIR>`.

    Each stage of the result is `ok`, `refused` or `panic`, and says where the cause lies. `add`
    goes as if each plugin of the recordings were there and none refused its settings.
    Nothing is raised.
    """
    does = behaviour(version)
    parse = _parse(annotations, pod_namespace, does)
    files = {"net.d/10-aws.conflist": primary}
    files |= {f"confdir/{name}": text for name, text in conf_dir.items()}
    directory = ConfDirectory(files, f"/{DIRECTORY}")
    cluster = _Cluster(definitions, directory, does)
    try:
        settings = net_conf(_configuration(multus_config, primary, does), does)
        loaded = cluster.delegates(settings, pod_namespace, annotations)
    except (MultusRefused, Panicked) as end:
        failed = ended(end)
        return Networks(parse, failed, None if cluster.asks_kubelet else failed)
    load: Stage[Delegate] = Stage([one.shown() for one in loaded])
    if cluster.asks_kubelet:
        return Networks(parse, load, None)
    return Networks(parse, load, _add(loaded, settings, PodNamespace(directory, does)))


def definition_add(namespace: str, name: str, config: str, *, version: str) -> Stage[PluginCall]:
    """Return how the ADD of a pod ends whose only network is a definition with a text as `config`.

    It goes as if every plugin were installed and none refused its settings. What ends it lies in
    the definition: its place says where.
    """
    does = behaviour(version)
    files = {"net.d/10-aws.conflist": _PLAIN_PRIMARY}
    directory = ConfDirectory(files, f"/{DIRECTORY}")
    definition = {"namespace": namespace, "name": name, "config": config}
    asked = json.dumps([{"namespace": namespace, "name": name}])
    try:
        settings = net_conf(_configuration({}, _PLAIN_PRIMARY, does), does)
        loaded = _Cluster([definition], directory, does).delegates(
            settings, namespace, {NETWORKS: asked}
        )
    except (MultusRefused, Panicked) as end:
        return ended(end)
    return _add(loaded, settings, PodNamespace(directory, does, EVERY_PLUGIN))


def _parse(
    annotations: Mapping[str, str], namespace: str, does: MultusBehaviour
) -> Stage[Selection]:
    text = annotations.get(NETWORKS, "")
    if not text:
        return Stage(refused="none")
    try:
        return Stage([one.shown() for one in selections(NETWORKS, text, namespace, does)])
    except (MultusRefused, Panicked) as end:
        return ended(end)


def _add(loaded: list[Loaded], settings: NetConf, node: PodNamespace) -> Stage[PluginCall]:
    try:
        return Stage(add(loaded, settings, node))
    except (MultusRefused, Panicked) as end:
        return ended(end)


def _configuration(multus_config: Mapping[str, object], primary: str, does: MultusBehaviour) -> Raw:
    """Return Multus's configuration: what is given, put over the plain one."""
    plain: dict[str, object] = {"name": "multus-cni-network", "type": "multus"}
    plain |= {"confDir": CONF_DIR, "binDir": "<BIN>"}
    if does.primary_is_a_path:
        plain["clusterNetwork"] = PRIMARY
    try:
        given = gojson.parse(json.dumps({**plain, **multus_config}))
    except (ValueError, TypeError, RecursionError):
        raise MultusRefused("netconf", FaultPlace(FaultHolder.SETTINGS)) from None
    whole = given if isinstance(given, Object) else Object([])
    if not does.primary_is_a_path and "delegates" not in whole.members:
        whole = whole.with_member("delegates", gojson.Array([_object(primary)]))
    return Raw(whole, encoded=True)


def _object(text: str) -> Object:
    try:
        return gojson.as_map(text) or Object([])
    except JSONError:
        return Object([])


class _Cluster:
    """The definitions and the files in which Multus looks for networks."""

    def __init__(
        self,
        definitions: Iterable[Mapping[str, object]],
        directory: ConfDirectory,
        does: MultusBehaviour,
    ) -> None:
        self._definitions: dict[tuple[object, object], Mapping[str, object]] = {}
        for one in definitions:
            self._definitions.setdefault((one.get("namespace"), one.get("name")), one)
        self._directory = directory
        self._does = does
        self.asks_kubelet = False

    def delegates(
        self, settings: NetConf, pod_namespace: str, annotations: Mapping[str, str]
    ) -> list[Loaded]:
        """Return the delegates of a pod, its primary first."""
        loaded = settings.delegates or self._defaults(settings, pod_namespace)
        if DEFAULT_NETWORK in annotations:
            loaded[0] = self._pods_default(annotations[DEFAULT_NETWORK], settings)
        text = annotations.get(NETWORKS, "")
        if not text:
            return loaded
        selected = selections(NETWORKS, text, pod_namespace, self._does)
        for one in selected:
            allowed = (pod_namespace, *settings.global_namespaces)
            if settings.isolated and one.namespace not in allowed:
                raise MultusRefused("isolation", one.origin.of("namespace"))
            loaded.append(self._defined(one, settings))
        _check_gateways(loaded)
        return loaded

    def _pods_default(self, text: str, settings: NetConf) -> Loaded:
        """Return the network that takes the primary's place."""
        found = selections(DEFAULT_NETWORK, text, settings.multus_namespace, self._does)
        whole = FaultPlace(FaultHolder.ANNOTATION, DEFAULT_NETWORK)
        if len(found) > 1:
            raise MultusRefused("many-default", found[1].origin.whole)
        if not found:
            raise Panicked(EMPTY, whole)
        return self._defined(found[0], settings)._replace(master=True)

    def _defaults(self, settings: NetConf, pod_namespace: str) -> list[Loaded]:
        """Return the cluster network and, outside of the system's namespaces, the others."""
        where = FaultPlace(FaultHolder.SETTINGS, route=("clusterNetwork",))
        try:
            primary = self._network(settings.cluster_network, settings, where)
        except MultusRefused as end:
            raise MultusRefused("primary", end.where) from None
        loaded = [primary._replace(master=True)]
        if pod_namespace not in settings.system_namespaces:
            for index, name in enumerate(settings.default_networks):
                place = where._replace(route=("defaultNetworks", index))
                loaded.append(self._network(name, settings, place))
        return loaded

    def _network(self, name: str, settings: NetConf, where: FaultPlace) -> Loaded:
        """Return the delegate of a definition, a configuration's name, a directory or a file."""
        is_path = "/" in name
        if not is_path or not self._does.primary_is_a_path:
            selected = CheckedSelection(settings.multus_namespace, name)
            try:
                return self._defined(selected, settings, where)
            except MultusRefused:
                pass
            try:
                raw = from_directory(self._directory, settings.conf_dir, name, self._does.libcni)
            except MultusRefused:
                pass
            else:
                return self._delegate(
                    raw, FaultPlace(FaultHolder.CONF_DIR, settings.conf_dir), where
                )
        if is_path or not self._does.primary_is_a_path:
            return self._at_path(name, where)
        raise MultusRefused("not-found", where)

    def _at_path(self, path: str, where: FaultPlace) -> Loaded:
        """Return the delegate of the first file of a directory, or (since v4) of a file."""
        if self._directory.is_directory(path):
            if not self._directory.conf_files(path, (".conf", ".conflist")):
                raise MultusRefused("not-found", where)
            raw = from_directory(self._directory, path, "", self._does.libcni)
            return self._delegate(raw, FaultPlace(FaultHolder.CONF_DIR, path), where)
        if not self._directory.exists(path):
            raise MultusRefused("other" if self._does.primary_is_a_path else "not-found", where)
        if not self._does.primary_is_a_path:
            raise MultusRefused("not-found", where)
        text = FaultPlace(FaultHolder.PRIMARY if path == PRIMARY else FaultHolder.CONF_DIR, path)
        try:
            return self._in_file(path, text, where)
        except LibcniError as error:
            raise stopped("config-file", text, error) from None

    def _in_file(self, path: str, text: FaultPlace, where: FaultPlace) -> Loaded:
        libcni = self._does.libcni
        if not path.endswith(".conflist"):
            return self._delegate(conf_in_file(self._directory, path, libcni), text, where)
        chain = list_from_file(self._directory, path, libcni)
        if not self._does.chained_primary:
            raw = Raw(gojson.parse(self._directory.read(path)))
            return self._delegate(raw, text, where)
        if not chain.only_inlined and not _CHAIN_NAME.fullmatch(chain.name):
            raise MultusRefused("config-file", text._replace(route=("name",)))
        return of_chain(chain, text, where)

    def _delegate(self, raw: Raw, text: FaultPlace, where: FaultPlace) -> Loaded:
        return delegate(raw, None, self._does.libcni, text, where)

    def _defined(
        self, selected: CheckedSelection, settings: NetConf, named: FaultPlace | None = None
    ) -> Loaded:
        """Return the delegate of a definition."""
        place = named or selected.origin.of("name")
        definition = self._definitions.get((selected.namespace, selected.name))
        if definition is None:
            raise MultusRefused("not-found", place)
        held = definition.get("annotations")
        self.asks_kubelet |= isinstance(held, Mapping) and RESOURCE_NAME in held
        text = FaultPlace(FaultHolder.DEFINITION, f"{selected.namespace}/{selected.name}")
        config = definition.get("config")
        if isinstance(config, str) and config:
            raw = from_specification(config, selected.name, text)
        else:
            raw = from_directory(
                self._directory, settings.conf_dir, selected.name, self._does.libcni
            )
        whole = named or selected.origin.whole
        return delegate(raw, selected, self._does.libcni, text, whole)


def _check_gateways(loaded: list[Loaded]) -> None:
    """Refuse two default routes of one family: Multus knows no ECMP."""
    seen: set[bool] = set()
    for one in loaded:
        for gateway in one.gateways or ():
            family = gateway is not None and four(gateway) is not None
            if family in seen:
                raise MultusRefused("ecmp", one.where)
            seen.add(family)
