"""The checks: pure functions from a cluster's facts to hits, and the tables cards name them by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from cnilint.engine.hit import Hit
from cnilint.engine.ignores.ignore import Judged
from cnilint.gitops.clusters import Layout
from cnilint.model.finding import Note
from cnilint.model.tree import SyntaxProblem
from cnilint.simulation.cluster import Cluster
from cnilint.simulation.running_cluster import RunningCluster

from .address_pools import host_local_is_per_node
from .applied import not_applied_here
from .aws_node_environment import (
    egress_mismatch,
    invalid_value,
    ip_family,
    prefix_delegation_without_target,
    warm_pool,
)
from .aws_node_files import conflist_contents, mandatory_mounts
from .aws_node_pods import (
    annotate_without_permission,
    custom_network_without_eniconfig,
    early_demux,
    immutable_selector,
    strict_security_groups,
)
from .aws_node_policy import (
    bandwidth_plugin,
    enforcing_mode_without_agent,
    policy_half_enabled,
)
from .aws_node_release import (
    image_manifest_skew,
    init_container,
    missing_reference_plugins,
    node_agent_skew,
    variable_without_effect,
)
from .bin_directories import bin_directory_mismatch
from .chaining import chain_target_depends_on_order
from .changes import (
    change_not_picked_up,
    owner_changes,
    owner_differs_by_node_age,
    stale_owner_on_running_nodes,
)
from .cluster_network import cluster_network_not_defined
from .configuration import cni_version_incompatible, daemon_config_invalid, repeated_members
from .coverage import cni_on_managed_nodes, multus_without_primary, primary_without_multus
from .directories import (
    cluster_network_overrides_master,
    cni_dir_mismatch,
    readiness_file_never_written,
)
from .health import (
    exits_at_every_start,
    never_ready,
    owned_file_not_first,
    owner_is_no_install,
    plugin_bypassed,
    plugin_twice,
    pods_start_outside,
)
from .ignores import (
    expired_ignore,
    ignore_without_reason,
    unknown_rule_in_ignore,
    unused_ignore,
)
from .inputs import repeated_key, syntax_problem, unresolved
from .installs import (
    add_on_and_release,
    exclusive_cni,
    one_file_two_writers,
    same_product_twice,
    thin_and_thick,
    two_primaries,
    unknown_installer,
)
from .master import (
    master_file_not_written,
    master_is_not_a_primary,
    pin_fails_closed,
    version_ignores_pin,
)
from .mesh import mesh_mode_mismatch
from .mode import config_file_in_cni_dir, config_file_mode_unusable
from .multus_manifest import (
    config_key_not_mounted,
    copy_not_forced,
    manifest_older_than_image,
    memory_limit_too_low,
    mutable_image,
    thin_thick_mix,
    unknown_flag,
)
from .multus_mounts import missing_mount, socket_directory_not_dedicated
from .multus_permissions import fewer_tolerations, missing_node_name, missing_pod_watch
from .multus_settings import rewrites_the_primary, stale_thin_configuration
from .network_needs import plugin_not_installed, resource_not_offered
from .networks import cni_as_secondary, network_config_invalid
from .pod_networks import (
    default_network_override,
    namespace_isolation,
    network_not_found,
    networks_annotation_invalid,
)
from .policy import conflicting_binaries, two_policy_engines
from .remote import unpinned_remote
from .runtime import (
    first_file_invalid,
    pods_start_before_multus,
    runtime_never_asks_multus,
    stale_file,
)
from .selection import master_depends_on_order, master_not_pinned, master_switches_live

Check = Callable[[Cluster], Iterator[Hit]]
InputCheck = Callable[[Iterable[SyntaxProblem], Iterable[Note]], Iterator[Hit]]
LayoutCheck = Callable[[Layout], Iterator[Hit]]
IgnoreCheck = Callable[[Iterable[Judged]], Iterator[Hit]]
ChangeCheck = Callable[[RunningCluster], Iterator[Hit]]

CHANGE_CHECKS: dict[str, ChangeCheck] = {
    "change_not_picked_up": change_not_picked_up,
    "owner_changes": owner_changes,
    "owner_differs_by_node_age": owner_differs_by_node_age,
    "stale_owner_on_running_nodes": stale_owner_on_running_nodes,
}
"""The checks of a cluster before and after a change; a run on one state leaves them out."""

IGNORE_CHECKS: dict[str, IgnoreCheck] = {
    "expired_ignore": expired_ignore,
    "ignore_without_reason": ignore_without_reason,
    "unknown_rule_in_ignore": unknown_rule_in_ignore,
    "unused_ignore": unused_ignore,
}

INPUT_CHECKS: dict[str, InputCheck] = {
    "repeated_key": repeated_key,
    "syntax_problem": syntax_problem,
    "unresolved": unresolved,
}

LAYOUT_CHECKS: dict[str, LayoutCheck] = {
    "not_applied_here": not_applied_here,
    "unpinned_remote": unpinned_remote,
}

CHECKS: dict[str, Check] = {
    "add_on_and_release": add_on_and_release,
    "annotate_without_permission": annotate_without_permission,
    "bandwidth_plugin": bandwidth_plugin,
    "bin_directory_mismatch": bin_directory_mismatch,
    "chain_target_depends_on_order": chain_target_depends_on_order,
    "cluster_network_not_defined": cluster_network_not_defined,
    "cluster_network_overrides_master": cluster_network_overrides_master,
    "cni_as_secondary": cni_as_secondary,
    "cni_dir_mismatch": cni_dir_mismatch,
    "cni_on_managed_nodes": cni_on_managed_nodes,
    "cni_version_incompatible": cni_version_incompatible,
    "config_file_in_cni_dir": config_file_in_cni_dir,
    "config_file_mode_unusable": config_file_mode_unusable,
    "config_key_not_mounted": config_key_not_mounted,
    "conflicting_binaries": conflicting_binaries,
    "conflist_contents": conflist_contents,
    "copy_not_forced": copy_not_forced,
    "custom_network_without_eniconfig": custom_network_without_eniconfig,
    "daemon_config_invalid": daemon_config_invalid,
    "default_network_override": default_network_override,
    "early_demux": early_demux,
    "egress_mismatch": egress_mismatch,
    "enforcing_mode_without_agent": enforcing_mode_without_agent,
    "exclusive_cni": exclusive_cni,
    "fewer_tolerations": fewer_tolerations,
    "exits_at_every_start": exits_at_every_start,
    "first_file_invalid": first_file_invalid,
    "host_local_is_per_node": host_local_is_per_node,
    "image_manifest_skew": image_manifest_skew,
    "immutable_selector": immutable_selector,
    "init_container": init_container,
    "invalid_value": invalid_value,
    "ip_family": ip_family,
    "mandatory_mounts": mandatory_mounts,
    "manifest_older_than_image": manifest_older_than_image,
    "master_depends_on_order": master_depends_on_order,
    "master_file_not_written": master_file_not_written,
    "master_is_not_a_primary": master_is_not_a_primary,
    "master_not_pinned": master_not_pinned,
    "master_switches_live": master_switches_live,
    "memory_limit_too_low": memory_limit_too_low,
    "mesh_mode_mismatch": mesh_mode_mismatch,
    "missing_mount": missing_mount,
    "missing_node_name": missing_node_name,
    "missing_pod_watch": missing_pod_watch,
    "missing_reference_plugins": missing_reference_plugins,
    "multus_without_primary": multus_without_primary,
    "mutable_image": mutable_image,
    "namespace_isolation": namespace_isolation,
    "network_config_invalid": network_config_invalid,
    "network_not_found": network_not_found,
    "networks_annotation_invalid": networks_annotation_invalid,
    "node_agent_skew": node_agent_skew,
    "never_ready": never_ready,
    "one_file_two_writers": one_file_two_writers,
    "owned_file_not_first": owned_file_not_first,
    "owner_is_no_install": owner_is_no_install,
    "pin_fails_closed": pin_fails_closed,
    "plugin_not_installed": plugin_not_installed,
    "plugin_bypassed": plugin_bypassed,
    "plugin_twice": plugin_twice,
    "pods_start_outside": pods_start_outside,
    "pods_start_before_multus": pods_start_before_multus,
    "policy_half_enabled": policy_half_enabled,
    "prefix_delegation_without_target": prefix_delegation_without_target,
    "primary_without_multus": primary_without_multus,
    "readiness_file_never_written": readiness_file_never_written,
    "repeated_members": repeated_members,
    "resource_not_offered": resource_not_offered,
    "rewrites_the_primary": rewrites_the_primary,
    "runtime_never_asks_multus": runtime_never_asks_multus,
    "same_product_twice": same_product_twice,
    "socket_directory_not_dedicated": socket_directory_not_dedicated,
    "stale_file": stale_file,
    "stale_thin_configuration": stale_thin_configuration,
    "strict_security_groups": strict_security_groups,
    "thin_and_thick": thin_and_thick,
    "thin_thick_mix": thin_thick_mix,
    "two_policy_engines": two_policy_engines,
    "two_primaries": two_primaries,
    "unknown_flag": unknown_flag,
    "unknown_installer": unknown_installer,
    "variable_without_effect": variable_without_effect,
    "version_ignores_pin": version_ignores_pin,
    "warm_pool": warm_pool,
}
