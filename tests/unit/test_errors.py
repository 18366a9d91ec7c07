"""What a failure says and what the shell gets."""

from __future__ import annotations

import pytest

from cnilint.errors import (
    CnilintError,
    ConfigurationError,
    ExitCode,
    NothingReadError,
    ReadError,
    RuleError,
    UsageError,
    did_you_mean,
)


@pytest.mark.parametrize(
    ("error", "message", "code"),
    [
        (UsageError("--fix needs a file"), "--fix needs a file", ExitCode.ERROR),
        (ReadError("a.yaml", "no such file"), "a.yaml: no such file", ExitCode.ERROR),
        (NothingReadError(("a", "b")), "nothing to read in a, b", ExitCode.NOTHING_READ),
        (NothingReadError(()), "nothing to read in no paths", ExitCode.NOTHING_READ),
        (RuleError("r.yaml", "help", "is missing"), "r.yaml: help: is missing", ExitCode.ERROR),
        (ConfigurationError("a.yaml:3", "is wrong"), "a.yaml:3: is wrong", ExitCode.ERROR),
        (RuleError("r.yaml", "", "is empty"), "r.yaml: is empty", ExitCode.ERROR),
    ],
)
def test_errors_say_what_is_wrong(error: CnilintError, message: str, code: ExitCode) -> None:
    assert str(error) == message
    assert error.exit_code == code


def test_exit_codes_are_those_the_documentation_names() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "OK": 0,
        "FINDINGS": 1,
        "ERROR": 2,
        "NOTHING_READ": 3,
        "INTERRUPTED": 130,
    }


@pytest.mark.parametrize(
    ("word", "meant"),
    [("selct", "select"), ("SELECT", "select"), ("severitty", "severity"), ("ignor", "ignore")],
)
def test_a_mistyped_word_comes_with_the_nearest_one(word: str, meant: str) -> None:
    known = ["select", "severity", "ignore", "Ignores"]
    assert did_you_mean(word, known) == f", did you mean {meant!r}?"


def test_nothing_is_suggested_that_is_not_near() -> None:
    assert did_you_mean("zzz", ["select"]) == ""
    assert did_you_mean("select", []) == ""
    assert did_you_mean("", ["select"]) == ""
