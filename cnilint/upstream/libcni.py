"""Network configurations as libcni loads them, in the releases that the programs are built with.

Sources: containernetworking/cni@v0.8.1, v1.1.2, v1.2.0-rc1 and v1.3.0: libcni/conf.go and
pkg/types/types.go; Masterminds/semver@v3.2.1:version.go, which v1.2.0-rc1 reads `cniVersions` with.
"""

from __future__ import annotations

from functools import lru_cache

from cnilint.start import NamedTuple, lazy_pattern

from . import gojson
from .confdir import ConfDirectory, PathError, join
from .gojson import JSON, Array, JSONError, Object, is_string
from .gostruct import ANY, BOOLEAN, STRING, ListOf, MapOf, PointerTo, Struct, Type
from .version import cni_version


class Libcni(NamedTuple):
    """How a release of libcni differs from others."""

    result_versions: tuple[str, ...]
    """The CNI versions a plugin's result may have."""
    null_plugin_panics: bool = False
    """A plugin that is `null` ends the program; later it is a plugin without a type."""
    offered_versions: str = ""
    """Who reads `cniVersions`: `semver`, `libcni`, or "" for nobody."""
    text_switches: tuple[str, ...] = ()
    """Keys of a list whose boolean may also be a text."""
    valid_attachments: bool = False
    """A plugin's configuration has the field `cni.dev/valid-attachments`."""
    garbage_collection: bool = False
    """A list has the field `disableGC`."""
    chains: bool = False
    """Plugins of a list may stand in files of a folder called like the network."""


LIBCNI_0_8 = Libcni(("0.1.0", "0.2.0", "0.3.0", "0.3.1", "0.4.0"), null_plugin_panics=True)
LIBCNI_1_1 = Libcni((*LIBCNI_0_8.result_versions, "1.0.0"))
LIBCNI_1_2 = Libcni(
    (*LIBCNI_1_1.result_versions, "1.1.0"),
    offered_versions="semver",
    text_switches=("disableCheck",),
    valid_attachments=True,
)
LIBCNI_1_3 = LIBCNI_1_2._replace(
    offered_versions="libcni",
    text_switches=("disableCheck", "disableGC", "loadOnlyInlinedPlugins"),
    garbage_collection=True,
    chains=True,
)

_NEWEST = (1, 1, 0)
"""The newest CNI version that v1.2.0-rc1 and later implement."""


class LibcniError(ValueError):
    """A configuration that libcni returns an error for."""

    def __init__(
        self,
        message: str,
        route: tuple[str | int, ...] = (),
        span: tuple[int, int] | None = None,
    ) -> None:
        """`route` leads to what is wrong; `span` is where the text is no JSON."""
        super().__init__(message)
        self.route = route
        self.span = span


class LibcniPanic(LibcniError):  # noqa: N818 - that is Go's word
    """A configuration on which libcni panics; the message is the runtime's."""


class Raw(NamedTuple):
    """A configuration's JSON, and whether its keys come in the order of json.Marshal."""

    value: JSON
    encoded: bool = False


class Plugin(NamedTuple):
    """One plugin's configuration, as it is and as libcni reads it."""

    raw: Raw
    type: str
    name: str
    cni_version: str
    enabled: frozenset[str]
    """The capabilities that are on."""


class ConfigurationList(NamedTuple):
    """A network configuration list."""

    name: str
    cni_version: str
    plugins: tuple[Plugin, ...]
    only_inlined: bool = False


_CONF: dict[str, Type] = {
    "cniVersion": STRING,
    "name": STRING,
    "type": STRING,
    "capabilities": MapOf(BOOLEAN),
    "ipam": Struct({"type": STRING}),
    "dns": Struct(
        {
            "nameservers": ListOf(STRING),
            "domain": STRING,
            "search": ListOf(STRING),
            "options": ListOf(STRING),
        }
    ),
    "prevResult": MapOf(ANY),
}


def conf_fields(libcni: Libcni) -> dict[str, Type]:
    """Return the fields of types.NetConf (later: PluginConf)."""
    if not libcni.valid_attachments:
        return _CONF
    attachment = Struct({"containerID": STRING, "ifname": STRING})
    return {**_CONF, "cni.dev/valid-attachments": ListOf(attachment)}


