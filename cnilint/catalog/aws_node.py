"""An install of the Amazon VPC CNI: its release, its containers, and what a start of it does."""

from __future__ import annotations

from functools import lru_cache

from cnilint.kube.environment import Text
from cnilint.model.finding import Location
from cnilint.model.tree import child
from cnilint.start import NamedTuple, lazy_pattern
from cnilint.upstream.aws_vpc_cni import releases
from cnilint.upstream.aws_vpc_cni.entrypoint import (
    DIRECTORIES,
    VpcCniStart,
    refusals,
    vpc_cni,
)
from cnilint.upstream.aws_vpc_cni.program import Refusal
from cnilint.upstream.aws_vpc_cni.releases import AwsNodeTraits
from cnilint.upstream.aws_vpc_cni.variables import EnvironmentReader, Release, variable

from .containers import GivenContainer, given_container
from .form import DeliveryForm, WorkloadForm
from .installer import Installer
from .release import release, shown

PRODUCT = "aws-vpc-cni"
MAIN, INIT, AGENT = "aws-node", "aws-vpc-cni-init", "aws-eks-nodeagent"
CONFIGURATION = "/app/10-aws.conflist"
"""The file in the container that placeholders are filled into."""

_DIRECTORIES = ("HOST_CNI_BIN_PATH", "HOST_CNI_CONFDIR_PATH")
_VERSION_LABEL = "app.kubernetes.io/version"
_VERSION_VARIABLE = "VPC_CNI_VERSION"
_EXACT = lazy_pattern(r"v?[0-9]+\.[0-9]+\.[0-9]+(?![\w.])")
_COUNTS_LIKE_THE_PRODUCT: Release = (1, 13, 0)
"""From this version on the chart has the version of the product."""


class AwsNode(NamedTuple):
    """An install of aws-node.

    `assumed` tells that nothing names its release to the last number: it is taken as the first of
    those that are meant, as the newest where none is.
    """

    installer: Installer
    release: Release
    assumed: bool
    main: GivenContainer
    init: GivenContainer | None
    agent: GivenContainer | None

    @property
    def version(self) -> str:
        """The release as people write it."""
        return shown(self.release)

    @property
    def does(self) -> AwsNodeTraits:
        """What its release does."""
        return releases.behaviour(self.release)

    @property
    def is_chart(self) -> bool:
        """Whether a chart or an add-on renders its manifest."""
        return self.main.container is None

    def refusals(self) -> tuple[Refusal, ...]:
        """Return what its environment is refused for, without what rests on unknown values."""
        found = refusals(self.main.known, version=self.version)
        return tuple(
            one for one in found if not any(self.main.is_unknown(name) for name in one.variables)
        )

    def start(self, *, node_ipv6: bool = True) -> VpcCniStart:
        """Return what a start does with the environment, as far as it is known."""
        return vpc_cni(
            self.main.known,
            version=self.version,
            directories=self.directories(),
            conflist=self.conflist.value if self.conflist is not None else None,
            node_ipv6=node_ipv6,
        )

    def directories(self) -> tuple[str, ...] | None:
        """Return the directories that are mounted into the container; None if a chart does it."""
        form = self.installer.form
        if not isinstance(form, WorkloadForm):
            return None
        container = self.main.container or form.container
        return tuple(path for path, _mount, _route in form.workload.mounts(container))

    @property
    def never_writes(self) -> bool:
        """Whether every start ends or waits before its file is written, as far as all is known."""
        refused = self._refused
        return refused is not None and not refused.texts

    @property
    def fails_after_writing(self) -> bool:
        """Whether every start ends or waits though its file is written, as far as all is known."""
        refused = self._refused
        return refused is not None and bool(refused.texts)

    @property
    def _refused(self) -> VpcCniStart | None:
        """Return what comes of each start, if its settings are refused for sure.

        Directories are taken to be there: what does not reach the host is not written anyway.
        """
        if self.assumed or self.main.is_sketch:
            return None
        named = (variable(name, EnvironmentReader.ENTRYPOINT) for name in _DIRECTORIES)
        given = (one.text(self.main.known, self.release) for one in named)
        start = vpc_cni(
            self.main.known,
            version=self.version,
            directories=(*DIRECTORIES, *filter(None, given)),
            conflist=self.conflist.value if self.conflist is not None else None,
            node_ipv6=True,
        )
        if start.refused is None or any(map(self.main.is_unknown, start.refused.variables)):
            return None
        return start

    @property
    def conflist(self) -> Text | None:
        """The text that is mounted over the image's own configuration, or given to the chart."""
        setting = self.installer.settings.get("network_configuration")
        return setting.text if setting is not None else None

    def is_on(self, name: str, reader: EnvironmentReader = EnvironmentReader.IPAMD) -> bool:
        """Return whether a switch is known to be on."""
        return not self.main.is_unknown(name) and variable(name, reader).boolean(
            self.main.known, self.release
        )

    def init_is_on(self, name: str) -> bool | None:
        """Return whether a switch of the init container is on; None where that is not known."""
        if self.init is None or self.init.is_unknown(name):
            return None
        return variable(name, EnvironmentReader.INIT).boolean(self.init.known, self.release)


@lru_cache(maxsize=256)
def aws_node(one: Installer) -> AwsNode | None:
    """Return an install as aws-node's; None for another product and for what says too little.

    That is one that is only assumed, one before the oldest release whose program is known, a patch
    of a manifest, which has no image, and a chart from the time before it had the versions of the
    product, unless it is given a tag.
    """
    if one.product.id != PRODUCT:
        return None
    main = given_container(one, MAIN)
    if main is None or (main.container is not None and not main.container.image.repository):
        return None
    named = _release(one, main)
    if named.release is not None and named.release < releases.OLDEST:
        return None
    return AwsNode(
        one,
        named.release or releases.NEWEST,
        named.release is None or not named.exact,
        main,
        given_container(one, INIT),
        given_container(one, AGENT),
    )


class _Named(NamedTuple):
    """A release, and whether it is named to the last number."""

    release: Release | None
    exact: bool


def _release(one: Installer, main: GivenContainer) -> _Named:
    """Return the release: of the image, of the chart or add-on, or of what the manifest says."""
    tag = tag_of(main)
    tagged = _named(tag.value) if tag is not None else _Named(None, exact=False)
    if tagged.release is not None:
        return tagged
    if not isinstance(one.form, DeliveryForm):
        told = _Named(one.release, exact=True)
        return told if one.release is not None else _evidence(one, main)
    if one.form.kind == "release" and one.release is not None:
        older = one.release < _COUNTS_LIKE_THE_PRODUCT
        if older:
            return _Named((0, 0, 0), exact=True)
    version = _named(one.form.delivery.version)
    return version if version.release is not None else _Named(one.release, exact=True)


def _named(text: str) -> _Named:
    return _Named(release(text), _EXACT.match(text) is not None)


def _evidence(one: Installer, main: GivenContainer) -> _Named:
    """Return the release that a manifest names beside the image."""
    labels = one.workload.labels() if one.workload is not None else {}
    said = map(_named, (labels.get(_VERSION_LABEL, ""), main.value(_VERSION_VARIABLE) or ""))
    return next((each for each in said if each.release is not None), _Named(None, exact=False))


def tag_of(given: GivenContainer) -> Text | None:
    """Return the tag of a container's image as a person gave it; empty where the image has none.

    None where a chart says it.
    """
    container = given.container
    if container is None:
        return given.tag
    image = child(container.tree, "image")
    route = (*container.route, "image") if image is not None else container.route
    place: Location = container.manifest.locate(image or container.tree, route)
    return Text(container.image.tag, place, container.manifest)
