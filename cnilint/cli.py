"""The command line: options in, a report on standard output, an exit code."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from typing import Annotated

import typer

from cnilint.errors import CnilintError, ExitCode

app = typer.Typer(
    name="cnilint",
    help="Find out, before the merge, which CNI will own a cluster's pods.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    no_args_is_help=True,
)


class TextFormat(StrEnum):
    """How everything else is printed."""

    TEXT = "text"
    JSON = "json"


class FailOn(StrEnum):
    """The level from which on findings fail a run."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"
    NEVER = "never"


class Runtime(StrEnum):
    """The container runtime of the nodes."""

    CONTAINERD = "containerd"
    CRI_O = "cri-o"


Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[PATH]...",
        help="Files, folders, patterns, or - for standard input. Default: the current folder.",
        show_default=False,
    ),
]
HostFiles = Annotated[
    list[str] | None,
    typer.Option(
        "--host-file",
        metavar="NAME[=PATH]",
        help="A file that is in the nodes' CNI folder without any manifest. Repeatable.",
        show_default=False,
    ),
]
RuntimeOption = Annotated[Runtime, typer.Option("--runtime", help="The nodes' container runtime.")]


@app.command()
def check(
    paths: Paths = None,
    output_format: Annotated[
        list[str] | None,
        typer.Option(
            "--output-format",
            metavar="FORMAT[:PATH]",
            help="full, concise, json, jsonl, sarif, github, gitlab, junit or markdown; to a file "
            "with a path. Repeatable.",
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
    fail_on: Annotated[
        FailOn, typer.Option("--fail-on", help="The level from which on findings fail the run.")
    ] = FailOn.WARNING,
    host_file: HostFiles = None,
    runtime: RuntimeOption = Runtime.CONTAINERD,
) -> None:
    """Report what is wrong, and fix what can be fixed."""
    from cnilint import commands
    from cnilint.fix.options import Options
    from cnilint.model.finding import Level

    request = commands.Request(paths or (), host_file or (), runtime.value)
    least = commands.applicability(unsafe=unsafe_fixes)
    changes = commands.Changes(fix, diff, Options(least, rendered))
    level = None if fail_on is FailOn.NEVER else Level.of(fail_on.value)
    raise typer.Exit(commands.check(request, output_format or (), changes, level))


@app.command()
def inspect(
    paths: Paths = None,
    output_format: Annotated[
        TextFormat, typer.Option("--output-format", help="How to print it.")
    ] = TextFormat.TEXT,
    host_file: HostFiles = None,
    runtime: RuntimeOption = Runtime.CONTAINERD,
) -> None:
    """Show what is installed, every way the nodes can come to look, and who owns the pods."""
    from cnilint import commands

    request = commands.Request(paths or (), host_file or (), runtime.value)
    raise typer.Exit(commands.inspect(request, as_json=output_format is TextFormat.JSON))


@app.command()
def rules(
    output_format: Annotated[
        TextFormat, typer.Option("--output-format", help="How to print them.")
    ] = TextFormat.TEXT,
) -> None:
    """List the rules."""
    from cnilint import commands

    raise typer.Exit(commands.rules(as_json=output_format is TextFormat.JSON))


@app.command()
def version() -> None:
    """Print the version."""
    from cnilint import __version__

    typer.echo(f"cnilint {__version__}")


def run() -> int:
    """Run the command line; return the exit code. Nothing ends in a traceback by itself."""
    try:
        app(standalone_mode=True)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BrokenPipeError:
        # the reader went away; what is still buffered has nowhere to go
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except CnilintError as error:
        _say(f"error: {error}")
        return error.exit_code
    except Exception as error:
        if os.environ.get("CNILINT_DEBUG") == "1":
            raise
        _say(f"error: {type(error).__name__}: {error}")
        _say("this is a fault of cnilint; CNILINT_DEBUG=1 shows where it happened")
        return ExitCode.ERROR
    return ExitCode.OK


def _say(text: str) -> None:
    """Write to standard error what is no result."""
    print(f"cnilint: {text}", file=sys.stderr)  # noqa: T201
