"""The plan of the house: its layers, and which of its rooms use which library."""

from __future__ import annotations

# A module imports from the layers before its own. What stands side by side does not meet.
ORDER = (
    "start < budget errors progress processes confine patterns quoting shown < "
    "external staging < files < streams < model resources < upstream < syntax < kube < "
    "gitops < catalog < multus < simulation < engine < diff < fix report < config < run < "
    "cli < __init__ __main__"
)
RANK = {name: rank for rank, layer in enumerate(ORDER.split(" < ")) for name in layer.split()}

# Every library that is used, and the only places that use it.
USERS = {
    **dict.fromkeys(("_ruamel_yaml", "ruamel"), ("cnilint.syntax",)),
    "jsonpath_ng": ("cnilint.engine.jsonpath",),
    "jsonschema": ("cnilint.syntax.schema_faults",),
    "watchfiles": ("cnilint.cli.watch",),
    "re2": ("cnilint.patterns",),
    "rich": ("cnilint.report", "cnilint.cli"),
    "typer": ("cnilint.cli",),
}