@lru_cache
def conf_struct(libcni: Libcni) -> Struct:
    """Return types.NetConf."""
    return Struct(conf_fields(libcni))


@lru_cache
def list_struct(libcni: Libcni) -> Struct:
    """Return types.NetConfList, whose plugins may be `null`."""
    fields: dict[str, Type] = {"cniVersion": STRING, "name": STRING, "disableCheck": BOOLEAN}
    if libcni.garbage_collection:
        fields["disableGC"] = BOOLEAN
    return Struct({**fields, "plugins": ListOf(PointerTo(conf_struct(libcni)))})


def decoded(struct: Struct, raw: Raw) -> dict[str, object]:
    """Return the fields of a value; JSONError if one has a wrong type."""
    found = struct.decode(raw.value, {}, encoded=raw.encoded)
    return found if isinstance(found, dict) else {}


def parsed(text: str) -> Raw:
    """Return the JSON of a text; LibcniError if it is none."""
    try:
        return Raw(gojson.parse(text))
    except JSONError as error:
        span = broken_span(error, text)
        raise LibcniError(f"error parsing configuration: {error}", span=span) from None


def broken_span(error: JSONError, text: str) -> tuple[int, int] | None:
    """Return the character at which a text stops being JSON; None if it is JSON."""
    return None if error.at is None else (error.at, min(error.at + 1, len(text)))


def plugin(raw: Raw, libcni: Libcni) -> Plugin:
    """Return a plugin's configuration; LibcniError if a type is wrong or `type` is empty."""
    if raw.value is None and libcni.null_plugin_panics:
        from .multus_outcome import NIL

        raise LibcniPanic(NIL)
    try:
        fields = decoded(conf_struct(libcni), raw)
    except JSONError as error:
        raise LibcniError(f"error parsing configuration: {error}", error.route) from None
    kind, name, version = (str(fields.get(key, "")) for key in ("type", "name", "cniVersion"))
    if not kind:
        raise LibcniError("error parsing configuration: missing 'type'")
    capabilities = fields.get("capabilities")
    enabled = capabilities if isinstance(capabilities, dict) else {}
    on = frozenset(key for key, switched in enabled.items() if switched)
    return Plugin(raw, kind, name, version, on)


def configuration_list(raw: Raw, libcni: Libcni) -> ConfigurationList:
    """Return a list without the files of its chain; LibcniError if it is none."""
    members = untyped_members(raw)
    name = members.get("name")
    if not is_string(name):
        raise LibcniError("error parsing configuration list: no name", ("name",))
    version = _version(members, libcni)
    flags = {key: _switch(members, key, libcni) for key in ("disableCheck", *libcni.text_switches)}
    only_inlined = flags.get("loadOnlyInlinedPlugins", False)
    if "plugins" not in members:
        if only_inlined or not libcni.chains:
            raise LibcniError("error parsing configuration list: no 'plugins' key")
        return ConfigurationList(name, version, ())
    listed = members["plugins"]
    if not isinstance(listed, Array) or not listed.items:
        raise LibcniError("error parsing configuration list: no plugins in list", ("plugins",))
    loaded = []
    for index, item in enumerate(listed.items):
        try:
            loaded.append(plugin(Raw(item, encoded=True), libcni))
        except LibcniError as error:
            raise type(error)(str(error), ("plugins", index, *error.route)) from None
    return ConfigurationList(name, version, tuple(loaded), only_inlined)


def list_from_file(directory: ConfDirectory, path: str, libcni: Libcni) -> ConfigurationList:
    """Return the list in a file with its chain; LibcniError if it, or a part, cannot be read."""
    loaded = _listed(file_text(directory, path), libcni)
    if not libcni.chains:
        return loaded
    if not loaded.only_inlined:
        loaded = with_chain(loaded, directory, path.rpartition("/")[0], libcni)
    if not loaded.plugins:
        raise LibcniError("no plugin configs found")
    return loaded


@lru_cache(maxsize=4096)
def _listed(text: str, libcni: Libcni) -> ConfigurationList:
    return configuration_list(parsed(text), libcni)


