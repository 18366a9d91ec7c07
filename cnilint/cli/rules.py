"""The commands about rules; a plain check does not load them."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from .options import Config, NoConfig, RulesDirs, TextFormat, file_of

app = typer.Typer()


class PageFormat(StrEnum):
    """How rules are printed."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


Format = Annotated[PageFormat, typer.Option("--output-format", help="How to print it.")]


@app.command()
def rules(
    output_format: Format = PageFormat.TEXT,
    pages: Annotated[
        str | None,
        typer.Option(
            "--pages",
            metavar="DIR",
            help="Write a Markdown page for each rule into a folder instead.",
            show_default=False,
        ),
    ] = None,
    rules_dir: RulesDirs = None,
    config: Config = None,
    no_config: NoConfig = False,
) -> None:
    """List the rules."""
    from . import commands, rule_commands

    given = {"rules_dirs": rules_dir}
    request = commands.Request((), given, file_of(config, no_config=no_config))
    if pages is not None:
        raise typer.Exit(rule_commands.write_pages(request, pages))
    raise typer.Exit(rule_commands.rules(request, output_format))


@app.command()
def rule(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="Its id or its name.")],
    output_format: Format = PageFormat.TEXT,
    rules_dir: RulesDirs = None,
    config: Config = None,
    no_config: NoConfig = False,
) -> None:
    """Tell all of one rule: what it finds, why, an example, how to fix and how to configure it."""
    from . import commands, rule_commands

    given = {"rules_dirs": rules_dir}
    request = commands.Request((), given, file_of(config, no_config=no_config))
    raise typer.Exit(rule_commands.rule(request, rule, output_format))


@app.command("test")
def run_examples(
    folders: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[DIR]...",
            help="Folders with rules of your own. Default: those of the settings.",
            show_default=False,
        ),
    ] = None,
    output_format: Annotated[
        TextFormat, typer.Option("--output-format", help="How to print it.")
    ] = TextFormat.TEXT,
    config: Config = None,
    no_config: NoConfig = False,
) -> None:
    """Run the examples of your own rules: each must give its finding, and the fixed one none."""
    from . import commands, rule_commands

    request = commands.Request(folders or (), file=file_of(config, no_config=no_config))
    as_json = output_format is TextFormat.JSON
    raise typer.Exit(rule_commands.run_examples(request, as_json=as_json))
