"""Finds out, before the merge, which CNI will own the pods of a Kubernetes cluster.

`lint` reports what is wrong, `inspect` every way the nodes can come to look, `predict` which
configuration of a directory a program takes, `replay` what an installer makes of a directory as
files come and go, `settled` what several of them come to in one directory, `networks` what Multus
makes of a pod's annotations, and `vpc_cni` what a start of aws-node does with its environment.
They are loaded on first use, so that importing the package
(for its version, say) costs next to nothing; the stub beside this file has their types.
"""

from __future__ import annotations

__version__ = "0.1.0"

_PUBLIC = {
    "Applicability": "model.finding.Applicability",
    "CnilintError": "errors.CnilintError",
    "ConfigurationError": "errors.ConfigurationError",
    "Finding": "model.finding.Finding",
    "Fix": "model.finding.Fix",
    "Level": "model.finding.Level",
    "Location": "model.location.Location",
    "Note": "model.finding.Note",
    "NothingReadError": "errors.NothingReadError",
    "Options": "fix.options.Options",
    "Policy": "engine.policy.Policy",
    "ReadError": "errors.ReadError",
    "Result": "engine.result.Result",
    "RuleError": "errors.RuleError",
    "Step": "model.steps.Step",
    "UsageError": "errors.UsageError",
    "Verdict": "model.verdict.Verdict",
    "Witness": "model.steps.Witness",
    "inspect": "run.inspect",
    "lint": "run.lint",
    "networks": "upstream.multus_networks.networks",
    "predict": "upstream.selector.predict",
    "replay": "upstream.replay.replay",
    "settled": "simulation.settled.settled",
    "vpc_cni": "upstream.aws_vpc_cni.entrypoint.vpc_cni",
}
"""Where each public name comes from."""

__all__ = ["__version__", *_PUBLIC]  # noqa: PLE0604  the keys are strings


def __getattr__(name: str) -> object:
    """Load what is public when it is first asked for."""
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module, _dot, own_name = _PUBLIC[name].rpartition(".")
    return getattr(import_module(f"{__name__}.{module}"), own_name)