def with_chain(
    loaded: ConfigurationList, directory: ConfDirectory, folder: str, libcni: Libcni
) -> ConfigurationList:
    """Return a list with the plugins in the files of the folder called like the network."""
    try:
        files = directory.conf_files(join(folder, loaded.name), (".conf",))
    except PathError as error:
        raise LibcniError(f"failed to read plugin config files in {error}") from None
    added = tuple(plugin(parsed(file_text(directory, file)), libcni) for file in files)
    return loaded._replace(plugins=loaded.plugins + added)


def file_text(directory: ConfDirectory, path: str) -> str:
    """Return a file's text; LibcniError if it cannot be read."""
    try:
        return directory.read(path)
    except PathError as error:
        raise LibcniError(f"error reading {error}") from None


def untyped_members(raw: Raw) -> dict[str, JSON]:
    """Return a `map[string]interface{}`, empty for `null`; LibcniError if it is none."""
    if gojson.overflows(raw.value):
        raise LibcniError("a number does not fit a float64")
    if raw.value is not None and not isinstance(raw.value, Object):
        raise LibcniError(f"{gojson.kind(raw.value)} instead of an object")
    return {} if raw.value is None else raw.value.members


def _switch(members: dict[str, JSON], key: str, libcni: Libcni) -> bool:
    """Return a boolean, which may be written as a text for some keys and releases."""
    value = members.get(key, False)
    if isinstance(value, bool):
        return value
    if key in libcni.text_switches and is_string(value) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise LibcniError(f"error parsing configuration list: invalid value for {key}", (key,))


def _version(members: dict[str, JSON], libcni: Libcni) -> str:
    """Return `cniVersion`, or the highest that `cniVersions` adds and libcni knows."""
    version = members.get("cniVersion", "")
    if not is_string(version):
        raise LibcniError("error parsing configuration list: invalid cniVersion", ("cniVersion",))
    if "cniVersions" not in members or not libcni.offered_versions:
        return version
    offered = members["cniVersions"]
    if not isinstance(offered, Array):
        raise LibcniError("invalid type for cniVersions", ("cniVersions",))
    read = _numbers if libcni.offered_versions == "libcni" else _semver
    known = []
    for item in [*offered.items, *([version] if version else [])]:
        found = read(item) if is_string(item) else None
        if found is None:
            raise LibcniError("invalid cniVersions entry", ("cniVersions",))
        if (found.numbers, found.released) <= (_NEWEST, True):
            known.append(found)
    return max(known, key=lambda one: one[:3]).text if known else version


_IDENTIFIERS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_LENIENT = lazy_pattern(
    rf"v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-({_IDENTIFIERS}))?(?:\+({_IDENTIFIERS}))?"
)
_Identifiers = tuple[tuple[int, int, str], ...]


class _Offered(NamedTuple):
    """A version in the order of comparing: a release is above what has identifiers."""

    numbers: tuple[int, ...]
    released: bool
    identifiers: _Identifiers
    text: str


def _numbers(text: str) -> _Offered | None:
    """Return a version as libcni v1.3.0 compares it.

    Which of two spellings of one version (`1.0`, `1.0.0`) is the highest, libcni leaves to Go's
    sort: the first for up to twelve entries; longer lists are sorted in a way that is not followed
    here.
    """
    numbers = cni_version(text)
    return None if numbers is None else _Offered(numbers, released=True, identifiers=(), text=text)


def _semver(text: str) -> _Offered | None:
    """Return a version as Masterminds/semver reads it, and writes it again."""
    match = _LENIENT.fullmatch(text)
    digits = [number or "0" for number in match.group(1, 2, 3)] if match else []
    if match is None or any(len(number.lstrip("0")) > 20 for number in digits):
        return None
    numbers = tuple(int(number.lstrip("0") or "0") for number in digits)
    parts = match[4].split(".") if match[4] else []
    padded = any(part.isdigit() and len(part) > 1 and part[0] == "0" for part in parts)
    if padded or any(number >= 2**64 for number in numbers):
        return None
    identifiers = tuple((0, len(part), part) if part.isdigit() else (1, 0, part) for part in parts)
    suffix = (f"-{match[4]}" if match[4] else "") + (f"+{match[5]}" if match[5] else "")
    return _Offered(numbers, not parts, identifiers, ".".join(map(str, numbers)) + suffix)
