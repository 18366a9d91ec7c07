"""Whether the program that a manifest has Multus's image run can start at all."""

from __future__ import annotations

from cnilint.catalog.release import release
from cnilint.kube.workload import Container
from cnilint.model.steps import Cause, Failure

from .configuration import Multus
from .manifest_release import flag_name, flags_of
from .requirements import DAEMON_FLAGS, absent_program


def start_failure(one: Multus) -> Cause | None:
    """Return why Multus ends at every start, whatever files there are; None if it does not.

    Known of upstream's images and of flags: a program that the image of the release does not have,
    of an init container too, and a flag that the daemon of v4 does not know; and of a ConfigMap
    that does not exist, without which the kubelet starts no container. What the entrypoint makes of
    its flags is the entrypoint's own (`multus_thin`).
    """
    if one.astray:
        return Cause(Failure.CONFIGURATION_MISSING)
    workload, container = one.installer.workload, one.installer.container
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
    return None


def _absent(container: Container) -> str:
    """Return the first program of a container that its image does not have, or an empty string."""
    found = release(container.image.tag)
    for program in container.programs if found is not None else ():
        path = program[0].value if program else ""
        if found is not None and absent_program(container, found, path):
            return path
    return ""
