"""The forms in which a product is installed, and where each keeps the product's settings."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cnilint.gitops.delivery import Delivery
from cnilint.kube.environment import Text, texts
from cnilint.kube.manifest import Manifest
from cnilint.kube.scheduling import EVERYWHERE, Placement, placement
from cnilint.kube.taints import Toleration, tolerations
from cnilint.kube.values import Values, field_text, given_values, value_text, value_words
from cnilint.kube.workload import Container, PathOnHost, Workload
from cnilint.model.finding import Location
from cnilint.model.tree import Tree, child, descend, string

from .catalog import Delivered, OperatorObject, Restarts


class Form:
    """An install: the object it is made by, and what its settings are read from.

    `kind` is `workload`, `object` (an operator's custom resource), `release` (of a chart), `addon`
    or `assumed`; `by` is which chart or operator, as the entry calls it. `pinned_by` is the value
    that names Multus's master, empty where nothing can; `words` are arguments given among values,
    at the dotted path `words_at`, in whose absence there are `default_words`; `pods_at` is the
    path of what holds node selector and affinity. `restarts` says which changes of what it is given
    restart its pods, where that is known.
    """

    kind = "assumed"
    by = ""
    pinned_by = ""
    words: tuple[Text, ...] = ()
    words_at = ""
    default_words: tuple[str, ...] = ()
    pods_at = ""
    restarts: Restarts | None = None

    def look_up(self, place: str, name: str, *, switch: bool = False) -> Text | None:
        """Return a setting from one kind of place, or None; `switch` is a flag without a value."""
        del place, name, switch
        return None

    def given(self) -> dict[str, object]:
        """Return all that a chart, an add-on or an operator is given, by dotted paths."""
        return {}

    def placement(self) -> Placement | None:
        """Return where it runs, or None when the form does not say."""
        return None

    def tolerations(self) -> tuple[Toleration, ...] | None:
        """Return what its pods tolerate; None when the form does not say: then every taint."""
        return None

    def host_file(self, path: str) -> PathOnHost | None:
        """Return where a path of its container lies on the host; None if it stays inside."""
        return PathOnHost(path, read_only=False, volume="")

    @property
    def title(self) -> str:
        """The object as a person names it."""
        return ""

    def location(self) -> Location | None:
        """Return the place that speaks for the install."""
        return None


class WorkloadForm(Form):
    """A workload that is among the manifests: one of its containers installs the product."""

    kind = "workload"

    def __init__(
        self, workload: Workload, container: Container, config_maps: tuple[str, ...]
    ) -> None:
        """`config_maps` are read by their name when the workload refers to none with a key."""
        self.workload = workload
        self.container = container
        self._config_maps = config_maps

    def look_up(self, place: str, name: str, *, switch: bool = False) -> Text | None:
        """Return a setting of the container, of a ConfigMap, or of its command line."""
        match place:
            case "environment":
                return self.workload.environment(self.container, name)
            case "argument":
                return argument(self.container, name, switch=switch)
            case "pod_argument":
                given = (argument(each, name, switch=switch) for each in self.workload.containers)
                return next((text for text in given if text is not None), None)
            case "config_map_key":
                return self._config_map_key(name)
            case "mounted_file":
                return self.workload.mounted_text(self.container, name)
            case "word":
                words = self.container.words
                at = int(name)
                return words[at] if -len(words) <= at < len(words) else None
            case "pattern":
                return _matched(self.container.words, name)
            case "hook":
                return _matched(_hook_words(self.container, "preStop"), name)
        return None

    def placement(self) -> Placement | None:
        """Return what the pod's node selector and affinity say."""
        return placement(self.workload.specification)

    def tolerations(self) -> tuple[Toleration, ...] | None:
        """Return the pod's tolerations."""
        return tolerations(self.workload.specification)

    def host_file(self, path: str) -> PathOnHost | None:
        """Resolve a path through mounts and volumes."""
        return self.workload.host_path(self.container, path)

    @property
    def title(self) -> str:
        """The workload."""
        return self.workload.manifest.title

    def location(self) -> Location | None:
        """Return the workload's name."""
        return self.workload.manifest.location("metadata", "name")

    def _config_map_key(self, key: str) -> Text | None:
        """Return a key of the maps the workload refers to, then of those its program reads."""
        from cnilint.kube.references import referenced_config_maps

        for name in dict.fromkeys((*referenced_config_maps(self.workload), *self._config_maps)):
            text = self.workload.config_map_text(name, key)
            if text is not None:
                return text
        return None


class ObjectForm(Form):
    """A custom resource that an operator makes the product from."""

    kind = "object"

    def __init__(self, manifest: Manifest, shown: OperatorObject) -> None:
        """Take the object and the entry it fits: settings are its fields, by dotted paths."""
        self.manifest = manifest
        self.by = shown.known_as
        self.pinned_by = shown.pinned_by
        self.restarts = shown.restarts
        self._pods = manifest.at(*shown.pods.split(".")) if shown.pods else None

    def look_up(self, place: str, name: str, *, switch: bool = False) -> Text | None:
        """Return a field of the object, or a key that a ConfigMap holds."""
        del switch
        if place == "config_map_key" and self.manifest.kind == "ConfigMap":
            value = string(self.manifest.at("data", name))
            where = self.manifest.location("data", name)
            return Text(value, where, self.manifest) if value is not None else None
        return field_text(self.manifest, name) if place == "field" else None

    def given(self) -> dict[str, object]:
        """Return the fields of the object, those that say what it is called left out."""
        found = given_values((Values(self.manifest.root, (), self.manifest),))
        about = ("metadata", "status")
        return {p: value for p, value in found.items() if p.partition(".")[0] not in about}

    def placement(self) -> Placement | None:
        """Return what the object says of nodes, if it does."""
        return _placement(self._pods)

    def tolerations(self) -> tuple[Toleration, ...] | None:
        """Return what the object says its pods tolerate, if it does."""
        return _tolerations(self._pods)

    @property
    def title(self) -> str:
        """The object."""
        return self.manifest.title

    def location(self) -> Location | None:
        """Return the object's name."""
        return self.manifest.location("metadata", "name")


class DeliveryForm(Form):
    """A chart release or an add-on: settings are the values it is given."""

    def __init__(self, delivery: Delivery, shown: Delivered) -> None:
        """Take a delivery, whose `kind` is the form's, and the entry it fits."""
        self.delivery = delivery
        self.kind = delivery.kind
        self.by = shown.known_as or delivery.name
        self.pinned_by = shown.pinned_by
        self.restarts = shown.restarts
        self.words = value_words(delivery.values, shown.words) if shown.words else ()
        self.words_at = shown.words
        self.default_words = shown.default_words
        self.pods_at = shown.pods

    def look_up(self, place: str, name: str, *, switch: bool = False) -> Text | None:
        """Return a value by its dotted path (the values given last count most), or a flag."""
        if place == "values":
            return value_text(self.delivery.values, name)
        return flag(self.words, name, switch=switch) if place == "argument" else None

    def given(self) -> dict[str, object]:
        """Return the values, and behind a path that none has which chart or add-on it is."""
        one = self.delivery
        return {**given_values(one.values), "": (one.name, one.version, one.source)}

    def placement(self) -> Placement | None:
        """Return what the values say of nodes, if they do."""
        found = (_placement(tree) for tree in self._pod_values())
        return next((one for one in found if one is not None), None)

    def tolerations(self) -> tuple[Toleration, ...] | None:
        """Return what the values say its pods tolerate, if they do."""
        found = (_tolerations(tree) for tree in self._pod_values())
        return next((one for one in found if one is not None), None)

    def _pod_values(self) -> Iterator[Tree]:
        """Yield where values hold what belongs into a pod, those given last first."""
        for values in reversed(self.delivery.values):
            found = descend(values.tree, *filter(None, self.pods_at.split(".")))
            if found is not None and not values.named:
                yield found

    @property
    def title(self) -> str:
        """The object, with the add-on's name where it may hold several."""
        manifest = self.delivery.manifest
        if self.kind == "addon" and not manifest.kind.endswith("Addon"):
            return f"{manifest.title} (add-on {self.delivery.name})"
        return manifest.title

    def location(self) -> Location | None:
        """Return where the chart or add-on is named."""
        return self.delivery.place


def argument(
    container: Container, name: str, *, switch: bool = False, joined: bool = False
) -> Text | None:
    """Return the value of a command-line flag: `--flag=value`, `--flag value`, a bare `--flag`.

    Go's flag package takes one dash or two. The last one given wins; a bare flag is "true", and a
    `switch` never takes the next word. The command of a postStart hook counts too (Cilium's flags
    up to 1.13 stand there).
    """
    return flag(
        (*container.flags, *_hook_words(container, "postStart")), name, switch=switch, joined=joined
    )


def flag(
    words: Sequence[Text], name: str, *, switch: bool = False, joined: bool = False
) -> Text | None:
    """Return the value of a flag among some words, as `argument` does.

    Where values have to be `joined` to their flag, one that stands alone is empty.
    """
    wanted = name.lstrip("-")
    found: Text | None = None
    for at, word in enumerate(words):
        given, equals, value = word.value.partition("=")
        if not given.startswith("-") or given.lstrip("-") != wanted:
            continue
        if equals:
            found = Text(value, word.location, word.manifest)
        elif joined:
            found = Text("", word.location, word.manifest)
        elif not switch and at + 1 < len(words) and not words[at + 1].value.startswith("-"):
            found = words[at + 1]
        else:
            found = Text("true", word.location, word.manifest)
    return found


def _hook_words(container: Container, hook: str) -> tuple[Text, ...]:
    steps = ("lifecycle", hook, "exec", "command")
    return texts(container.manifest, descend(container.tree, *steps), (*container.route, *steps))


def _matched(words: tuple[Text, ...], pattern: str) -> Text | None:
    """Return the first group of a pattern that is found in a word, as a text at that word."""
    for word in words:
        found = re.search(pattern, word.value)
        if found is not None:
            return Text(found[1], word.location, word.manifest)
    return None


def _placement(pods: Tree | None) -> Placement | None:
    """Return where pods run, given what may hold a node selector or affinity; None without."""
    if pods is None or not any(child(pods, key) for key in ("nodeSelector", "affinity")):
        return None
    found = placement(pods)
    return found if found != EVERYWHERE else None


def _tolerations(pods: Tree | None) -> tuple[Toleration, ...] | None:
    if pods is None or child(pods, "tolerations") is None:
        return None
    return tolerations(pods)
