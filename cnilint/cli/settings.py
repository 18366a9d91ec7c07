"""The commands about the baseline and the settings; a plain check does not load them."""

from __future__ import annotations

import typer

from .options import Baseline, Config, Ignore, NoConfig, Paths, RulesDirs, Select, file_of

baseline_app = typer.Typer(
    help="Findings that were there before: write, prune or show the file of them.",
    rich_markup_mode=None,
    no_args_is_help=True,
)
config_app = typer.Typer(
    help="The settings: show them, begin a file, print its schema.",
    rich_markup_mode=None,
    no_args_is_help=True,
)


@baseline_app.command("write")
def baseline_write(
    paths: Paths = None,
    baseline: Baseline = None,
    select: Select = None,
    ignore: Ignore = None,
    rules_dir: RulesDirs = None,
    config: Config = None,
    no_config: NoConfig = False,
) -> None:
    """Write the findings of today into a file."""
    from . import commands

    given = {
        "baseline": baseline,
        "select": select,
        "ignore": ignore,
        "rules_dirs": rules_dir,
    }
    request = commands.Request(paths or (), given, file_of(config, no_config=no_config))
    raise typer.Exit(commands.write_baseline(request))


@baseline_app.command("prune")
def baseline_prune(
    paths: Paths = None,
    baseline: Baseline = None,
    rules_dir: RulesDirs = None,
    config: Config = None,
    no_config: NoConfig = False,
) -> None:
    """Take out of the file what is not found any more."""
    from . import commands

    given = {"baseline": baseline, "rules_dirs": rules_dir}
    request = commands.Request(paths or (), given, file_of(config, no_config=no_config))
    raise typer.Exit(commands.prune_baseline(request))


@baseline_app.command("show")
def baseline_show(
    baseline: Baseline = None, config: Config = None, no_config: NoConfig = False
) -> None:
    """Print what is in the file."""
    from . import commands

    request = commands.Request((), {"baseline": baseline}, file_of(config, no_config=no_config))
    raise typer.Exit(commands.show_baseline(request))


@config_app.command("show")
def config_show(config: Config = None, no_config: NoConfig = False) -> None:
    """Print every setting and where it is from."""
    from . import commands

    request = commands.Request((), file=file_of(config, no_config=no_config))
    raise typer.Exit(commands.show_config(request))


@config_app.command("init")
def config_init() -> None:
    """Write a commented .cnilint.yaml, unless there is one."""
    from . import commands

    raise typer.Exit(commands.init_config())


@config_app.command("schema")
def config_schema() -> None:
    """Print the JSON schema of the file of settings."""
    from . import commands

    raise typer.Exit(commands.config_schema())
