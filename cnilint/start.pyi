from dataclasses import dataclass as dataclass
from dataclasses import field as field
from dataclasses import replace as replace
from functools import cached_property as kept
from re import compile as lazy_pattern
from typing import NamedTuple as NamedTuple

__all__ = [
    "NamedTuple",
    "claim_process",
    "dataclass",
    "field",
    "kept",
    "lazy_pattern",
    "own_process",
    "replace",
]

def claim_process() -> None: ...
def own_process() -> bool: ...
