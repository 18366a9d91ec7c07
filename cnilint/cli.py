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


class CheckFormat(StrEnum):
    """How findings are printed."""

    FULL = "full"
    CONCISE = "concise"
    JSON = "json"


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
        CheckFormat, typer.Option("--output-format", help="How to print findings.")
    ] = CheckFormat.FULL,
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
    from cnilint import run
    from cnilint.model.finding import Applicability
    from cnilint.report import paint, terminal

    options = run.Options(Applicability.UNSAFE if unsafe_fixes else Applicability.SAFE, rendered)
    arguments = {
        "host_files": host_file or (),
        "runtime": runtime.value,
        "options": options,
        "stdin": sys.stdin.buffer.read,
    }
    changes = 0
    if fix or diff:
        done = run.fix(paths or (), **arguments)  # type: ignore[arg-type]
        result, changes = done.result, len(done.changed)
        if diff:
            from cnilint.fix.diff import unified

            _print(unified(done.changed))
        elif changes:
            from cnilint.fix.in_place import write

            write(done.changed)
            files = "1 file" if changes == 1 else f"{changes} files"
            _say(f"{done.applied} fixed in {files}")
        for finding in done.held_back:
            _say(f"held back: the fix of {finding.rule} overlaps another one; run again")
    else:
        result = run.lint(paths or (), **arguments)  # type: ignore[arg-type]
    if not diff:
        if output_format is CheckFormat.FULL:
            _print(terminal.full(result, paint.paint_for(sys.stdout, os.environ)))
        elif output_format is CheckFormat.CONCISE:
            from cnilint.report.concise import concise

            _print(concise(result))
        else:
            from cnilint.report.json_ import check_json

            _print(check_json(result))
    failed = (diff and changes) or _fails(result, fail_on)
    raise typer.Exit(ExitCode.FINDINGS if failed else ExitCode.OK)


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
    from cnilint import run
    from cnilint.report import paint
    from cnilint.report.inspect import inspect_text
    from cnilint.report.json_ import inspect_json

    result = run.inspect(
        paths or (),
        host_files=host_file or (),
        runtime=runtime.value,
        stdin=sys.stdin.buffer.read,
    )
    if output_format is TextFormat.JSON:
        _print(inspect_json(result))
    else:
        _print(inspect_text(result, paint.paint_for(sys.stdout, os.environ)))


@app.command()
def rules(
    output_format: Annotated[
        TextFormat, typer.Option("--output-format", help="How to print them.")
    ] = TextFormat.TEXT,
) -> None:
    """List the rules."""
    from cnilint.report.rules import rules_json, rules_text

    _print(rules_json() if output_format is TextFormat.JSON else rules_text())


@app.command()
def version() -> None:
    """Print the version."""
    from cnilint import __version__

    _print(f"cnilint {__version__}\n")


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


def _fails(result: object, fail_on: FailOn) -> bool:
    from cnilint.engine.result import Result
    from cnilint.model.finding import Level

    if fail_on is FailOn.NEVER or not isinstance(result, Result):
        return False
    return any(finding.level >= Level.of(fail_on.value) for finding in result.findings)


def _print(text: str) -> None:
    """Write to standard output as it is: no line end is translated, no character refused."""
    sys.stdout.flush()
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.buffer.write(text.encode(encoding, "backslashreplace"))
    sys.stdout.buffer.flush()


def _say(text: str) -> None:
    """Write to standard error what is no result."""
    print(f"cnilint: {text}", file=sys.stderr)  # noqa: T201
