"""Patches for Kustomize: what turns an object, as it is built, into the object as it should be.

Inside a pod template that is a strategic merge, where containers and variables are told by their
names and not by their positions; for a text of several lines in a ConfigMap the whole key; and for
anything else a JSON patch, which tests what it is about to replace.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cnilint.kube.manifest import Manifest
from cnilint.kube.workload import TEMPLATE
from cnilint.model.finding import Operation
from cnilint.model.tree import Value, plain
from cnilint.start import NamedTuple, lazy_pattern
from cnilint.syntax.patch import differs
from cnilint.syntax.style import BlockStyle, block_lines

from .difference import Steps, ValueChange, changes
from .selected import SelectedObject

MERGE_KEYS = {
    "containers": "name",
    "initContainers": "name",
    "ephemeralContainers": "name",
    "env": "name",
    "volumeMounts": "mountPath",
    "volumeDevices": "devicePath",
    "volumes": "name",
    "imagePullSecrets": "name",
    "hostAliases": "ip",
    "ports": "containerPort",
    "topologySpreadConstraints": "topologyKey",
}
"""What tells the items of a pod's lists apart: patchMergeKey of each field.

kubernetes/api@v0.30.0:core/v1/types.go; every other list is replaced as a whole.
"""

CONTENT_HASH = lazy_pattern(r"-[a-z0-9]{10}\Z")
"""What a generator puts behind a name, and a patch must leave out.

kubernetes-sigs/kustomize@12f9e63:api/hasher/hasher.go encode, HashTransformer.
"""

GENERATORS = ("ConfigMapGenerator", "SecretGenerator")


class Patch(NamedTuple):
    """A patch file: a short name that tells its form, what it is for, and its text."""

    form: str
    target: SelectedObject
    text: str


def patches(before: Manifest, after: Manifest) -> tuple[Patch, ...]:
    """Return the patches that turn one version of an object into another; none if it has no name.

    None as well where nothing of it is another value: a comment cannot be patched.
    """
    if not before.name:
        return ()
    old, new = plain(before.root), plain(after.root)
    found = list(changes(old, new))
    target = target_of(before)
    base = _merged_below(before.kind)
    merge: Value = None
    if base is not None and any(_inside(one, base) for one in found):
        merge = _merge(_at(old, base), _at(new, base))
    texts = [one for one in found if base is None and _is_text(one)]
    made = []
    if merge is not None or texts:
        whole: dict[str, Value] = {}
        for steps, value in [(base or (), merge)] if merge else [(t.steps, t.new) for t in texts]:
            _place(whole, steps, value)
        made.append(Patch("", target, _merge_text(before, target, whole)))
    merged = [one for one in found if one in texts or (merge and _inside(one, base or ()))]
    if rest := [one for one in found if one not in merged]:
        lines = block_lines(list(_operations(rest)), 0, BlockStyle())
        made.append(Patch("json6902", target, "".join(f"{line}\n" for line in lines)))
    return tuple(made)


def target_of(manifest: Manifest) -> SelectedObject:
    """Return how Kustomize selects an object, before it has put a content's hash to its name."""
    group, slash, version = manifest.api_version.rpartition("/")
    generated = manifest.origin is not None and manifest.origin.generator in GENERATORS
    name = CONTENT_HASH.sub("", manifest.name) if generated else manifest.name
    return SelectedObject(group if slash else "", version, manifest.kind, name)


def _merged_below(kind: str) -> Steps | None:
    """Return where an object of a kind has its pod's specification, or None."""
    template = TEMPLATE.get(kind)
    return (*template, "spec") if template is not None else None


def _inside(change: ValueChange, base: Steps) -> bool:
    return change.steps[: len(base)] == base


def _is_text(change: ValueChange) -> bool:
    """Whether a change is one of a text of several lines or of JSON, which a key leads to."""
    if not isinstance(change.new, str) or any(isinstance(step, int) for step in change.steps):
        return False
    text = change.new.strip()
    return change.operation is not Operation.ADD and ("\n" in text or text[:1] in ("{", "["))


def _at(value: Value, steps: Steps) -> Value:
    for step in steps:
        value = value.get(str(step)) if isinstance(value, dict) else None
    return value


def _place(whole: dict[str, Value], steps: Steps, value: Value) -> None:
    for step in steps[:-1]:
        below = whole.setdefault(str(step), {})
        whole = below if isinstance(below, dict) else {}
    whole[str(steps[-1])] = value


def _merge(old: Value, new: Value) -> dict[str, Value] | None:
    """Return the strategic merge that turns one mapping into another.

    None where a list has items that its key does not tell apart.
    """
    if not isinstance(old, dict) or not isinstance(new, dict):
        return None
    patch: dict[str, Value] = {key: None for key in old if key not in new}
    for key, value in new.items():
        was = old.get(key)
        if key in old and not differs(was, value):
            continue
        if isinstance(was, dict) and isinstance(value, dict):
            below: Value = _merge(was, value)
        elif isinstance(was, list) and isinstance(value, list) and key in MERGE_KEYS:
            below = _merge_items(was, value, MERGE_KEYS[key])
        else:
            patch[key] = value
            continue
        if below is None:
            return None
        patch[key] = below
    return patch


def _merge_items(old: list[Value], new: list[Value], key: str) -> list[Value] | None:
    """Return the same for lists whose items a key tells apart."""
    before, after = _by_key(old, key), _by_key(new, key)
    if before is None or after is None:
        return None
    patch: list[Value] = [{"$patch": "delete", key: name} for name in before if name not in after]
    for name, item in after.items():
        if name not in before:
            patch.append(item)
        elif differs(before[name], item):
            below = _merge(before[name], item)
            if below is None:
                return None
            patch.append({key: name, **below})
    return patch


def _by_key(listed: list[Value], key: str) -> dict[str | int, dict[str, Value]] | None:
    """Return the items of a list by what tells them apart; None where that is not unique."""
    found: dict[str | int, dict[str, Value]] = {}
    for item in listed:
        name = item.get(key) if isinstance(item, dict) else None
        if not isinstance(item, dict) or not isinstance(name, str | int) or name in found:
            return None
        found[name] = item
    return found


def _merge_text(manifest: Manifest, target: SelectedObject, merge: dict[str, Value]) -> str:
    head: dict[str, Value] = {
        "apiVersion": manifest.api_version,
        "kind": manifest.kind,
        "metadata": {"name": target.name},
    }
    metadata = merge.pop("metadata", None)
    if isinstance(metadata, dict):
        head["metadata"] = {"name": target.name, **metadata}
    return "".join(f"{line}\n" for line in block_lines({**head, **merge}, 0, BlockStyle()))


def _operations(found: Sequence[ValueChange]) -> Iterator[Value]:
    """Yield a JSON patch (RFC 6902): what is replaced or removed is tested first."""
    for change in found:
        path = "".join(f"/{_token(step)}" for step in change.steps)
        if change.operation is not Operation.ADD:
            yield {"op": "test", "path": path, "value": change.old}
        operation: dict[str, Value] = {"op": change.operation.value, "path": path}
        if change.operation is not Operation.REMOVE:
            operation["value"] = change.new
        yield operation


def _token(step: str | int) -> str:
    """Return a step as a JSON pointer's token (RFC 6901, and `-` of RFC 6902)."""
    if step == -1:
        return "-"
    return str(step).replace("~", "~0").replace("/", "~1")
