"""The plan of the house: its layers, and which of its rooms use which library."""

from __future__ import annotations

# A module imports from the layers before its own. What stands side by side does not meet.
ORDER = (
    "errors progress files < streams < ending < model resources < syntax < kube < "
    "sources < cni < engine < fix report config_place < config_file < config_given < "
    "config < run config_text outputs < examples commands < plain rule_commands < watch "
    "completion < cli_options < cli_words cli_rules cli_settings < cli < __init__ "
    "__main__"
)
RANK = {name: rank for rank, layer in enumerate(ORDER.split(" < ")) for name in layer.split()}

CLI_PARTS = ("_options", "_words", "_rules", "_settings")

# Every library that is used, and the only places that use it.
USERS = {
    **dict.fromkeys(("_ruamel_yaml", "ruamel"), ("cnilint.syntax",)),
    "jsonpath_ng": ("cnilint.engine.jsonpath",),
    "watchfiles": ("cnilint.watch",),
    "rich": ("cnilint.report", "cnilint.cli"),
    "typer": tuple(
        f"cnilint.cli{part}" for part in ("", "_options", "_words", "_rules", "_settings")
    ),
}
