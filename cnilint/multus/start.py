"""Whether the program that a manifest has Multus's image run can start at all."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache

from cnilint.catalog.form import DeliveryForm, Form
from cnilint.catalog.release import in_range, release
from cnilint.kube.environment import Text
from cnilint.kube.workload import Container
from cnilint.model.steps import Cause, Failure
from cnilint.start import NamedTuple

from .configuration import Multus
from .host_access import lacked
from .manifest_release import flag_name, flags_of
from .requirements import DAEMON_FLAGS, Need, absent_program, is_certain


class ChartFlag(NamedTuple):
    """A flag that a chart makes of a value, and that no release of the entrypoint has."""

    chart: str
    versions: str
    value: str
    flag: str
    meant: str


CHART_FLAGS = (
    ChartFlag(
        "rke2-multus",
        "<=4.2.106",
        "config.cni_conf.namespaceIsolation",
        "cni-namespace-isolation",
        "namespace-isolation",
    ),
)
"""rancher/rke2-charts@069e98c:packages/rke2-multus/charts/templates/daemonSet.yaml, mended by
rancher/rke2-charts#737."""


def refused_by_chart(form: Form) -> Iterator[tuple[Text, ChartFlag]]:
    """Yield the values of which a chart makes a flag that the entrypoint does not know."""
    if not isinstance(form, DeliveryForm):
        return
    found = release(form.delivery.version)
    for made in CHART_FLAGS:
        text = form.look_up("values", made.value)
        if form.by != made.chart or text is None or text.value in ("", "false") or found is None:
            continue
        if in_range(found, made.versions):
            yield text, made


@lru_cache(maxsize=64)
def start_failure(one: Multus) -> Cause | None:
    """Return why Multus ends at every start, whatever files there are; None if it does not.

    Known of upstream's images and of flags: a program that the image of the release does not have,
    of an init container too, a flag that the daemon of v4 does not know or that a chart spells
    wrongly, and a plugin that cannot be copied to the host; and of a ConfigMap that does not exist,
    without which the kubelet starts no container. What the entrypoint makes of its flags is the
    entrypoint's own (`multus_thin`).
    """
    if one.astray:
        return Cause(Failure.CONFIGURATION_MISSING)
    workload, container = one.installer.workload, one.installer.container
    if next(refused_by_chart(one.installer.form), None) is not None:
        return Cause(Failure.UNKNOWN_FLAG)
    if workload is None or container is None or one.installer.release is None:
        return None
    for each in workload.containers:
        absent = _absent(each)
        if absent and (each.initial or each is container):
            return Cause(Failure.PROGRAM_MISSING, absent)
    if one.family == "thick" and container.command:
        for word in flags_of(container):
            if flag_name(word) not in DAEMON_FLAGS and "$" not in word.value:
                return Cause(Failure.UNKNOWN_FLAG)
    return _lacks(one, {Need.COPIED_BINARY})


@lru_cache(maxsize=64)
def pods_failure(one: Multus) -> Cause | None:
    """Return why every pod fails that Multus is asked for, though it runs; None if none has to.

    The daemon answers for pods from its container: it has to reach their network namespaces, the
    plugins and the host's root, and the plugin on the host has to reach its socket.
    """
    return _lacks(one, {Need.BINARIES, Need.NETWORK_NAMESPACES, Need.ROOT, Need.SOCKET})


def _lacks(one: Multus, wanted: Collection[Need]) -> Cause | None:
    """Return the first directory of the host that an install certainly needs and does not have.

    Of one whose settings are not all in view nothing is said.
    """
    for gap in lacked(one) if one.in_view else ():
        if gap.need in wanted and is_certain(one, gap.need):
            return Cause(Failure.NOT_MOUNTED, gap.path)
    return None


def _absent(container: Container) -> str:
    """Return the first program of a container that its image does not have, or an empty string."""
    found = release(container.image.tag)
    for program in container.programs if found is not None else ():
        path = program[0].value if program else ""
        if found is not None and absent_program(container, found, path):
            return path
    return ""
