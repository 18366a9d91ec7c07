"""A product found in the manifests, with what it does on a node worked out."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from cnilint.kube.environment import placeholder
from cnilint.kube.manifest import Manifest
from cnilint.kube.scheduling import Placement
from cnilint.kube.workload import Container, PathOnHost, Workload
from cnilint.model.finding import Location, Note
from cnilint.start import dataclass

from .catalog import Action, Behaviour, Product, Role, runtime_directories
from .form import Form, WorkloadForm
from .release import Release
from .settings import InstallSettings, Setting
from .written_file import given_content, network_name, usual_content


@dataclass(frozen=True, slots=True, eq=False)
class ConfFile:
    """A CNI configuration that an installer puts on the host: an absolute path and its content."""

    path: str
    network: str
    content: str

    @property
    def directory(self) -> str:
        """The host directory it is in."""
        return posixpath.dirname(self.path)

    @property
    def name(self) -> str:
        """Its file name."""
        return posixpath.basename(self.path)


@dataclass(frozen=True, slots=True, eq=False)
class Installer:
    """A product that the manifests install, or that is assumed (`assumed` says why).

    `directory` is the host directory its action works in (None: nothing of it reaches the host);
    `writes` the file it makes there; `behaviour` what it does, with its settings filled in.
    """

    product: Product
    form: Form
    role: Role
    action: Action
    object: str
    behaviour: Behaviour
    placement: Placement
    directory: str | None
    writes: ConfFile | None
    release: Release | None
    settings: Mapping[str, Setting]
    assumed: str = ""
    later: bool = False
    """Whether the path of its file, or of the one that it chains itself into, has a placeholder, so
    that it is not known yet."""
    copies: tuple[Manifest, ...] = ()
    """Workloads that are the same release, rendered."""

    @property
    def title(self) -> str:
        """The product's name for people."""
        return self.product.title

    @property
    def workload(self) -> Workload | None:
        """The workload that installs it, if it is among the manifests."""
        return self.form.workload if isinstance(self.form, WorkloadForm) else None

    @property
    def container(self) -> Container | None:
        """The container that installs it, if it is among the manifests."""
        return self.form.container if isinstance(self.form, WorkloadForm) else None

    def host_file(self, path: str) -> PathOnHost | None:
        """Return where a path of its container lies on the host; None if it stays inside.

        Where no container is in view, the settings `conf_mount` and `host_directory` say which
        directory of the host it sees as which; any other path is taken for one of the host's own.
        """
        if self.container is not None:
            return self.form.host_file(path)
        clean = posixpath.normpath(path)
        mount = self.value("conf_mount")
        if mount and (clean == mount or clean.startswith(f"{mount}/")):
            directory = self.value("host_directory") or runtime_directories()[0]
            clean = posixpath.normpath(directory + clean[len(mount) :])
        return self.form.host_file(clean)

    def value(self, name: str) -> str:
        """Return the value of a setting, "" where there is none."""
        setting = self.settings.get(name)
        return setting.value if setting is not None else ""

    def variables(self) -> dict[str, str]:
        """Return the variables of its container's environment, as far as they are in view.

        One with a placeholder in it is not.
        """
        if self.container is None:
            return {}
        found, _complete = self.container.environment.variables()
        known = ((name, text.value) for name, text in found.items() if text is not None)
        return {name: value for name, value in known if not placeholder(value)}

    def location(self) -> Location | None:
        """Return the place that speaks for the install; None for one that is assumed."""
        return self.form.location()


def install(product: Product, form: Form, release: Release | None, notes: list[Note]) -> Installer:
    """Return an install of a product, its settings followed to the file that it writes.

    What could not be followed is added to `notes`.
    """
    settings = InstallSettings(product, release, form)
    fitting = next(b for b in product.behaviours if settings.hold(b.when, b.versions))
    behaviour = fitting.filled(settings.fill)
    path = _path(settings, behaviour, form)
    host = form.host_file(path) if path and not placeholder(path) else None
    if host is not None and placeholder(host.path):
        path, host = host.path, None
    later = bool(placeholder(path))
    if path and host is None and behaviour.action is not Action.DELEGATE:
        notes.append(_unresolved(product, form, path, later=later))
    makes_file = behaviour.action in (Action.WRITE, Action.COPY, Action.REFER)
    whole = host.path if host is not None else None
    if whole and behaviour.action is Action.INSERT and placeholder(behaviour.target):
        later = True
        target = posixpath.join(whole, behaviour.target)
        notes.append(_unresolved(product, form, target, later=later))
    directory = posixpath.dirname(whole) if whole and makes_file else whole
    if later and makes_file:
        directory = _known_directory(form, path)
    return Installer(
        product=product,
        form=form,
        role=behaviour.role or product.role,
        action=behaviour.action,
        object=form.title,
        behaviour=behaviour,
        placement=form.placement() or product.placement,
        directory=directory,
        writes=_conf_file(product, behaviour, settings, whole) if whole and makes_file else None,
        release=release,
        settings=settings.all(),
        later=later,
    )


def _path(settings: InstallSettings, behaviour: Behaviour, form: Form) -> str:
    """Return the path an install works on: its container's, else the host's."""
    if behaviour.action is Action.NONE:
        return ""
    if isinstance(form, WorkloadForm):
        return behaviour.path or f"{behaviour.directory}/{behaviour.file}"
    if behaviour.host:
        return str(behaviour.host)
    directory = settings.value("host_directory") or runtime_directories()[0]
    name = posixpath.basename(behaviour.path) or behaviour.file
    return f"{directory}/{name}" if name else directory


def _known_directory(form: Form, path: str) -> str | None:
    """Return the host directory of a file of which no more than the name is to be filled in."""
    directory = posixpath.dirname(path)
    host = None if placeholder(directory) else form.host_file(directory)
    return host.path if host is not None else None


def _conf_file(
    product: Product, behaviour: Behaviour, settings: InstallSettings, path: str
) -> ConfFile:
    """Return the file an installer writes: the manifests' own text, else of the usual shape."""
    network = behaviour.network or product.network
    if network is None:
        raise ValueError(f"{product.id} writes {path} and has no network")
    given = given_content(settings) if behaviour.action is Action.WRITE else None
    if given is not None:
        return ConfFile(path, network_name(given) or network.name, given)
    return ConfFile(
        path, network.name, usual_content(settings, network.name, network.plugins, path)
    )


def _unresolved(product: Product, form: Form, path: str, *, later: bool) -> Note:
    where = form.location()
    if isinstance(form, WorkloadForm):
        where = form.container.manifest.locate(form.container.tree, form.container.route)
    if later:
        return Note(
            f"{product.title} ({form.title}) writes to {path!r}, which is known only after "
            "substitution",
            where,
        )
    return Note(
        f"{product.title} ({form.title}) writes {path} inside its container, and no host directory "
        "is mounted there: nothing of it reaches the node",
        where,
    )
