"""Whether the manifest that runs Multus fits the image that it names."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from fractions import Fraction

from cnilint.catalog.release import release, shown
from cnilint.engine.edits.manifest import replaced
from cnilint.engine.hit import Hit
from cnilint.kube.environment import Text
from cnilint.kube.manifest import Manifest
from cnilint.kube.workload import Container
from cnilint.model.finding import Applicability, Edit, Fix, Level, Location, Operation
from cnilint.model.tree import Mapping as MappingTree
from cnilint.model.tree import child, descend, follow, string
from cnilint.multus.configuration import Multus
from cnilint.multus.manifest_release import Skew, copies, flag_name
from cnilint.multus.meant_configuration import KEY, meant_map, unused
from cnilint.multus.requirements import (
    DAEMON_FLAGS,
    GENERATOR_FLAGS,
    MOVING,
    Need,
    absent_program,
    image_flavour,
)
from cnilint.multus.settings import ENTRYPOINTS, KEYS
from cnilint.multus.start import refused_by_chart
from cnilint.simulation.cluster import Cluster
from cnilint.start import lazy_pattern
from cnilint.upstream.multus_releases import NEWEST, MultusBinary, script_flags, traits
from cnilint.upstream.multus_thin import declared_flags

from .master import distance
from .skews import skew_in

TOO_LITTLE = 50 * 1024 * 1024
ENOUGH = "200Mi"
"""What AWS raised the limit to (aws/amazon-vpc-cni-k8s#3323)."""

PIN = KEYS["master"][1]
MEMORY = ("resources", "limits", "memory")

CHART_MEMORY = (
    "resources.limits.memory",
    "controllers.multus.containers.multus.resources.limits.memory",
    "pod.resources.multus.limits.memory",
)
"""The values by which charts of Multus limit the daemon's memory."""


_QUANTITY = lazy_pattern(
    r"([0-9]{1,99}(?:\.[0-9]{0,99})?|\.[0-9]{1,99})(?:([EPTGMkKmun]i?)|[eE]([+-]?[0-9]{1,2}))?"
)
_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18}
_UNITS |= {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50, "Ei": 2**60}

_MISSING = {
    Need.POD_WATCH: "permission to list and watch pods",
    Need.BINARIES: "the directory of plugins in the daemon's container",
    Need.NODE_NAME: "MULTUS_NODE_NAME",
}


def memory_limit_too_low(cluster: Cluster) -> Iterator[Hit]:
    """CNI302: the daemon has the memory limit that it is known to be killed at."""
    for one in cluster.multuses:
        container = one.installer.container
        if not one.thick or one.release < (4, 0, 0):
            continue
        if container is None:
            text = _value(one, CHART_MEMORY)
            given, place = (text.value, text.location) if text is not None else ("", None)
        else:
            tree = descend(container.tree, *MEMORY)
            given = getattr(follow(tree), "text", "") if tree is not None else ""
            route = (*container.route, *MEMORY)
            place = container.manifest.locate(tree, route) if tree is not None else None
        size = bytes_of(given)
        if place is None or size is None or size > TOO_LITTLE:
            continue
        yield Hit(
            location=place,
            parameters={"product": one.installer.title, "limit": given},
            fixes=(Fix(f"limit: {ENOUGH}", Applicability.UNSAFE, replaced(place, ENOUGH)),),
        )


def copy_not_forced(cluster: Cluster) -> Iterator[Hit]:
    """CNI303: the shim is copied over one that may be running, which the kernel refuses."""
    for one in cluster.multuses:
        workload_of = one.installer.workload
        if workload_of is None or one.family != "thick":
            continue
        other = skew_in(cluster, one)
        if other is not None:
            continue
        for container in workload_of.containers:
            for program in copies(container) if container.initial else ():
                names = [word for word in program[1:] if not word.value.startswith("-")]
                if not names or not names[0].value.endswith("/multus-shim") or _forced(program):
                    continue
                yield Hit(
                    location=program[0].location,
                    parameters={"product": one.installer.title, "file": names[0].value},
                    fixes=tuple(_force(container, program)),
                )


