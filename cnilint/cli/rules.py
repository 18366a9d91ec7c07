"""The commands `rules`, `rule` and `test`: show rules, write their pages, run their examples."""

from __future__ import annotations

import os
from collections.abc import Sequence

from cnilint.config.options import in_file
from cnilint.confine import make_folders
from cnilint.engine.policy import no_such_rule
from cnilint.engine.ruleset import Rule, card_files, house_rules
from cnilint.engine.ruleset import rules as own_rules
from cnilint.errors import ExitCode, NothingReadError, UsageError
from cnilint.report.rule_page import INDEX, Page, index_markdown, page_json, page_markdown
from cnilint.report.terminal.rule_text import page_text
from cnilint.report.terminal.rules import rules_json, rules_text
from cnilint.report.terminal.trials import FAILED, Examined, trials_json, trials_text
from cnilint.streams import say, tell, write_file

from .examples import trials
from .outputs import paint
from .request import Request


def rules(request: Request) -> ExitCode:
    """Print the list of rules as `text`, `markdown` or `json`, or write a page for each."""
    chosen = request.settings()
    form, house = chosen.page_format, chosen.house
    found = (*own_rules(), *house)
    if chosen.pages:
        return _write_pages(found, house, chosen.pages)
    if form == "json":
        tell(rules_json([_page(rule, house) for rule in found]))
    else:
        tell(index_markdown(found) if form == "markdown" else rules_text(found, paint()))
    return ExitCode.OK


def _write_pages(found: Sequence[Rule], house: Sequence[Rule], folder: str) -> ExitCode:
    """Write a page for every rule and one that leads to them; those of no rule are left alone."""
    pages = {f"{rule.id}.md": page_markdown(_page(rule, house)) for rule in found}
    try:
        make_folders(folder)
    except OSError as error:
        raise UsageError(f"cannot write {folder}: {error.strerror}") from None
    for name, text in {INDEX: index_markdown(found), **pages}.items():
        write_file(os.path.join(folder, name), text)
    say(f"{len(pages)} pages written to {folder}")
    return ExitCode.OK


def rule(request: Request) -> ExitCode:
    """Print everything about one rule; UsageError for a word that is no id and no name."""
    chosen, word = request._replace(arguments=()).settings(), request.arguments[0]
    form, house = chosen.page_format, chosen.house
    named = [one for one in (*own_rules(), *house) if word.lower() in (one.id.lower(), one.name)]
    if not named:
        raise UsageError(no_such_rule(word, house))
    page = _page(named[0], house)
    if form == "json":
        tell(page_json(page))
    else:
        tell(page_markdown(page) if form == "markdown" else page_text(page, paint()))
    return ExitCode.OK


def test(request: Request) -> ExitCode:
    """Run the examples of the cards in some folders; FINDINGS if one is not as its card says.

    Without a folder those of the settings count. NothingReadError if there is no card in them.
    """
    folders = request.arguments or request.settings().rules_dirs
    if not folders:
        raise UsageError("name a folder with rule cards, or give rules-dirs in the configuration")
    filled = [folder for folder in folders if card_files(folder)]
    if not filled:
        raise NothingReadError(tuple(folders))
    house = house_rules(filled)
    found = [Examined(each, tuple(trials(each, house))) for each in house]
    as_json = request.options.get("text_format") == "json"
    tell(trials_json(found) if as_json else trials_text(found, paint()))
    failed = any(each.outcome == FAILED for each in found)
    return ExitCode.FINDINGS if failed else ExitCode.OK


def _page(rule: Rule, house: Sequence[Rule]) -> Page:
    settings = {name: in_file()[name].option.help for name in rule.settings}
    return Page(rule, tuple(trials(rule, tuple(house))), settings)
