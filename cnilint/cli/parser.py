"""The application that reads a command line, made from the tables of commands and of options."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from inspect import Parameter, Signature
from typing import Annotated, Any, Literal

import typer

from cnilint.config.options import OptionEntry, entries

from . import completion
from .commands import COMMANDS, GROUPS, Command
from .request import Request

# Which module typer's own exceptions are in differs from release to release.
Mistake: Any = typer.BadParameter.__mro__[2]
"""What is raised for a command line that cannot be understood."""

QUICK = ("check", "inspect", "version")
"""Commands for which no other is set up: the options of one take a millisecond."""


def application(words: Sequence[str] = ()) -> typer.Typer:
    """Return the application for a command line: with the command it names, or with all of them."""
    found = _typer("Find out, before the merge, which CNI will own a cluster's pods.", "cnilint")
    names = {command.name for command in COMMANDS}
    if words and words[0] in QUICK:
        # typer takes a single command for the whole application, so a second one is always there
        names = {words[0], "inspect" if words[0] == "version" else "version"}
    groups = {name: _typer(said) for name, said in GROUPS.items()}
    for command in COMMANDS:
        if command.name in names:
            group, _blank, own_name = command.name.rpartition(" ")
            to = groups[group] if group else found
            to.command(own_name, help=command.help)(_callback(command))
    for name, group_app in groups.items():
        if group_app.registered_commands:
            found.add_typer(group_app, name=name)
    return found


def _typer(said: str, name: str | None = None) -> typer.Typer:
    return typer.Typer(
        name=name,
        help=said,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
    )


def _callback(command: Command) -> Callable[..., None]:
    """Return the function that typer takes for a command: its signature says which options."""

    def callback(**given: Any) -> None:  # noqa: ANN401  each option has a type of its own
        words = given.pop(command.argument.name, None) if command.argument else None
        arguments = (words,) if isinstance(words, str) else tuple(words or ())
        module, _dot, function = command.work.rpartition(".")
        work = getattr(import_module(f".{module}", __package__), function)
        options = {name: value for name, value in given.items() if value is not None}
        raise typer.Exit(work(Request(arguments, options)))

    callback.__signature__ = Signature([*_arguments(command), *_options(command)])  # type: ignore[attr-defined]
    callback.__annotations__ = {}
    return callback


def _arguments(command: Command) -> Iterator[Parameter]:
    if (one := command.argument) is not None:
        kind: Any = list[str] | None if one.many else str
        about = typer.Argument(metavar=one.metavar, help=one.help, show_default=False)
        yield _parameter(one.name, Annotated[kind, about], None if one.many else Parameter.empty)


def _options(command: Command) -> Iterator[Parameter]:
    for one in entries():
        if command.name in one.option.commands and one.option.exposed:
            yield _parameter(one.name, Annotated[_kind(one), _about(one)], _default(one))


def _parameter(name: str, kind: Any, default: Any) -> Parameter:  # noqa: ANN401  typer's own
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=kind)


def _default(one: OptionEntry) -> Any:  # noqa: ANN401
    """Return what typer gives for an option that was not given."""
    return False if one.type is bool else None


def _kind(one: OptionEntry) -> Any:  # noqa: ANN401
    """Return the type of an option's value, as typer reads it."""
    if one.type is bool:
        return bool
    if one.many:
        return list[str] | None
    return (Literal[one.choices] if one.choices else one.type) | None


def _about(one: OptionEntry) -> Any:  # noqa: ANN401
    repeatable = " Repeatable." if one.many else ""
    names = [one.spelled, *filter(None, [one.option.letter])]
    default = ", ".join(one.default if one.many else [str(one.default or "")])
    return typer.Option(
        *names,
        metavar=one.option.metavar or None,
        help=f"{one.option.help}{repeatable}{f'  [default: {default}]' if default else ''}",
        autocompletion=getattr(completion, one.option.words, None),
        show_default=False,  # typer knows no default: what is not given is not set
    )
