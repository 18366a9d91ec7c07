from dataclasses import dataclass as dataclass
from dataclasses import field as field
from dataclasses import replace as replace
from re import compile as lazy_pattern
from typing import NamedTuple as NamedTuple

__all__ = ["NamedTuple", "dataclass", "field", "lazy_pattern", "replace"]
