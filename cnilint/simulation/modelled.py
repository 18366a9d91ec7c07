"""The products of which the real installer is modelled, as programs on a node."""

from __future__ import annotations

from cnilint.catalog.installer import Installer
from cnilint.model.steps import Actor
from cnilint.upstream.cilium_cni import CiliumManager
from cnilint.upstream.istio_cni import IstioCNI
from cnilint.upstream.program import DirectoryProgram as Model

from .cilium import Cilium, cilium_agent
from .installed import Installed
from .istio import Istio, istio
from .steps import Program


def modelled(installer: Installer, actor: Actor) -> Program | None:
    """Return the program of an install of such a product, None if it touches no file."""
    if installer.product.id == "cilium":
        return cilium_agent(installer, actor)
    return istio(installer, actor)


def in_directory(model: Model, actor: Actor, directory: str) -> Installed:
    """Return a model as the program that it is in a directory of a node."""
    if isinstance(model, IstioCNI):
        return Istio(actor, model, directory)
    if isinstance(model, CiliumManager) and model.plan is not None:
        return Cilium(actor, model, directory, uninstalls=model.plan.uninstalls)
    return Installed(actor, model, directory)
