"""The command line: options in, a report on standard output, an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from cnilint.errors import ExitCode
from cnilint.streams import aside, say

from . import completion
from .arguments import Mistake, spread, told
from .ending import ended
from .options import (
    Baseline,
    Config,
    FailOn,
    FixAs,
    HostFiles,
    Ignore,
    NoConfig,
    NoProgress,
    Paths,
    RulesDirs,
    RuntimeOption,
    Scope,
    ScopeOption,
    Select,
    Target,
    TextFormat,
    file_of,
)


def _application() -> typer.Typer:
    return typer.Typer(
        name="cnilint",
        help="Find out, before the merge, which CNI will own a cluster's pods.",
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
    )


app = _application()


@app.command()
def check(
    paths: Paths = None,
    output_format: Annotated[
        list[str] | None,
        typer.Option(
            "--output-format",
            metavar="FORMAT[:PATH]",
            help="full, concise, json, jsonl, sarif, github, gitlab, junit, markdown or html; to a "
            "file with a path. Repeatable.",
            autocompletion=completion.formats,
            show_default="full",
        ),
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Apply safe fixes to the files.")] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Print the fixes as a diff and change nothing.")
    ] = False,
    unsafe_fixes: Annotated[
        bool, typer.Option("--unsafe-fixes", help="Count fixes that need a look as well.")
    ] = False,
    rendered: Annotated[
        bool,
        typer.Option("--rendered", help="Also change files that were rendered from a chart."),
    ] = False,
    fix_as: Annotated[
        FixAs | None,
        typer.Option(
            "--fix-as",
            help="How fixes are handed over; without, as fits where each object comes from.",
            show_default=False,
        ),
    ] = None,
    patch_dir: Annotated[
        str | None,
        typer.Option(
            "--patch-dir",
            metavar="DIR",
            help="Write patches and values for what was rendered into a folder.",
            show_default=False,
        ),
    ] = None,
    select: Select = None,
    ignore: Ignore = None,
    severity: Annotated[
        list[str] | None,
        typer.Option(
            "--severity",
            metavar="RULE=LEVEL",
            help="The level of a rule: error, warning, note or off. Repeatable.",
            autocompletion=completion.severities,
            show_default=False,
        ),
    ] = None,
    per_file_ignores: Annotated[
        list[str] | None,
        typer.Option(
            "--per-file-ignores",
            metavar="PATTERN=RULES",
            help="Rules to ignore in the files a pattern fits. Repeatable.",
            show_default=False,
        ),
    ] = None,
    fail_on: Annotated[
        FailOn | None,
        typer.Option(
            "--fail-on",
            help="The level from which on findings fail the run.",
            show_default="warning",
        ),
    ] = None,
    baseline: Baseline = None,
    scope: ScopeOption = Scope.CLUSTER,
    git_tracked: Annotated[
        bool, typer.Option("--git-tracked", help="Of folders, read only what git tracks.")
    ] = False,
    host_file: HostFiles = None,
    runtime: RuntimeOption = None,
    target: Target = None,
    rules_dir: RulesDirs = None,
    primary: Annotated[
        str | None,
        typer.Option(
            "--primary",
            metavar="NAME",
            help="The file of the CNI that is to own the pods: what a fix pins.",
            show_default=False,
        ),
    ] = None,
    statistics: Annotated[
        bool, typer.Option("--statistics", help="Count the findings of each rule as well.")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", "-w", help="Check again whenever a file changes.")
    ] = False,
    no_progress: NoProgress = False,
    config: Config = None,
    no_config: NoConfig = False,
) -> None:
    """Report what is wrong, and fix what can be fixed."""
    from cnilint.fix.options import Options
    from cnilint.model.finding import Way

    from . import commands

    given = {
        "select": select,
        "ignore": ignore,
        "severity": severity,
        "per_file_ignores": per_file_ignores,
        "fail_on": fail_on,
        "baseline": baseline,
        "output_format": output_format,
        "host_files": host_file,
        "runtime": runtime,
        "targets": target,
        "primary": primary,
        "rules_dirs": rules_dir,
    }
    file = file_of(config, no_config=no_config)
    request = commands.Request(paths or (), given, file, git_tracked, progress=not no_progress)
    least = commands.applicability(unsafe=unsafe_fixes)
    way = Way(fix_as.value) if fix_as is not None else None
    options = Options(least, rendered, way, patches=patch_dir is not None)
    changes = commands.Changes(fix, diff, options, patch_dir)
    manner = commands.Manner(by_file=scope is Scope.FILE, statistics=statistics)
    check_once = commands.check
    if watch:
        from .watch import watch as check_once
    raise typer.Exit(check_once(request, changes, manner))


@app.command()
def inspect(
    paths: Paths = None,
    output_format: Annotated[
        TextFormat, typer.Option("--output-format", help="How to print it.")
    ] = TextFormat.TEXT,
    host_file: HostFiles = None,
    runtime: RuntimeOption = None,
    target: Target = None,
    rules_dir: RulesDirs = None,
    no_progress: NoProgress = False,
    config: Config = None,
    no_config: NoConfig = False,
) -> None:
    """Show what is installed, every way the nodes can come to look, and who owns the pods."""
    from . import commands

    given = {
        "host_files": host_file,
        "runtime": runtime,
        "targets": target,
        "rules_dirs": rules_dir,
    }
    file = file_of(config, no_config=no_config)
    request = commands.Request(paths or (), given, file, progress=not no_progress)
    raise typer.Exit(commands.inspect(request, as_json=output_format is TextFormat.JSON))


@app.command()
def version() -> None:
    """Print the version."""
    from cnilint import __version__

    typer.echo(f"cnilint {__version__}")


def run() -> int:
    """Run the command line; return the exit code. Nothing ends in a traceback by itself."""
    try:
        return ended(lambda: _run(sys.argv[1:]))
    except SystemExit as leaving:
        if isinstance(leaving.__context__, BrokenPipeError):
            return ExitCode.OK  # the reader of what typer printed went away
        return leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)


def _run(words: Sequence[str]) -> int:
    """Run a command line to its end; return the exit code."""
    if words[:1] in (["--show-completion"], ["--install-completion"]) and words[1:]:
        # as typer takes the name of a shell only where it does not look for it by itself
        os.environ["_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION"] = "1"
    application = _with_commands(words[:1])
    try:
        code = application(spread(words), prog_name="cnilint", standalone_mode=False)
    except Mistake as mistake:
        if type(mistake).__name__ == "NoArgsIsHelpError":
            mistake.show()
        else:
            say(f"error: {told(mistake)}")
        return ExitCode.ERROR
    if code == ExitCode.INTERRUPTED and sys.stderr is not None and sys.stderr.isatty():
        aside("\n")  # behind the ^C that the terminal shows
    return code if isinstance(code, int) else ExitCode.OK


def _with_commands(words: Sequence[str]) -> typer.Typer:
    """Return the application with the command that is asked for, or with all of them.

    The options of a command take a millisecond to set up.
    """
    found = _application()
    every = {one.callback.__name__: one for one in app.registered_commands if one.callback}
    quick = bool(words) and words[0] in every
    # typer takes a single command for the whole application, so a second one is always there
    second = version if list(words) != [version.__name__] else inspect
    names = [words[0], second.__name__] if quick else every
    found.registered_commands = [every[name] for name in names]
    if not quick:
        from . import rules as cli_rules
        from . import settings as cli_settings

        found.registered_commands += cli_rules.app.registered_commands
        found.add_typer(cli_settings.baseline_app, name="baseline")
        found.add_typer(cli_settings.config_app, name="config")
    return found