def mutable_image(cluster: Cluster) -> Iterator[Hit]:
    """CNI305: the image is another one from time to time, while the manifest stays."""
    for one in cluster.multuses:
        workload_of = one.installer.workload
        if workload_of is None:
            text = one.installer.settings.get("image_tag")
            if text is not None and text.text is not None and MOVING.match(text.value):
                yield _mutable(one, text.text.location, f"the tag {text.value}")
            continue
        own = one.installer.container
        seen: set[str] = set()
        for container in workload_of.containers:
            written = string(child(container.tree, "image")) or ""
            same = own is not None and container.image.repository == own.image.repository
            if not same or "@" in written or written in seen or "$" in written or "{{" in written:
                continue
            seen.add(written)
            tag = container.image.tag
            if not tag or MOVING.match(tag):
                what = f"the tag {tag}" if tag else "an image without a tag"
                yield _mutable(one, image_place(container), what)


def thin_thick_mix(cluster: Cluster) -> Iterator[Hit]:
    """CNI306: the command or the arguments are not those of this flavour and release."""
    for one in cluster.multuses:
        workload_of, container = one.installer.workload, one.installer.container
        if workload_of is None or container is None or skew_in(cluster, one) is not None:
            continue
        if one.family == "thick":
            yield from _foreign_flags(one, container)
        for each in workload_of.containers:
            yield from _not_in_image(one, each)
        if one.family == "thin":
            yield from _unused_configuration(cluster, one)


def config_key_not_mounted(cluster: Cluster) -> Iterator[Hit]:
    """CNI308: the daemon's configuration is a ConfigMap that does not get to where it looks."""
    for one in cluster.multuses:
        workload_of, container = one.installer.workload, one.installer.container
        asked = one.installer.settings.get("configuration_path")
        if workload_of is None or container is None or one.family != "thick" or asked is None:
            continue
        found = workload_of.mount(container, asked.value)
        volume = workload_of.volume(string(child(found[1], "name")) or "") if found else None
        source = child(volume[0], "configMap") if volume is not None else None
        told = one.configuration is not None and not one.astray
        if told or found is None or volume is None or source is None:
            continue
        name = string(child(source, "name")) or ""
        namespace = workload_of.manifest.namespace
        config_map = workload_of.index.find("ConfigMap", name, namespace)
        route = (*volume[1], "configMap")
        if config_map is None:
            yield from _other_map(one, workload_of.manifest.locate(source, route), name)
            continue
        yield from _other_key(one, (container, asked.text), (source, route), config_map, found[0])


def unknown_flag(cluster: Cluster) -> Iterator[Hit]:
    """CNI312: a flag that the program of this release does not have."""
    for one in cluster.multuses:
        container = one.installer.container
        if skew_in(cluster, one) is not None:
            continue
        if container is None:
            yield from _chart_flags(one)
            continue
        known = known_flags(one)
        for word in _own_flags(one, container) if known else ():
            name = flag_name(word)
            if name in known or name in ("h", "help") or "$" in name:
                continue
            if one.family == "thick" and (name in GENERATOR_FLAGS or name in _thin_flags()):
                continue  # CNI306 says so
            yield _unknown(one, container, word, known)


def manifest_older_than_image(cluster: Cluster) -> Iterator[Hit]:
    """CNI315: the whole manifest is of another release than the image."""
    for one in cluster.multuses:
        found = skew_in(cluster, one)
        if found is None:
            continue
        image = shown(found.image)
        if found.assumed:
            image = f"{found.container.image.tag}, which is {image} or later,"
        yield Hit(
            location=image_place(found.container),
            level=Level.WARNING if found.assumed else None,
            parameters={
                "image": image,
                "manifest": found.of,
                "why": _skew_why(found),
            },
            fixes=(
                Fix(
                    f"take the manifest of {shown(found.image)} from upstream, or an image of "
                    f"{found.of}",
                    Applicability.DISPLAY,
                    (),
                ),
            ),
        )


