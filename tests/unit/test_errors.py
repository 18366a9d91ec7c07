"""What a failure says and what the shell gets."""

from __future__ import annotations

import pytest

from cnilint.errors import (
    CnilintError,
    ExitCode,
    NothingReadError,
    ReadError,
    RuleError,
    UsageError,
)


@pytest.mark.parametrize(
    ("error", "message", "code"),
    [
        (UsageError("--fix needs a file"), "--fix needs a file", ExitCode.ERROR),
        (ReadError("a.yaml", "no such file"), "a.yaml: no such file", ExitCode.ERROR),
        (NothingReadError(("a", "b")), "nothing to read in a, b", ExitCode.NOTHING_READ),
        (NothingReadError(()), "nothing to read in no paths", ExitCode.NOTHING_READ),
        (RuleError("r.yaml", "help", "is missing"), "r.yaml: help: is missing", ExitCode.ERROR),
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
