"""Finds out, before the merge, which CNI will own the pods of a Kubernetes cluster.

`lint` reports what is wrong, `inspect` every way the nodes can come to look, `predict` which
configuration of a directory a program takes, `replay` what an installer makes of a directory as
files come and go, `networks` what Multus makes of a pod's annotations, and `vpc_cni` what a start
of aws-node does with its environment. They are loaded on first use, so that importing the package
(for its version, say) costs next to nothing; the stub beside this file has their types.
"""

from __future__ import annotations

__version__ = "0.1.0"

_PUBLIC = {
    "inspect": "cnilint.run",
    "lint": "cnilint.run",
    "networks": "cnilint.upstream.multus_networks",
    "predict": "cnilint.upstream.selector",
    "replay": "cnilint.upstream.replay",
    "vpc_cni": "cnilint.upstream.aws_vpc_cni.entrypoint",
}

__all__ = ["__version__", "inspect", "lint", "networks", "predict", "replay", "vpc_cni"]


def __getattr__(name: str) -> object:
    """Load a public function when it is first asked for."""
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_PUBLIC[name]), name)
