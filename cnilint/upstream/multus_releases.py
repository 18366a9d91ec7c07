"""What changed in which release of Multus, as far as it decides what a pod's networks become.

Sources: k8snetworkplumbingwg/multus-cni, go.mod and pkg/ at every tag from v3.9 to v4.3.0, and
containernetworking/cni at the releases that they vendor (v0.8.1, v1.1.2, v1.2.0-rc1, v1.3.0).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from .libcni import LIBCNI_0_8, LIBCNI_1_1, LIBCNI_1_2, LIBCNI_1_3, Libcni

_Release = tuple[int, int, int]

_RELEASE = re.compile(r"v?([0-9]{1,9})\.([0-9]{1,9})(?:\.([0-9]{1,9}))?(?![0-9])")


class MultusBehaviour(NamedTuple):
    """What a release of Multus does where others do something else."""

    libcni: Libcni
    primary_is_a_path: bool = False
    """`clusterNetwork` may be the path of a file, and that is where the primary is named.

    Before, the primary stands in `delegates`.
    """
    empty_is_default: bool = True
    """An empty text or list in the configuration is replaced by the default."""
    interface_is_a_label: bool = True
    """In the short form an interface's name must be a DNS label, as a network's must."""
    chained_primary: bool = False
    """The primary's file is read with the files of its chain; there is an auxiliary chain."""
    both_gateways_filtered: bool = True
    """Gateways of both families on one network cancel each other out."""
    long_interface_names: bool = False
    """The kernel is asked for a name beyond 15 bytes as for an alternative name."""


_CHANGES: tuple[tuple[_Release, dict[str, object]], ...] = (
    (
        (4, 0, 0),
        {
            "libcni": LIBCNI_1_1,
            "primary_is_a_path": True,
            "empty_is_default": False,
            "both_gateways_filtered": False,
        },
    ),
    ((4, 1, 0), {"libcni": LIBCNI_1_2, "interface_is_a_label": False}),
    ((4, 2, 1), {"libcni": LIBCNI_1_3, "chained_primary": True}),
    ((4, 2, 2), {"long_interface_names": True}),
)


@lru_cache
def behaviour(version: str) -> MultusBehaviour:
    """Return what the release of an image tag does; one that names no release is the newest.

    What follows the three numbers is a build of that release. Releases before v3.9 are taken for
    v3.9.
    """
    found, does = _RELEASE.match(version), MultusBehaviour(LIBCNI_0_8)
    numbers = found and (int(found[1]), int(found[2]), int(found[3] or 0))
    for since, change in _CHANGES:
        if numbers is None or numbers >= since:
            does = does._replace(**change)  # type: ignore[arg-type]
    return does