def bytes_of(text: str) -> int | None:
    """Return what a quantity of memory comes to in bytes; None for what is no quantity."""
    found = _QUANTITY.fullmatch(text.strip())
    if found is None:
        return None
    if found[3] is not None:
        return int(Fraction(found[1]) * Fraction(10) ** int(found[3]))
    unit = _UNITS.get(found[2] or "")
    if unit is None:
        return 0 if found[2] in ("m", "u", "n") else None
    return int(Fraction(found[1].rstrip(".") or "0") * unit)


def image_place(container: Container) -> Location:
    """Return where a container's image is named."""
    tree = child(container.tree, "image")
    if tree is None:
        return container.manifest.locate(container.tree, container.route)
    return container.manifest.locate(tree, (*container.route, "image"))


def known_flags(one: Multus) -> frozenset[str]:
    """Return the flags that the program of an install has; nothing where it takes any."""
    if one.family == "thick":
        return DAEMON_FLAGS
    if one.family == "legacy":
        return GENERATOR_FLAGS
    if one.script:
        return frozenset(name.lstrip("-") for name in script_flags(one.release))
    declared = declared_flags(one.traits)
    return frozenset({*declared.texts, *declared.switches})


def _thin_flags() -> frozenset[str]:
    declared = declared_flags(traits(MultusBinary.ENTRYPOINT, NEWEST))
    return frozenset({*declared.texts, *declared.switches})


def _own_flags(one: Multus, container: Container) -> Iterator[Text]:
    """Yield the flags of Multus's own program, as they are written."""
    names = (*ENTRYPOINTS, "multus-daemon")
    skip = False
    for word in container.arguments_of(names):
        if skip:
            skip = False
            continue
        if word.value == "--":
            return
        if not word.value.startswith("-") or not word.value.strip("-"):
            continue
        yield word
        skip = "=" not in word.value and not one.script and _takes_value(one, flag_name(word))


def _takes_value(one: Multus, name: str) -> bool:
    if one.family == "thin":
        return name in declared_flags(one.traits).texts
    return name == "config" or (one.family == "legacy" and name not in ("version", "v"))


