"""The checks: pure functions from a cluster's facts to hits, and the tables cards name them by.

A check is imported when it is first asked, and not asked where nothing is that it is about: a run
on one manifest needs a few of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any

from cnilint.catalog.aws_node import PRODUCT
from cnilint.catalog.catalog import Action
from cnilint.engine.hit import Hit
from cnilint.engine.ignores.ignore import Judged
from cnilint.gitops.clusters import Layout
from cnilint.model.finding import Note
from cnilint.model.tree import SyntaxProblem
from cnilint.multus.network_objects import speaks_of_networks
from cnilint.simulation.cluster import Cluster

ISTIO = "istio-cni"
"""The product whose plugin the injector has to know of."""

Check = Callable[[Cluster], Iterator[Hit]]
InputCheck = Callable[[Iterable[SyntaxProblem], Iterable[Note]], Iterator[Hit]]
LayoutCheck = Callable[[Layout], Iterator[Hit]]
IgnoreCheck = Callable[[Iterable[Judged]], Iterator[Hit]]
ChangeCheck = Callable[..., Iterator[Hit]]  # of a RunningCluster, which loads late
Modules = Mapping[str, tuple[str, ...]]
"""The functions of some modules of this package, by the modules' names."""


def _has_multus(cluster: Cluster) -> bool:
    return any(facts.multuses for facts in cluster.classes)


def _has_aws_node(cluster: Cluster) -> bool:
    return any(one.product.id == PRODUCT for one in cluster.installers)


def _has_installs(cluster: Cluster) -> bool:
    return bool(cluster.installers or cluster.classes)


def _has_inserters(cluster: Cluster) -> bool:
    return any(one.action is Action.INSERT for one in cluster.installers)


def _has_istio(cluster: Cluster) -> bool:
    return any(one.product.id == ISTIO for one in cluster.installers)


def _may_be_unready(cluster: Cluster) -> bool:
    return any(one.runtime is None for facts in cluster.classes for one in facts.outcomes)


def _has_several(cluster: Cluster) -> bool:
    return len(cluster.installers) > 1


def _has_unknown(cluster: Cluster) -> bool:
    return bool(cluster.unknown)


def _has_networks(cluster: Cluster) -> bool:
    return _has_multus(cluster) or any(map(speaks_of_networks, cluster.manifests))


def _late(name: str, module: str) -> Callable[..., Any]:
    """Return a function that imports another one and calls it."""

    def called(*facts: object) -> Any:  # noqa: ANN401  what the other one returns
        return getattr(import_module(f".{module}", __package__), name)(*facts)

    return called


def _late_each(modules: Modules) -> dict[str, Callable[..., Any]]:
    return {name: _late(name, module) for module, names in modules.items() for name in names}


def _where(has: Callable[[Cluster], bool], modules: Modules) -> dict[str, Check]:
    """Return checks that are asked only of clusters that have something, of each once.

    What one finds is asked again by those that say what else is not explained by it.
    """

    def guarded(check: Check) -> Check:
        def found(cluster: Cluster) -> tuple[Hit, ...]:
            return tuple(check(cluster)) if has(cluster) else ()

        return lambda cluster: iter(cluster.once(found))

    return {name: guarded(check) for name, check in _late_each(modules).items()}


IGNORE_CHECKS: dict[str, IgnoreCheck] = _late_each(
    {
        "ignores": (
            "expired_ignore",
            "ignore_without_reason",
            "unknown_rule_in_ignore",
            "unused_ignore",
        )
    }
)

INPUT_CHECKS: dict[str, InputCheck] = _late_each(
    {"inputs": ("limit_reached", "repeated_key", "syntax_problem", "unresolved")}
)

LAYOUT_CHECKS: dict[str, LayoutCheck] = _late_each(
    {"applied": ("not_applied_here",), "remote": ("unpinned_remote",)}
)

CHANGE_CHECKS: dict[str, ChangeCheck] = _late_each(
    {
        "changes": (
            "change_not_picked_up",
            "owner_changes",
            "owner_differs_by_node_age",
            "stale_owner_on_running_nodes",
        )
    }
)
"""The checks of a cluster before and after a change; a run on one state leaves them out."""

