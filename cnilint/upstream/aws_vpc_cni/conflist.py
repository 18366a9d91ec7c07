"""How aws-node's Go entrypoint adds plugins: the file is decoded into structs and encoded again.

Keys that the structs do not have are lost on the way, a value of another type is an error.
Source: aws/amazon-vpc-cni-k8s@v1.23.0:cmd/aws-vpc-cni/main.go NetConfList, NetConf, IPAMConfig,
Range; containernetworking/cni@v1.3.0:pkg/types/types.go DNS, Route, IPNet.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cnilint.upstream import gojson, gostruct
from cnilint.upstream.go_text import parse_cidr, parse_ip
from cnilint.upstream.gojson import JSON, Array, JSONError, Number, Object, is_string
from cnilint.upstream.gostruct import (
    BOOLEAN,
    INTEGER,
    STRING,
    ListOf,
    MapOf,
    PointerTo,
    Struct,
    Type,
)

NO_SUBNET = "<nil>"
"""How Go writes a subnet that was not given."""

Decoded = Mapping[str, object]


class _Address(Type):
    """A net.IP: the empty text and `null` are no address."""

    __slots__ = ()

    def decode(self, value: JSON, old: object, *, encoded: bool = False) -> object:  # noqa: ARG002
        """Return the address as Go writes it, "" for none."""
        text = "" if value is None else str(self.check(value))
        found = parse_ip(text) if text else ""
        if found is None:
            raise JSONError("a text that is no address")
        return found


class _Subnet(Type):
    """A types.IPNet, whose decoder is asked for `null` too, and refuses it."""

    __slots__ = ()

    def decode(self, value: JSON, old: object, *, encoded: bool = False) -> object:  # noqa: ARG002
        """Return the subnet as Go writes it."""
        found = parse_cidr(value) if is_string(value) else None
        if found is None:
            raise JSONError("a value that is no subnet")
        return found


class _Route(Struct):
    """A types.Route, whose decoder starts anew each time."""

    __slots__ = ()

    def decode(self, value: JSON, old: object, *, encoded: bool = False) -> object:  # noqa: ARG002
        """Return the fields that were given."""
        return super().decode(value, {}, encoded=encoded)


_ADDRESS = _Address("", STRING.check)
_SUBNET = _Subnet(NO_SUBNET, STRING.check)
_RANGE = {
    "rangeStart": _ADDRESS,
    "rangeEnd": _ADDRESS,
    "subnet": _SUBNET,
    "gateway": _ADDRESS,
}
_ROUTE: dict[str, Type] = {"dst": _SUBNET, "gw": _ADDRESS}
_ROUTE_NUMBERS: dict[str, Type] = {
    **dict.fromkeys(("mtu", "advmss", "priority"), INTEGER),
    **dict.fromkeys(("table", "scope"), PointerTo(INTEGER)),
}
_DNS = {"domain": STRING} | dict.fromkeys(("nameservers", "search", "options"), ListOf(STRING))
_TEXTS = (
    "cniVersion",
    "name",
    "type",
    "ifName",
    "enabled",
    "vethPrefix",
    "podSGEnforcingMode",
    "randomizeSNAT",
    "mtu",
    "pluginLogFile",
    "pluginLogLevel",
)


def _plugin(*, sysctls: bool, route_numbers: bool) -> Struct:
    routes = _ROUTE | (_ROUTE_NUMBERS if route_numbers else {})
    ipam = {
        **_RANGE,
        **dict.fromkeys(("name", "type", "dataDir", "resolvConf"), STRING),
        "routes": ListOf(PointerTo(_Route(routes))),
        "ranges": ListOf(ListOf(Struct(_RANGE))),
    }
    return Struct(
        {
            **dict.fromkeys(_TEXTS, STRING),
            **({"sysctl": MapOf(STRING)} if sysctls else {}),
            "capabilities": MapOf(BOOLEAN),
            "ipam": PointerTo(Struct(ipam)),
            "dns": PointerTo(Struct(_DNS)),
            "prevResult": MapOf(gostruct.ANY),
            "nodeIP": _ADDRESS,
        }
    )


def add_plugins(text: str, added: list[JSON], *, sysctls: bool, route_numbers: bool) -> str:
    """Return a list with plugins at its end, as the program encodes it; JSONError if it cannot.

    `sysctls` and `route_numbers` say whether the release's structs have these fields.
    """
    plugin = _plugin(sysctls=sysctls, route_numbers=route_numbers)
    conflist = Struct(
        {
            "cniVersion": STRING,
            "name": STRING,
            "disableCheck": BOOLEAN,
            "plugins": ListOf(PointerTo(plugin)),
        }
    )
    found = conflist.unmarshal(text, {})
    plugins = found.pop("plugins", None)
    held = [_encoded_plugin(item) for item in plugins] if isinstance(plugins, list) else []
    return gojson.encode(_object(found, plugins=Array([*held, *added])))


def _encoded_plugin(plugin: object) -> JSON:
    if not isinstance(plugin, dict):
        return None
    structs: dict[str, JSON] = {}
    if isinstance(ipam := plugin.get("ipam"), dict):
        structs["ipam"] = _encoded_ipam(ipam)
    if isinstance(dns := plugin.get("dns"), dict):
        structs["dns"] = _object(dns)
    if isinstance(previous := plugin.get("prevResult"), dict) and previous:
        structs["prevResult"] = Object(list(previous.items()))
    return _object({**plugin, "ipam": None, "dns": None, "prevResult": None}, **structs)


def _encoded_ipam(ipam: Decoded) -> JSON:
    """Encode an IPAMConfig: `ranges` is written even where there are none."""
    structs: dict[str, JSON] = {"ranges": _encoded_list(ipam.get("ranges"), _encoded_ranges)}
    if any(key in ipam for key in _RANGE):
        structs["subnet"] = str(ipam.get("subnet", NO_SUBNET))
    if routes := ipam.get("routes"):
        structs["routes"] = _encoded_list(routes, _encoded_route)
    return _object({**ipam, "ranges": None, "routes": None, "subnet": None}, **structs)


def _encoded_ranges(ranges: object) -> JSON:
    return _encoded_list(ranges, _encoded_range)


def _encoded_range(range_: object) -> JSON:
    fields = range_ if isinstance(range_, dict) else {}
    return _object(fields, subnet=str(fields.get("subnet", NO_SUBNET)))


def _encoded_route(route: object) -> JSON:
    """Encode a route: a number behind a pointer is written even where it is 0."""
    if not isinstance(route, dict):
        return None
    pointers: dict[str, JSON] = {
        key: Number(route[key]) for key in ("table", "scope") if route.get(key) is not None
    }
    return _object(route, dst=str(route.get("dst", NO_SUBNET)), **pointers)


def _encoded_list(items: object, encode: Callable[[object], JSON]) -> JSON:
    return Array([encode(item) for item in items]) if isinstance(items, list) else None


def _object(fields: Decoded, **structs: JSON) -> Object:
    """Encode a struct: its fields without the empty ones, and those that are encoded already."""
    scalars = {key: _scalar(value) for key, value in fields.items() if value and key not in structs}
    return Object([*scalars.items(), *structs.items()])


def _scalar(value: object) -> JSON:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return Number(value)
    if isinstance(value, list):
        return Array([_scalar(item) for item in value])
    if isinstance(value, dict):
        return Object([(key, _scalar(item)) for key, item in value.items()])
    return None