def _unknown(one: Multus, container: Container, word: Text, known: Iterable[str]) -> Hit:
    name = flag_name(word)
    near = nearest(name, known)
    fixes: tuple[Fix, ...] = ()
    if near is not None:
        dashes = word.value[: len(word.value) - len(word.value.lstrip("-"))]
        rest = word.value.partition("=")
        text = f"{dashes}{near}{rest[1]}{rest[2]}"
        edits = () if container.scripted else replaced(word.location, text)
        grade = Applicability.SAFE if edits else Applicability.DISPLAY
        fixes = (Fix(f"--{near} instead of --{name}", grade, edits),)
    exits = one.traits.refuses_unknown_flags
    effect = "it exits" if exits else "it warns and goes on without it"
    level = None if exits else Level.WARNING
    if one.installer.release is None:
        level = Level.WARNING
    return Hit(
        location=word.location,
        parameters=_flag_words(one, word.value.partition("=")[0], effect),
        fixes=fixes,
        level=level,
    )


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the one flag that a name is likely to mean: near by letters, or all but its front."""
    flags = sorted(known)
    near = [flag for flag in flags if len(flag) >= 6 and distance(flag, name) <= 2]
    longer = [flag for flag in flags if len(flag) >= 8 and name.endswith(f"-{flag}")]
    shorter = [flag for flag in flags if len(name) >= 8 and flag.endswith(f"-{name}")]
    found = near or longer or shorter
    return found[0] if len(found) == 1 else None


def _chart_flags(one: Multus) -> Iterator[Hit]:
    """Yield flags of a chart: those among its values, and those that it makes of a value."""
    form = one.installer.form
    if one.thick:
        return
    known = known_flags(one)
    for word in form.words:
        name = flag_name(word)
        if word.value.startswith("-") and name and name not in known:
            near = nearest(name, known)
            edits = replaced(word.location, word.value.replace(name, near, 1)) if near else ()
            fixes = (Fix(f"--{near}", Applicability.SAFE, edits),) if near else ()
            yield Hit(word.location, _flag_words(one, word.value.partition("=")[0]), fixes=fixes)
    for text, made in refused_by_chart(form):
        title = f"a later chart, which gives --{made.meant}"
        yield Hit(
            location=text.location,
            parameters=_flag_words(one, f"--{made.flag}, which the chart makes of it"),
            fixes=(Fix(title, Applicability.DISPLAY, ()),),
        )


def _flag_words(one: Multus, flag: str, effect: str = "it exits") -> dict[str, str]:
    product = f"{one.installer.title} {shown(one.release)}"
    return {"product": product, "flag": flag, "effect": effect}


def _value(one: Multus, paths: Iterable[str]) -> Text | None:
    """Return the first of some values of a chart that is given."""
    found = (one.installer.form.look_up("values", path) for path in paths)
    return next((text for text in found if text is not None), None)


def _foreign_flags(one: Multus, container: Container) -> Iterator[Hit]:
    """Yield the first flag of thick Multus that is one of the thin's, or of v3.9's daemon."""
    for word in _own_flags(one, container):
        name = flag_name(word)
        if name in DAEMON_FLAGS or name not in GENERATOR_FLAGS | _thin_flags():
            continue
        if name == PIN:
            continue  # CNI116 says so
        whose = "thin Multus" if name in _thin_flags() else "the daemon of v3.9"
        yield _mix(
            one,
            word.location,
            f"the daemon does not know the flag {word.value.partition('=')[0]}, which is one of "
            f"{whose}, and exits",
        )
        return


def _not_in_image(one: Multus, container: Container) -> Iterator[Hit]:
    """Yield a program that the image of a container does not have."""
    found = release(container.image.tag)
    flavour = image_flavour(container)
    if found is None or flavour is None:
        return
    for program in container.programs:
        path = program[0].value if program else ""
        if not absent_program(container, found, path):
            continue
        image = f"the {flavour.name} image of {shown(found)}"
        yield _mix(
            one, program[0].location, f"{image} has no {path}, and the container never starts"
        )
        return


def _unused_configuration(cluster: Cluster, one: Multus) -> Iterator[Hit]:
    """Yield a configuration of thick Multus that no pod mounts, where Multus is thin."""
    if any(each.thick for each in cluster.multuses):
        return
    for each in unused(cluster.manifests, cluster.index):
        if _is_named_beside(each):
            continue  # by a DaemonSet in whose place another file's came
        why = f"nothing mounts {each.title}, which is what thick Multus is told by"
        yield _mix(one, each.location("data", KEY), why, Level.WARNING)


def _is_named_beside(one: Manifest) -> bool:
    """Whether another object of the same file names an object."""
    text, span = one.document.source.text, one.document.span
    return one.name in text[: span.start] or one.name in text[span.end :]


def _mix(one: Multus, place: Location, why: str, level: Level | None = None) -> Hit:
    return Hit(
        location=place,
        parameters={"product": one.installer.title, "why": why},
        fixes=(
            Fix("take image, command and arguments from one manifest", Applicability.DISPLAY, ()),
        ),
        level=level,
    )


def _other_map(one: Multus, place: Location, name: str) -> Iterator[Hit]:
    """Yield a map that is not there, where another has what is looked for and nobody uses it."""
    meant = meant_map(one.installer)
    if meant is None:
        return
    document = place.document
    edits: tuple[Edit, ...] = ()
    if document is not None:
        edits = (Edit(document, (*place.route, "name"), Operation.REPLACE, meant.name),)
    yield Hit(
        location=place,
        parameters={
            "product": one.installer.title,
            "why": f"there is no ConfigMap {name}, the configuration is in {meant.name}",
        },
        fixes=(Fix(f"name: {meant.name}", Applicability.SAFE, edits),),
    )


def _other_key(
    one: Multus,
    asked: tuple[Container, Text | None],
    source: tuple[object, tuple[object, ...]],
    config_map: Manifest,
    wanted: str,
) -> Iterator[Hit]:
    """Yield a key or a path of a map that is not the one the daemon reads."""
    container, argument = asked
    volume, route = source
    document = container.manifest.document
    keys = _keys(config_map)
    chosen = child(volume, "items")  # type: ignore[arg-type]
    product = one.installer.title
    if chosen is None:
        if wanted in keys or not keys:
            return
        why = f"{config_map.title} has no {wanted}, but {', '.join(keys)}"
        yield Hit(
            argument.location if argument else image_place(container),
            {"product": product, "why": why},
        )
        return
    entries = list(getattr(follow(chosen), "items", ()))
    for at, entry in enumerate(entries):
        key, path = string(child(entry, "key")) or "", string(child(entry, "path")) or ""
        place = (*route, "items", at)
        if posixpath.normpath(path) == wanted and key not in keys and keys:
            edits = (
                (Edit(document, (*place, "key"), Operation.REPLACE, keys[0]),)  # type: ignore[arg-type]
                if len(keys) == 1
                else ()
            )
            yield Hit(
                container.manifest.locate(entry, place),  # type: ignore[arg-type]
                {
                    "product": product,
                    "why": f"{config_map.title} has no {key}, but {', '.join(keys)}",
                },
                fixes=(Fix(f"key: {keys[0]}", Applicability.SAFE, edits),) if edits else (),
            )
            return
    if len(entries) == 1:
        entry = entries[0]
        path, place = string(child(entry, "path")) or "", (*route, "items", 0)
        edits = (Edit(document, (*place, "path"), Operation.REPLACE, wanted),)  # type: ignore[arg-type]
        yield Hit(
            container.manifest.locate(entry, place),  # type: ignore[arg-type]
            {"product": product, "why": f"it is put at {path}, and the daemon reads {wanted}"},
            fixes=(Fix(f"path: {wanted}", Applicability.SAFE, edits),),
        )


def _keys(config_map: Manifest) -> list[str]:
    found = []
    for part in ("data", "binaryData"):
        tree = config_map.at(part)
        mapping = follow(tree) if tree is not None else None
        if isinstance(mapping, MappingTree):
            found += [entry.key.text for entry in mapping.entries]
    return found


def _forced(program: tuple[Text, ...]) -> bool:
    """Whether `cp` removes what it cannot open, or is told to in another way."""
    words = [word.value for word in program[1:]]
    short = [word[1:] for word in words if word.startswith("-") and not word.startswith("--")]
    if any("f" in letters for letters in short):
        return True
    return bool({"--force", "--remove-destination"} & set(words))


def _force(container: Container, program: tuple[Text, ...]) -> Iterator[Fix]:
    """Yield the fix that adds `-f`: a word of its own, or inside the script."""
    document = container.manifest.document
    if container.scripted:
        yield from _force_in_script(container, program)
        return
    route = program[0].location.route
    at = route[-1]
    if not isinstance(at, int):
        return
    length = len(container.command)
    behind = (*route[:-1], at + 1 if at + 1 < length else -1)
    if at + 1 == length and container.arguments:
        behind = (*container.route, "args", 0)
    yield Fix("cp -f", Applicability.SAFE, (Edit(document, behind, Operation.ADD, "-f"),))


def _force_in_script(container: Container, program: tuple[Text, ...]) -> Iterator[Fix]:
    route = program[0].location.route
    words = [word for word in container.words if word.location.route == route]
    if len(words) != 1:
        return
    text = words[0].value
    changed = re.sub(r"(?<![\w/-])cp(?=\s+(?!-))", "cp -f", text)
    if changed != text:
        edits = (Edit(container.manifest.document, route, Operation.REPLACE, changed),)
        yield Fix("cp -f", Applicability.SAFE, edits)


def _mutable(one: Multus, place: Location, what: str) -> Hit:
    flavour = "-thick" if one.thick else ""
    return Hit(
        location=place,
        parameters={"product": one.installer.title, "what": what},
        fixes=(
            Fix(
                f"name a release, such as {shown(one.release)}{flavour}, with the manifest of that "
                "release",
                Applicability.DISPLAY,
                (),
            ),
        ),
    )


def _skew_why(found: Skew) -> str:
    """Return what comes of a manifest and an image of different releases."""
    if found.missing:
        named = [_MISSING[need] for need in found.missing]
        return f"it lacks what that release needs: {', '.join(named)}"
    if found.absent:
        return f"the image has no {found.absent}"
    return f"its daemon does not know --{', --'.join(found.refused)} and exits"
