"""Work in several processes comes to what it comes to in one."""

from __future__ import annotations

import os

import pytest

from cnilint import processes as module
from cnilint.config.options import DEFAULTS
from cnilint.engine.evaluate import NOTHING_AROUND, Evaluation
from cnilint.engine.inputs import inputs
from cnilint.errors import UsageError
from cnilint.fix.options import Options
from cnilint.fix.plan import fixed, offered
from cnilint.model.text import Source
from cnilint.processes import processes, shared_out
from cnilint.run import asked
from tests.clusters import VPC, multus

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")


@needs_fork
@pytest.mark.parametrize("number", [1, 2, 3, 7, 12])
def test_results_are_in_order_however_many_work(number: int) -> None:
    assert shared_out(range(11), lambda one: (one, str(one)), number) == [
        (one, str(one)) for one in range(11)
    ]


@needs_fork
def test_several_processes_work() -> None:
    found = shared_out(range(6), lambda _one: os.getpid(), 3)
    assert found[0] == found[3] == os.getpid()
    assert len(set(found)) == 3


@needs_fork
def test_what_another_process_cannot_do_is_done_here() -> None:
    mother = os.getpid()

    def work(one: int) -> int:
        if os.getpid() != mother:
            raise ValueError("not here")
        return one

    assert shared_out(range(5), work, 2) == [0, 1, 2, 3, 4]
    with pytest.raises(ZeroDivisionError):
        shared_out(range(-1, 2), lambda one: 1 // one, 3)


def test_how_many_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_processors", lambda: 4)
    assert [processes("auto", tasks, 32) for tasks in (0, 32, 64, 99 * 32)] == [1, 1, 2, 4]
    assert [processes("3", tasks, 32) for tasks in (0, 1, 2, 99)] == [1, 1, 2, 3]
    monkeypatch.delattr(os, "fork")
    assert processes("3", 99, 32) == 1


@needs_fork
def test_fixes_are_the_same_however_many_prove_them() -> None:
    read = inputs(
        Source(f"clusters/{name}/{file}", text)
        for name in "abcd"
        for file, text in (("multus.yaml", multus()), ("vpc.yaml", VPC))
    )
    evaluation = Evaluation(read, NOTHING_AROUND)
    alone = offered(evaluation, Options(jobs="1"))
    assert any(one.fixes for one in alone.findings)
    assert offered(evaluation, Options(jobs="3")).findings == alone.findings
    done = [fixed(read, NOTHING_AROUND, Options(jobs=number)) for number in ("1", "3")]
    changed = [[(old.path, new.text) for old, new in one.changed] for one in done]
    assert changed[0] == changed[1] != []


@pytest.mark.parametrize("text", ["0", "", "many", "-1", "1.5"])
def test_what_is_no_number_of_processes_is_told(text: str) -> None:
    with pytest.raises(UsageError, match="--jobs takes a number or auto"):
        asked([], DEFAULTS.replaced(jobs=text))
