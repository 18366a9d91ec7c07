"""The configuration that Multus takes from a NetworkAttachmentDefinition or from a file.

Sources: k8snetworkplumbingwg/multus-cni@v4.3.0:pkg/types/conf.go (LoadDelegateNetConf,
LoadDelegateNetConfFromConfList, injectCNIArgs) and
k8snetworkplumbingwg/network-attachment-definition-client@v1.7.6:pkg/utils/cniconfig.go
(GetCNIConfig), which is the same in every release.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address

from cnilint.start import NamedTuple

from . import gojson
from .confdir import ConfDirectory, PathError
from .gojson import JSON, Array, JSONError, Object
from .libcni import (
    ConfigurationList,
    Libcni,
    LibcniError,
    LibcniPanic,
    Raw,
    broken_span,
    conf_struct,
    decoded,
    file_text,
    list_from_file,
    list_struct,
    parsed,
    plugin,
    untyped_members,
)
from .multus_annotations import CheckedSelection
from .multus_outcome import (
    EMPTY,
    NIL,
    NIL_MAP,
    Delegate,
    FaultHolder,
    FaultPlace,
    MultusRefused,
    Panicked,
)


class Loaded(NamedTuple):
    """A delegate with what an ADD needs of it."""

    name: str
    """The definition's namespace and name, or the name in the configuration."""
    types: tuple[str, ...]
    raw: Raw
    where: FaultPlace
    """The selection or the setting that names the delegate."""
    text: FaultPlace
    """What holds its configuration."""
    is_list: bool = True
    master: bool = False
    chain: ConfigurationList | None = None
    """The list as it was read from its file, with its chain."""
    interface: str = ""
    mac: str = ""
    guid: str = ""
    ips: list[str] | None = None
    port_mappings: list[dict[str, object] | None] | None = None
    bandwidth: dict[str, object] | None = None
    device_id: str = ""
    gateways: list[IPv4Address | IPv6Address | None] | None = None

    def shown(self) -> Delegate:
        """Return the delegate as the recordings have it."""
        return {
            "name": self.name,
            "list": self.is_list,
            "types": list(self.types),
            "interface": self.interface,
            "master": self.master,
        }


def from_specification(text: str, network: str, where: FaultPlace) -> Raw:
    """Return the configuration in a definition, called like the definition if it has no name."""
    try:
        whole = gojson.as_map(text)
    except JSONError as error:
        where = where._replace(span=broken_span(error, text))
        raise MultusRefused("config-json", where) from None
    if whole is None:
        raise Panicked(NIL_MAP, where)
    name = whole.members.get("name", "")
    if gojson.is_string(name) and not name:
        return Raw(whole.with_member("name", network), encoded=True)
    return Raw(whole)


def from_directory(directory: ConfDirectory, path: str, name: str, libcni: Libcni) -> Raw:
    """Return the first configuration of a name ("": of any) in a directory.

    Files are read up to it, and the first that cannot be ends the search: Refused.
    """
    try:
        files = directory.conf_files(path, (".conf", ".json", ".conflist"))
    except PathError:
        files = []
    for file in files:
        where = FaultPlace(FaultHolder.CONF_DIR, file)
        try:
            raw, found = _in_file(directory, file, libcni)
        except LibcniError as error:
            raise stopped("config-file", where, error) from None
        if name in (found, ""):
            return raw
    raise MultusRefused("config-file", FaultPlace(FaultHolder.CONF_DIR, path))


def _in_file(directory: ConfDirectory, file: str, libcni: Libcni) -> tuple[Raw, str]:
    raw = parsed(file_text(directory, file))
    if file.endswith(".conflist"):
        return raw, list_from_file(directory, file, libcni).name
    return raw, plugin(raw, libcni).name


def stopped(kind: str, where: FaultPlace, error: LibcniError) -> MultusRefused | Panicked:
    """Return how Multus ends on what libcni refuses within the text that it was given."""
    place = where._replace(route=(*where.route, *error.route), span=error.span)
    return (
        Panicked(str(error), place)
        if isinstance(error, LibcniPanic)
        else MultusRefused(kind, place)
    )


