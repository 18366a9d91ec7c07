"""The containers of a product's pods: the variables each is given, and its image, in every form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cnilint.kube.environment import Text, placeholder
from cnilint.kube.pattern import found_in
from cnilint.kube.values import Values, text_of, value_text
from cnilint.kube.workload import Container
from cnilint.model.finding import Location
from cnilint.model.tree import Mapping as MappingTree
from cnilint.model.tree import Tree, child, follow, items, members, string
from cnilint.start import NamedTuple

from .form import DeliveryForm, WorkloadForm
from .installer import Installer
from .product import ShownContainer
from .release import in_range, release
from .settings import Setting

Variables = Mapping[str, Setting | None]
"""Variables by name; None is a value that is not in view or is filled in later."""


class GivenContainer(NamedTuple):
    """A container as an install gives it.

    `complete` tells that no other variables can be set, `place` is where variables are given or
    would be. `container` is None where a chart renders it; `tag` is then the tag among the values,
    None where the chart's own is used. A setting without a text is the chart's own.
    """

    name: str
    shown: ShownContainer
    variables: Variables
    complete: bool
    place: Location
    container: Container | None = None
    tag: Text | None = None

    def value(self, name: str) -> str | None:
        """Return a variable's value; None where it is not set or not known."""
        setting = self.variables.get(name)
        return setting.value if setting is not None else None

    def text(self, name: str) -> Text | None:
        """Return where a person gave a variable; None for a chart's own and for one not known."""
        setting = self.variables.get(name)
        return setting.text if setting is not None else None

    def is_unknown(self, name: str) -> bool:
        """Whether a variable is set to a value that is not known, or may be set out of view.

        A chart's own value may be another one where not all of the values are in view.
        """
        setting = self.variables.get(name)
        if setting is None:
            return name in self.variables or not self.complete
        return setting.text is None and not self.complete

    @property
    def known(self) -> dict[str, str]:
        """The variables whose values are known."""
        return {name: one.value for name, one in self.variables.items() if one is not None}

    @property
    def is_sketch(self) -> bool:
        """Whether a manifest says nothing of its variables: what it lacks is then left out.

        A patch, or an extract of a manifest.
        """
        return self.complete and not self.variables


def given_container(one: Installer, name: str) -> GivenContainer | None:
    """Return a container of an install by its name in the product's own manifest.

    None where the install has none, and for a form that does not say. KeyError if the catalog does
    not know the container.
    """
    shown = one.product.containers[name]._replace(name=name)
    if isinstance(one.form, WorkloadForm):
        found = _of_workload(one.form, shown)
        return _from_manifest(shown, found) if found is not None else None
    if isinstance(one.form, DeliveryForm):
        return _from_values(one.form, shown)
    return None


def _of_workload(form: WorkloadForm, shown: ShownContainer) -> Container | None:
    """Return the container with the image, else the one with the name."""
    containers = form.workload.containers
    by_image = (c for c in containers if found_in(shown.image, c.image.repository))
    by_name = (c for c in containers if c.name == shown.name)
    return next(by_image, None) or next(by_name, None)


def _from_manifest(shown: ShownContainer, container: Container) -> GivenContainer:
    found, complete = container.environment.variables()
    variables = {name: _known(text) for name, text in found.items()}
    listed = child(container.tree, "env")
    route = container.route if listed is None else (*container.route, "env")
    place = container.manifest.locate(listed or container.tree, route)
    if listed is None:
        named = child(container.tree, "name")
        if named is not None:
            place = container.manifest.locate(named, (*container.route, "name"))
    return GivenContainer(shown.name, shown, variables, complete, place, container)


def _known(text: Text | None) -> Setting | None:
    return None if text is None or placeholder(text.value) else Setting(text.value, text)


def _from_values(form: DeliveryForm, shown: ShownContainer) -> GivenContainer | None:
    values = form.delivery.values
    switch = value_text(values, shown.switch) if shown.switch else None
    if switch is not None and switch.value in ("false", ""):
        return None
    chart = release(form.delivery.version)
    variables: dict[str, Setting | None] = {
        one.name: Setting(one.value) for one in shown.defaults if in_range(chart, one.versions)
    }
    for one in values:
        for name, setting in _mapped(one, shown.environment):
            if setting is _TAKEN_AWAY:
                variables.pop(name, None)
            else:
                variables[name] = setting
    if shown.more:
        variables |= _listed(values, shown.more)
    return GivenContainer(
        shown.name,
        shown,
        variables,
        not form.delivery.unread,
        _place(form, shown),
        tag=value_text(values, shown.tag) if shown.tag else None,
    )


_TAKEN_AWAY = Setting("null")
"""What Helm takes a value for that is `null`: the chart's own goes as well."""


def _mapped(values: Values, path: str) -> Iterator[tuple[str, Setting | None]]:
    """Yield the variables of a mapping at a path of some values."""
    if not path:
        return
    for name in _names(values, path):
        found = values.find(f"{path}.{name}") if "." not in name else None
        if found is None:
            continue
        text = text_of(found[0])
        if text is None:
            yield name, _TAKEN_AWAY
        elif isinstance(follow(found[0]), MappingTree) or items(found[0]):
            yield name, None
        else:
            yield name, _known(values.text(text, *found))


def _names(values: Values, path: str) -> list[str]:
    """Return the names below a path, of values by name as well."""
    if values.named:
        whole = follow(values.tree)
        pairs = (
            list(members(whole))
            if isinstance(whole, MappingTree)
            else [string(child(pair, "name")) or "" for pair in items(whole)]
        )
        return [name.removeprefix(f"{path}.") for name in pairs if name.startswith(f"{path}.")]
    found = values.find(path)
    held = follow(found[0]) if found is not None else None
    return list(members(held)) if isinstance(held, MappingTree) else []


def _listed(values: tuple[Values, ...], path: str) -> Iterator[tuple[str, Setting | None]]:
    """Yield the variables of a list at a path; of several lists the last one counts."""
    for one in reversed(values):
        found = one.find(path)
        if found is None:
            continue
        for at, entry in enumerate(items(found[0])):
            name = string(child(entry, "name"))
            if name:
                yield name, _entry(one, entry, (*found[1], at))
        return


def _entry(values: Values, entry: Tree, route: tuple[object, ...]) -> Setting | None:
    value = child(entry, "value")
    text = text_of(value) if value is not None else None
    if value is None or text is None:
        return None
    return _known(values.text(text, value, (*route, "value")))  # type: ignore[arg-type]


def _place(form: DeliveryForm, shown: ShownContainer) -> Location:
    """Return where the values give variables, else where the chart or add-on is named."""
    for one in reversed(form.delivery.values):
        found = one.find(shown.environment) if shown.environment else None
        if found is not None:
            return one.text("", *found).location
    return form.delivery.place
