"""The two annotations of a pod in which Multus reads networks: names, or a JSON list.

Source: k8snetworkplumbingwg/multus-cni@v4.3.0:pkg/k8sclient/k8sclient.go
(parsePodNetworkObjectName, parsePodNetworkAnnotation) and pkg/types/types.go
(NetworkSelectionElement); multus_releases.py has what other releases do.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

from cnilint.start import NamedTuple, lazy_pattern

from . import gojson
from .confdir import encoded
from .go_net import ip, is_cidr, is_mac, shown
from .gojson import JSON, JSONError, Object, is_string
from .gostruct import (
    ANY,
    INTEGER,
    STRING,
    ListOf,
    MapOf,
    PointerTo,
    Struct,
    Type,
    folded,
)
from .libcni import broken_span
from .multus_outcome import NIL, FaultHolder, FaultPlace, MultusRefused, Panicked, Selection
from .multus_releases import MultusBehaviour
from .plain_json import plain

SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""What strings.TrimSpace takes off (str.strip takes more)."""

_LABEL = lazy_pattern("[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_INTERFACE_BYTES = 15


class ShortFormPart(NamedTuple):
    """A piece of the short form, with the character at which it starts."""

    text: str
    start: int

    @property
    def span(self) -> tuple[int, int]:
        """The characters of the annotation that it is."""
        return self.start, self.start + len(self.text)

    def split(self, mark: str) -> Iterator[ShortFormPart]:
        """Yield the pieces between the marks."""
        at = self.start
        for piece in self.text.split(mark):
            yield ShortFormPart(piece, at)
            at += len(piece) + len(mark)

    def trimmed(self) -> ShortFormPart:
        """Return the part without the space around it."""
        rest = self.text.lstrip(SPACE)
        return ShortFormPart(rest.rstrip(SPACE), self.start + len(self.text) - len(rest))


class SelectionPlace(NamedTuple):
    """Where a selection stands in the annotation."""

    whole: FaultPlace
    fields: dict[str, FaultPlace]

    def of(self, field: str) -> FaultPlace:
        """Return the place of a field, or of the whole selection where it is not written."""
        return self.fields.get(field, self.whole)


class CheckedSelection(NamedTuple):
    """A selection after Multus's checks."""

    namespace: str
    name: str
    interface: str = ""
    mac: str = ""
    guid: str = ""
    ips: list[str] | None = None
    port_mappings: list[dict[str, object] | None] | None = None
    bandwidth: dict[str, object] | None = None
    device_id: str = ""
    deprecated_interface: str = ""
    cni_args: dict[str, JSON] | None = None
    gateways: list[IPv4Address | IPv6Address | None] | None = None
    origin: SelectionPlace = SelectionPlace(FaultPlace(FaultHolder.ANNOTATION), {})

    def shown(self) -> Selection:
        """Return the selection as Multus writes it: what is empty is left out."""
        optional: dict[str, object] = {
            "namespace": self.namespace,
            "ips": self.ips,
            "mac": self.mac,
            "infiniband-guid": self.guid,
            "interface": self.interface,
            "interfaceRequest": self.deprecated_interface,
            "portMappings": self.port_mappings and list(map(port_mapping, self.port_mappings)),
            "deviceID": self.device_id,
        }
        whole: dict[str, object] = {"name": self.name}
        whole |= {key: value for key, value in optional.items() if value}
        if self.bandwidth is not None:
            whole["bandwidth"] = bandwidth(self.bandwidth)
        arguments = self.cni_args
        whole["cni-args"] = None if arguments is None else plain(Object(list(arguments.items())))
        if self.gateways is not None:
            whole["default-route"] = ["" if gw is None else shown(gw) for gw in self.gateways]
        return whole  # type: ignore[return-value]


class _Address(Type):
    """A net.IP, which reads itself from a text: "" and `null` are no address."""

    __slots__ = ()

    def decode(self, value: JSON, old: object, *, encoded: bool = False) -> object:  # noqa: ARG002
        if value is None:
            return None
        return self.check(value)


def _address(value: JSON) -> IPv4Address | IPv6Address | None:
    if not is_string(value):
        raise JSONError(f"{gojson.kind(value)} instead of an address")
    address = ip(value)
    if value and address is None:
        raise JSONError(f"invalid IP address: {value}")
    return address


PORT_MAPPINGS = ListOf(
    PointerTo(
        Struct(
            {"hostPort": INTEGER, "containerPort": INTEGER, "protocol": STRING, "hostIP": STRING}
        )
    )
)
_RATES = ("ingressRate", "ingressBurst", "egressRate", "egressBurst")
BANDWIDTH = PointerTo(Struct(dict.fromkeys(_RATES, INTEGER)))

_ELEMENTS = ListOf(
    PointerTo(
        Struct(
            {
                **dict.fromkeys(("name", "namespace", "mac", "infiniband-guid"), STRING),
                **dict.fromkeys(("interface", "interfaceRequest", "deviceID"), STRING),
                "ips": ListOf(STRING),
                "portMappings": PORT_MAPPINGS,
                "bandwidth": BANDWIDTH,
                "cni-args": PointerTo(MapOf(ANY)),
                "default-route": PointerTo(ListOf(_Address(None, _address))),
            }
        )
    )
)


def port_mapping(entry: dict[str, object] | None) -> dict[str, object] | None:
    """Return a PortMapEntry as it is written."""
    if entry is None:
        return None
    optional = {key: entry[key] for key in ("protocol", "hostIP") if entry.get(key)}
    return {key: entry.get(key, 0) for key in ("hostPort", "containerPort")} | optional


def bandwidth(entry: dict[str, object]) -> dict[str, object]:
    """Return a BandwidthEntry as it is written."""
    return {key: entry.get(key, 0) for key in _RATES}


def selections(
    key: str, text: str, default_namespace: str, does: MultusBehaviour
) -> list[CheckedSelection]:
    """Return the networks that an annotation selects; Refused or Panicked as Multus ends."""
    if not text:
        raise MultusRefused(
            "empty-annotation", FaultPlace(FaultHolder.ANNOTATION, key, span=(0, 0))
        )
    found = _from_json(key, text) if set(text) & set('[{"') else _from_names(key, text, does)
    return [_checked(one, default_namespace) for one in found]


def _from_json(key: str, text: str) -> Iterator[CheckedSelection]:
    try:
        document = gojson.parse(text)
        elements = _ELEMENTS.decode(document, None)
    except JSONError as error:
        place = FaultPlace(FaultHolder.ANNOTATION, key, error.route, broken_span(error, text))
        raise MultusRefused("json", place) from None
    items = document.items if isinstance(document, gojson.Array) else []
    listed = elements if isinstance(elements, list) else []
    for index, (item, fields) in enumerate(zip(items, listed, strict=True)):
        whole = FaultPlace(FaultHolder.ANNOTATION, key, (index,))
        if fields is None:
            raise Panicked(NIL, whole)
        yield _element(fields, _origin(whole, item))


def _origin(whole: FaultPlace, item: JSON) -> SelectionPlace:
    pairs = item.pairs if isinstance(item, Object) else []
    return SelectionPlace(
        whole, {folded(name): whole._replace(route=(*whole.route, name)) for name, _ in pairs}
    )


def _element(fields: dict[str, object], origin: SelectionPlace) -> CheckedSelection:
    def text(name: str) -> str:
        return str(fields.get(name, ""))

    return CheckedSelection(
        text("namespace"),
        text("name"),
        text("interface"),
        text("mac"),
        text("infiniband-guid"),
        fields.get("ips"),  # type: ignore[arg-type]
        fields.get("portMappings"),  # type: ignore[arg-type]
        fields.get("bandwidth"),  # type: ignore[arg-type]
        text("deviceID"),
        text("interfaceRequest"),
        fields.get("cni-args"),  # type: ignore[arg-type]
        fields.get("default-route"),  # type: ignore[arg-type]
        origin,
    )


def _from_names(key: str, text: str, does: MultusBehaviour) -> Iterator[CheckedSelection]:
    # All names are read before any is checked further; nothing further can fail for a name.
    for item in ShortFormPart(text, 0).split(","):
        yield _named(key, item.trimmed(), does)


def _named(key: str, item: ShortFormPart, does: MultusBehaviour) -> CheckedSelection:
    """Return the network that `namespace/name@interface` names."""

    def at(part: ShortFormPart) -> FaultPlace:
        return FaultPlace(FaultHolder.ANNOTATION, key, span=part.span)

    *front, named = item.split("/")
    if len(front) > 1:
        raise MultusRefused("slash", at(item))
    name, *behind = named.split("@")
    if len(behind) > 1:
        raise MultusRefused("at", at(named))
    parts = {
        "namespace": front[0].trimmed() if front else ShortFormPart("", item.start),
        "name": name.trimmed(),
        "interface": behind[0].trimmed() if behind else ShortFormPart("", item.start),
    }
    for field, part in parts.items():
        is_label = field != "interface" or does.interface_is_a_label
        if is_label and part.text and not _LABEL.fullmatch(part.text):
            raise MultusRefused("name", at(part))
        if not is_label and not _is_interface(part.text):
            raise MultusRefused("interface-grammar", at(part))
    written = {field: at(part) for field, part in parts.items() if part.text}
    return CheckedSelection(
        namespace=parts["namespace"].text,
        name=parts["name"].text,
        interface=parts["interface"].text,
        origin=SelectionPlace(at(item), written),
    )


def _is_interface(text: str) -> bool:
    return len(encoded(text)) <= _INTERFACE_BYTES and not set(text) & set(" \t\n\v\f\r/")


def _checked(one: CheckedSelection, default_namespace: str) -> CheckedSelection:
    """Return a selection as it is used; Refused for an address that is none."""
    if one.mac and not is_mac(one.mac):
        raise MultusRefused("mac", one.origin.of("mac"))
    if one.guid and not is_mac(one.guid):
        raise MultusRefused("guid", one.origin.of("infiniband-guid"))
    for index, address in enumerate(one.ips or ()):
        if not (is_cidr(address) if "/" in address else ip(address)):
            place = one.origin.of("ips")
            raise MultusRefused("ip", place._replace(route=(*place.route, index)))
    return one._replace(
        namespace=one.namespace or default_namespace,
        interface=one.interface or one.deprecated_interface,
    )