def delegate(
    raw: Raw, selected: CheckedSelection | None, libcni: Libcni, text: FaultPlace, named: FaultPlace
) -> Loaded:
    """Return the delegate of a configuration; Refused or Panicked as Multus ends.

    `text` holds the configuration, `named` is where the delegate is asked for.
    """
    try:
        conf = decoded(conf_struct(libcni), raw)
        kind = str(conf.get("type", ""))
        if kind:
            name = str(conf.get("name", ""))
            found = Loaded(name, (kind,), raw, named, text, is_list=False)
        else:
            found = _of_list(raw, decoded(list_struct(libcni), raw), text, named)
    except JSONError as error:
        raise MultusRefused("config-decode", text._replace(route=error.route)) from None
    return _as_selected(found, selected, text)


def _of_list(raw: Raw, fields: dict[str, object], text: FaultPlace, named: FaultPlace) -> Loaded:
    plugins = fields.get("plugins")
    if not isinstance(plugins, list):
        raise MultusRefused("config-type", text)
    listed = text._replace(route=("plugins",))
    if not plugins:
        raise Panicked(EMPTY, listed)
    first = listed._replace(route=("plugins", 0))
    if plugins[0] is None:
        raise Panicked(NIL, first)
    types = tuple("<null>" if one is None else str(one.get("type", "")) for one in plugins)
    if not types[0]:
        raise MultusRefused("config-type", first)
    return Loaded(str(fields.get("name", "")), types, raw, named, text)


def of_chain(chain: ConfigurationList, text: FaultPlace, named: FaultPlace) -> Loaded:
    """Return the delegate of a list that was read with its chain."""
    types = tuple(one.type for one in chain.plugins)
    return Loaded(chain.name, types, Raw(None), named, text, chain=chain)


def _as_selected(found: Loaded, selected: CheckedSelection | None, text: FaultPlace) -> Loaded:
    """Return a delegate with what its selection asks for."""
    if selected is None:
        return found
    if selected.cni_args is not None:
        arguments = Object(list(selected.cni_args.items()))
        inject = _inject_into_list if found.is_list else _inject
        found = found._replace(raw=Raw(inject(found.raw.value, arguments, text), encoded=True))
    return found._replace(
        name=f"{selected.namespace}/{selected.name}" if selected.name else found.name,
        interface=selected.interface,
        mac=selected.mac,
        guid=selected.guid,
        ips=selected.ips,
        port_mappings=selected.port_mappings,
        bandwidth=selected.bandwidth,
        device_id=selected.device_id,
        gateways=selected.gateways,
    )


def _inject_into_list(value: JSON, arguments: Object, text: FaultPlace) -> JSON:
    if not isinstance(value, Object) or "plugins" not in value.members:
        raise MultusRefused("other", text)
    listed = value.members["plugins"]
    place = text._replace(route=("plugins",))
    if not isinstance(listed, Array):
        raise MultusRefused("other", place)
    items = [
        _inject(item, arguments, place._replace(route=("plugins", index)))
        for index, item in enumerate(listed.items)
    ]
    return value.with_member("plugins", Array(items))


def _inject(value: JSON, arguments: Object, text: FaultPlace) -> JSON:
    """Return a configuration with the arguments under `args.cni`; Panicked if those are no maps."""
    conf = _as_object(value, text)
    if "args" not in conf.members:
        return conf.with_member("args", Object([("cni", arguments)]))
    place = text._replace(route=(*text.route, "args"))
    args = _as_object(conf.members["args"], place)
    merged = arguments
    if "cni" in args.members:
        present = _as_object(args.members["cni"], place._replace(route=(*place.route, "cni")))
        merged = Object([*present.members.items(), *arguments.members.items()])
    return conf.with_member("args", args.with_member("cni", merged))


_GO_TYPES: dict[type, str] = {bool: "bool", str: "string", gojson.Number: "float64"}


def _as_object(value: JSON, place: FaultPlace) -> Object:
    if isinstance(value, Object):
        return value
    held = "[]interface {}" if isinstance(value, Array) else _GO_TYPES.get(type(value), "nil")
    raise Panicked(
        f"interface conversion: interface {{}} is {held}, not map[string]interface {{}}", place
    )


def conf_in_file(directory: ConfDirectory, file: str, libcni: Libcni) -> Raw:
    """Return a single plugin's configuration in a file; LibcniError if there is none."""
    raw = parsed(file_text(directory, file))
    plugin(raw, libcni)
    return raw


def members_of(raw: Raw) -> Object:
    """Return a configuration as a map; LibcniError if a number in it is too large."""
    return Object(list(untyped_members(raw).items()))