CHECKS: dict[str, Check] = {
    **_where(
        _has_installs,
        {
            "coverage": ("cni_on_managed_nodes",),
            "health": (
                "exits_at_every_start",
                "never_ready",
                "owned_file_not_first",
                "owner_is_no_install",
                "plugin_bypassed",
                "plugin_twice",
                "pods_start_outside",
            ),
        },
    ),
    **_where(_has_inserters, {"chaining": ("chain_target_depends_on_order",)}),
    **_where(_has_istio, {"mesh": ("mesh_mode_mismatch",)}),
    **_where(_may_be_unready, {"runtime": ("first_file_invalid",)}),
    **_where(
        _has_several,
        {
            "installs": (
                "add_on_and_release",
                "exclusive_cni",
                "one_file_two_writers",
                "same_product_twice",
                "thin_and_thick",
                "two_primaries",
            ),
            "policy": (
                "conflicting_binaries",
                "two_policy_engines",
            ),
        },
    ),
    **_where(
        _has_unknown,
        {
            "installs": ("unknown_installer",),
        },
    ),
    **_where(
        _has_multus,
        {
            "bin_directories": ("bin_directory_mismatch",),
            "cluster_network": ("cluster_network_not_defined",),
            "configuration": (
                "cni_version_incompatible",
                "daemon_config_invalid",
                "repeated_members",
            ),
            "coverage": (
                "multus_without_primary",
                "primary_without_multus",
            ),
            "directories": (
                "cluster_network_overrides_master",
                "cni_dir_mismatch",
                "readiness_file_never_written",
            ),
            "master": (
                "master_file_not_written",
                "master_is_not_a_primary",
                "pin_fails_closed",
                "version_ignores_pin",
            ),
            "mode": (
                "config_file_in_cni_dir",
                "config_file_mode_unusable",
            ),
            "multus_manifest": (
                "config_key_not_mounted",
                "copy_not_forced",
                "manifest_older_than_image",
                "memory_limit_too_low",
                "mutable_image",
                "thin_thick_mix",
                "unknown_flag",
            ),
            "multus_mounts": (
                "missing_mount",
                "socket_directory_not_dedicated",
            ),
            "multus_permissions": (
                "fewer_tolerations",
                "missing_node_name",
                "missing_pod_watch",
            ),
            "multus_settings": (
                "rewrites_the_primary",
                "stale_thin_configuration",
            ),
            "runtime": (
                "pods_start_before_multus",
                "runtime_never_asks_multus",
                "stale_file",
            ),
            "selection": (
                "master_depends_on_order",
                "master_not_pinned",
                "master_switches_live",
            ),
        },
    ),
    **_where(
        _has_networks,
        {
            "address_pools": ("host_local_is_per_node",),
            "network_needs": (
                "plugin_not_installed",
                "resource_not_offered",
            ),
            "networks": (
                "cni_as_secondary",
                "network_config_invalid",
            ),
            "pod_networks": (
                "default_network_override",
                "namespace_isolation",
                "network_not_found",
                "networks_annotation_invalid",
            ),
        },
    ),
    **_where(
        _has_aws_node,
        {
            "aws_node_environment": (
                "egress_mismatch",
                "invalid_value",
                "ip_family",
                "prefix_delegation_without_target",
                "warm_pool",
            ),
            "aws_node_files": (
                "conflist_contents",
                "mandatory_mounts",
            ),
            "aws_node_pods": (
                "annotate_without_permission",
                "custom_network_without_eniconfig",
                "early_demux",
                "immutable_selector",
                "strict_security_groups",
            ),
            "aws_node_policy": (
                "bandwidth_plugin",
                "enforcing_mode_without_agent",
                "policy_half_enabled",
            ),
            "aws_node_release": (
                "image_manifest_skew",
                "init_container",
                "missing_reference_plugins",
                "node_agent_skew",
                "variable_without_effect",
            ),
        },
    ),
}
