"""The checks: pure functions from a cluster's facts to hits, and the tables cards name them by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from cnilint.cni.cluster import Cluster
from cnilint.engine.hit import Hit
from cnilint.model.finding import Note
from cnilint.model.tree import SyntaxProblem

from .configuration import cni_version_incompatible, daemon_config_invalid, repeated_members
from .directories import (
    cluster_network_overrides_master,
    cni_dir_mismatch,
    readiness_file_never_written,
)
from .inputs import repeated_key, syntax_problem, unresolved
from .master import (
    master_file_not_written,
    master_is_not_a_primary,
    pin_fails_closed,
    version_ignores_pin,
)
from .mode import config_file_in_cni_dir, config_file_mode_unusable
from .selection import master_depends_on_order, master_not_pinned, master_switches_live

Check = Callable[[Cluster], Iterator[Hit]]
InputCheck = Callable[[Iterable[SyntaxProblem], Iterable[Note]], Iterator[Hit]]

INPUT_CHECKS: dict[str, InputCheck] = {
    "repeated_key": repeated_key,
    "syntax_problem": syntax_problem,
    "unresolved": unresolved,
}

CHECKS: dict[str, Check] = {
    "cluster_network_overrides_master": cluster_network_overrides_master,
    "cni_dir_mismatch": cni_dir_mismatch,
    "cni_version_incompatible": cni_version_incompatible,
    "config_file_in_cni_dir": config_file_in_cni_dir,
    "config_file_mode_unusable": config_file_mode_unusable,
    "daemon_config_invalid": daemon_config_invalid,
    "master_depends_on_order": master_depends_on_order,
    "master_file_not_written": master_file_not_written,
    "master_is_not_a_primary": master_is_not_a_primary,
    "master_not_pinned": master_not_pinned,
    "master_switches_live": master_switches_live,
    "pin_fails_closed": pin_fails_closed,
    "readiness_file_never_written": readiness_file_never_written,
    "repeated_members": repeated_members,
    "version_ignores_pin": version_ignores_pin,
}
