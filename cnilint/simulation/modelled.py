"""The products of which the real installer is modelled, as programs on a node."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cnilint.catalog.installer import Installer
from cnilint.model.steps import Actor
from cnilint.upstream.cilium_cni import CiliumManager
from cnilint.upstream.istio_cni import IstioCNI
from cnilint.upstream.kuma_cni import KumaInstaller
from cnilint.upstream.linkerd_cni import LinkerdCNI
from cnilint.upstream.program import DirectoryProgram as Model

from .cilium import Cilium, cilium_agent
from .installed import Installed
from .istio import Istio, istio
from .kuma import Kuma, kuma
from .linkerd import Linkerd, linkerd
from .steps import Program


def modelled(installer: Installer, actor: Actor) -> Program | None:
    """Return the program of an install of such a product, None if it touches no file."""
    return _MADE[installer.product.id](installer, actor)


def in_directory(model: Model, actor: Actor, directory: str) -> Installed:
    """Return a model as the program that it is in a directory of a node."""
    if isinstance(model, IstioCNI):
        return Istio(actor, model, directory)
    if isinstance(model, CiliumManager) and model.plan is not None:
        return Cilium(actor, model, directory, uninstalls=model.plan.uninstalls)
    if isinstance(model, LinkerdCNI):
        return Linkerd(actor, model, directory)
    if isinstance(model, KumaInstaller):
        return Kuma(actor, model, directory)
    return Installed(actor, model, directory)


_MADE: Mapping[str, Callable[[Installer, Actor], Program | None]] = {
    "cilium": cilium_agent,
    "istio-cni": istio,
    "kuma-cni": kuma,
    "linkerd-cni": linkerd,
}
"""How the program of each product is made."""
