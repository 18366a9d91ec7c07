"""Writes `cnilint/start_code.py`: `python -m tests.start_code >cnilint/start_code.py`."""

from __future__ import annotations

from cnilint.start_code import text

MOST = 14
"""Fields of the classes whose constructors are written out; the others are compiled."""

HEAD = '''"""The constructors of classes by their number of fields, so that no start compiles them.

All but `text` is written by `tests/start_code.py`, and held to it by `tests/unit/test_start.py`.
"""

# ruff: noqa: ANN001, ANN201, ANN202, E501, E702, F821, N807
# fmt: off


def text(name, count):
    """Return the source of a constructor with so many parameters behind a first one."""
    names = [f"_{at}" for at in range(count)]
    if name == "__new__":
        body = f"return _new(_own, ({''.join(f'{one}, ' for one in names)}))"
    else:
        body = "; ".join(f"_set{at}(_own, {one})" for at, one in enumerate(names)) or "pass"
    return f"def {name}({', '.join(['_own', *names])}): {body}\\n"


CODE = {}
'''


def whole() -> str:
    """Return what the module is to hold."""
    each = ((name, count) for name in ("__new__", "__init__") for count in range(1, MOST + 1))
    return HEAD + "".join(
        f'{text(name, count)}CODE["{name}", {count}] = {name}.__code__\n' for name, count in each
    )


if __name__ == "__main__":
    print(whole(), end="")
