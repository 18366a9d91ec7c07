"""Which configuration of a directory each program picks: one function for all of them.

The models follow the programs' sources; the recorded choices of the real programs are their test.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from cnilint.start import lazy_pattern

from .confdir import ConfDirectory
from .prediction import Prediction
from .release import Release
from .runtimes import containerd, crio

_MULTUS = lazy_pattern(r"multus-(thick|thin)@v?4\.(\d{1,9})(?:\.(\d{1,9}))?(?:[-+].*)?")

_SELECTORS = "containerd, cri-o, multus-thick@v4.X.Y, multus-thin@v4.X.Y"


def predict(
    selector: str,
    files: Mapping[str, str],
    *,
    daemon_config: str | None = None,
    args: Sequence[str] = (),
    binaries: Collection[str] | None = None,
    default_network: str = "",
) -> Prediction:
    """Return what a program that starts now does with a configuration directory.

    `selector` is `multus-thick@v4.1.4`, `multus-thin@v4.3.0` (any release of v4), `containerd` or
    `cri-o`; `files` maps names to contents, a `/` in a name makes a sub-directory, and a name that
    no file can have (with a NUL, say) counts as absent. `daemon_config` is the text of thick
    Multus's daemon-config.json (None: upstream's) and `args` are thin Multus's flags; both call the
    directory `/host/etc/cni/net.d`. For CRI-O, `binaries` are the plugin executables there are
    (None: all) and `default_network` is its `cni_default_network`.
    ValueError for another selector.
    """
    directory = ConfDirectory(files)
    if selector == "containerd":
        return containerd(directory)
    if selector == "cri-o":
        return crio(directory, binaries, default_network)
    mode, version = multus_release(selector)
    from .multus_daemon_config import daemon_config as upstream_daemon_config
    from .multus_thick import predict_thick
    from .multus_thin import predict_thin

    if mode == "thick":
        config = upstream_daemon_config() if daemon_config is None else daemon_config
        return predict_thick(version, directory, config)
    return predict_thin(version, directory, args)


def multus_release(selector: str) -> tuple[str, Release]:
    """Return `thick` or `thin` and the release that a selector names; ValueError if none.

    A suffix, as in `v4.1.4-eksbuild.3`, does not matter.
    """
    match = _MULTUS.fullmatch(selector)
    if match is None:
        multus = selector.startswith(("multus-thick", "multus-thin"))
        known = "there are models of Multus v4.X.Y only" if multus else f"not one of {_SELECTORS}"
        raise ValueError(f"unknown selector {selector!r}: {known}")
    return match[1], (4, int(match[2]), int(match[3] or 0))
