"""The table of commands; which options each of them takes is said by the table of options."""

from __future__ import annotations

from cnilint.start import NamedTuple


class Argument(NamedTuple):
    """What stands behind a command without an option: one word, or any number of them."""

    name: str
    metavar: str
    help: str
    many: bool = True


class Command(NamedTuple):
    """A command: what it is called, what it is for, and the function that does it.

    The function is `module.name` of this package; it takes a `Request` and returns an exit code.
    """

    name: str
    help: str
    work: str
    argument: Argument | None = None


PATHS = Argument(
    "paths",
    "[PATH]...",
    "Files, folders, patterns, or - for standard input. Default: the current folder.",
)
RULE = Argument("rule", "RULE", "Its id or its name.", many=False)
FOLDERS = Argument(
    "folders", "[DIR]...", "Folders with rules of your own. Default: those of the settings."
)
DIRECTORY = Argument(
    "directory", "DIR", "A directory of CNI configurations, such as /etc/cni/net.d.", many=False
)
SIDES = Argument(
    "sides",
    "[BASE] [HEAD] [PATH]...",
    "Revisions of git, A..B, A...B, or two folders; files and folders to compare. Default: where "
    "HEAD left the default branch, and the working tree.",
)

COMMANDS = (
    Command("check", "Report what is wrong, and fix what can be fixed.", "check.check", PATHS),
    Command(
        "diff",
        "Tell what a change does: installs, verdicts and findings, before and after.",
        "diff.diff",
        SIDES,
    ),
    Command(
        "inspect",
        "Show what is installed, every way the nodes can come to look, and who owns the pods.",
        "check.inspect",
        PATHS,
    ),
    Command(
        "clusters",
        "Show which clusters there are, what brings in what, and what was not read.",
        "check.clusters",
        PATHS,
    ),
    Command(
        "pick",
        "Tell what the container runtime and Multus take from a directory as it lies, and why.",
        "pick.pick",
        DIRECTORY,
    ),
    Command("version", "Print the version.", "app.version"),
    Command("rules", "List the rules.", "rules.rules"),
    Command(
        "rule",
        "Tell all of one rule: what it finds, why, an example, how to fix and how to configure it.",
        "rules.rule",
        RULE,
    ),
    Command(
        "test",
        "Run the examples of your own rules: each must give its finding, and the fixed one none.",
        "rules.test",
        FOLDERS,
    ),
    Command("baseline write", "Write the findings of today into a file.", "baseline.write", PATHS),
    Command(
        "baseline prune",
        "Take out of the file what is not found any more.",
        "baseline.prune",
        PATHS,
    ),
    Command("baseline show", "Print what is in the file.", "baseline.show"),
    Command("config show", "Print every setting and where it is from.", "config.show"),
    Command("config init", "Write a commented .cnilint.yaml, unless there is one.", "config.init"),
    Command("config schema", "Print the JSON schema of the file of settings.", "config.schema"),
)

GROUPS = {
    "baseline": "Findings that were there before: write, prune or show the file of them.",
    "config": "The settings: show them, begin a file, print its schema.",
}
"""What the commands are for that have this word before their own."""
