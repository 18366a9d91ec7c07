"""Definitions that cost a start nothing: named tuples, frozen values, and what is made on use.

A run on one manifest defines three hundred classes and a hundred and fifty patterns, and uses a
part of them. `typing.NamedTuple` and `dataclasses.dataclass` write and compile code for each class
and `re.compile` does so for each pattern: together that was half of a run. These behave the same.
A class takes its constructor from a template for its number of fields, with their names put in; a
pattern is compiled when it is first asked for anything. A type checker sees the originals: the stub
beside this file says so. `tests/unit/test_start.py` holds each of them to its original.
"""

from __future__ import annotations

import re
from collections import _tuplegetter
from collections.abc import Callable, Iterable
from functools import cache
from operator import attrgetter
from types import CodeType, FunctionType
from typing import Any

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

Space = dict[str, Any]
"""The namespace of a class, or of a function."""


@cache
def _template(name: str, body: str, each: str, count: int) -> CodeType:
    """Return the code of a function of so many parameters behind a first one.

    `body` is what it does, and `each` what that says of each parameter, with its name and number.
    """
    parameters = [f"_{at}" for at in range(count)]
    said = "".join(each.format(one, at) for at, one in enumerate(parameters))
    text = f"def {name}({', '.join(('_own', *parameters))}):\n {body.format(said)}\n"
    code: CodeType = compile(text, f"<{name}>", "exec").co_consts[0]
    return code


def _function(code: CodeType, names: Iterable[str], known: Space, owner: str) -> Any:
    """Return a function of some code with other names for its parameters."""
    made = FunctionType(code.replace(co_varnames=(code.co_varnames[0], *names)), known)
    made.__qualname__ = f"{owner}.{code.co_name}"
    return made


class _Named(type):
    """Makes a class with annotations a tuple whose items have these names."""

    def __new__(mcs, name: str, bases: tuple[type, ...], space: Space) -> Any:
        if not bases:
            return super().__new__(mcs, name, bases, space)
        fields = tuple(space.get("__annotations__", ()))
        given = {one: space.pop(one) for one in fields if one in space}
        code = _template("__new__", "return _new(_own, ({}))", "{0},", len(fields))
        new = _function(code, fields, _NEW, space["__qualname__"])
        new.__defaults__ = tuple(given.values())
        space |= {one: _tuplegetter(at, None) for at, one in enumerate(fields)}
        known = {"__new__": new, "__match_args__": fields, "_fields": fields}
        return type.__new__(
            type, name, (tuple,), _TUPLE | known | {"_field_defaults": given} | space
        )


class NamedTuple(metaclass=_Named):
    """The base of a tuple whose items have names, as `typing.NamedTuple`."""


def _make(cls: Any, values: Iterable[Any]) -> Any:
    made = tuple.__new__(cls, values)
    if len(made) != len(cls._fields):
        raise TypeError(f"Expected {len(cls._fields)} arguments, got {len(made)}")
    return made


def _replace(self: Any, /, **changes: Any) -> Any:
    made = self._make(map(changes.pop, self._fields, self))
    if changes:
        raise TypeError(f"Got unexpected field names: {list(changes)!r}")
    return made


def _asdict(self: Any) -> Space:
    return dict(zip(self._fields, self, strict=True))


def _shown_tuple(self: Any) -> str:
    return f"{type(self).__name__}({_listed(_asdict(self))})"


def _listed(values: Space) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in values.items())


_NEW: Space = {"_new": tuple.__new__, "__builtins__": {}}
_TUPLE: Space = {
    "__slots__": (),
    "__repr__": _shown_tuple,
    "__replace__": _replace,
    "__getnewargs__": lambda self: tuple(self),  # noqa: PLW0108  a function, to be bound
    "_make": classmethod(_make),
    "_replace": _replace,
    "_asdict": _asdict,
}


_NOTHING: Any = object()


class _Field:
    """What is said of a field of frozen values beside its type."""

    __slots__ = ("compare", "default", "factory", "repr")

    def __init__(self, default: Any, factory: Any, repr: bool, compare: bool) -> None:  # noqa: FBT001
        self.default, self.factory, self.repr, self.compare = default, factory, repr, compare


def field(
    *,
    default: Any = _NOTHING,
    default_factory: Any = _NOTHING,
    repr: bool = True,
    compare: bool = True,
) -> Any:
    """Return what is said of a field beside its type, as `dataclasses.field`."""
    return _Field(default, default_factory, repr, compare)


def dataclass(
    *, frozen: bool = False, slots: bool = False, eq: bool = True
) -> Callable[[type], type]:
    """Return what makes a class one of frozen values in slots, as `dataclasses.dataclass`.

    One that is not to be both is made by the original, and has none of the fields of `field`.
    """
    if not (frozen and slots):
        import dataclasses

        return dataclasses.dataclass(frozen=frozen, slots=slots, eq=eq)
    return lambda cls: _values(cls, eq=eq)


def _values(cls: type, *, eq: bool) -> type:
    """Return a class with the annotations of another one as its fields."""
    inherited: dict[str, _Field] = {}
    for base in cls.__mro__[-1:0:-1]:
        inherited |= vars(base).get("_own_fields", {})
    space = {k: v for k, v in vars(cls).items() if k not in ("__dict__", "__weakref__")}
    own = {name: _said(space.pop(name, _NOTHING)) for name in space.get("__annotations__", ())}
    fields = inherited | own
    methods = _FROZEN | (_COMPARED if eq else {})
    compared = tuple(name for name, one in fields.items() if one.compare)
    known = {
        "__slots__": (
            *(name for name in own if name not in inherited),
            *(one.slot for one in space.values() if type(one) is kept),
        ),
        "__match_args__": tuple(fields),
        "__dataclass_fields__": _Original("__dataclass_fields__"),
        "__dataclass_params__": _Original("__dataclass_params__"),
        "_own_fields": own,
        "_all_fields": fields,
        "_compared": _getter(compared),
        "_is_compared": eq,
    }
    made: Any = type(cls)(cls.__name__, cls.__bases__, methods | space | known)
    made.__qualname__ = cls.__qualname__
    if "__init__" not in space:
        made.__init__ = _initialiser(made, fields)
    return made


def _said(value: Any) -> _Field:
    return value if type(value) is _Field else _Field(value, _NOTHING, True, True)  # noqa: FBT003


def _initialiser(made: Any, fields: dict[str, _Field]) -> Any:
    """Return the `__init__` of a class with some fields."""
    code = _template("__init__", "{}", "_set{1}(_own, {0}); ", len(fields))
    known: Space = {"__builtins__": {}}
    for at, (name, one) in enumerate(fields.items()):
        set_ = getattr(made, name).__set__
        known[f"_set{at}"] = set_ if one.factory is _NOTHING else _with_factory(set_, one.factory)
    init = _function(code, fields, known, made.__qualname__)
    init.__defaults__ = tuple(
        one.default for one in fields.values() if (one.default, one.factory) != (_NOTHING, _NOTHING)
    )
    return init


def _with_factory(set_: Callable[..., None], factory: Callable[[], object]) -> Callable[..., None]:
    """Return what sets a field, to what a factory makes where no value is given."""
    return lambda own, value: set_(own, factory() if value is _NOTHING else value)


def _getter(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """Return what returns the values of some fields as a tuple."""
    if len(names) > 1:
        return attrgetter(*names)
    return (lambda self: (getattr(self, names[0]),)) if names else lambda _self: ()


class kept:  # noqa: N801  as `property`
    """A property of a frozen value in slots that is worked out when it is first asked for.

    As `functools.cached_property` for values that have no slots. It is no field: another value that
    is made of this one works it out anew.
    """

    def __init__(self, work: Callable[[Any], Any]) -> None:
        """Take what works it out."""
        self._work, self.__doc__ = work, work.__doc__
        self.slot = f"_kept_{work.__name__}"

    def __get__(self, own: Any, _cls: object = None) -> Any:
        if own is None:
            return self
        try:
            return getattr(own, self.slot)
        except AttributeError:
            found = self._work(own)
        object.__setattr__(own, self.slot, found)
        return found

    def __set__(self, own: Any, _value: object) -> None:
        _frozen(own, self._work.__name__)


class _Original:
    """What `dataclasses` keeps of a class, made when it is first asked for: for its functions."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, _instance: object, cls: Any) -> Any:
        import dataclasses

        owner = next(one for one in cls.__mro__ if "_all_fields" in vars(one))
        fields = [
            (
                name,
                owner.__annotations__.get(name, "Any"),
                dataclasses.field(
                    repr=one.repr,
                    compare=one.compare,
                    **({} if one.default is _NOTHING else {"default": one.default}),
                    **({} if one.factory is _NOTHING else {"default_factory": one.factory}),
                ),
            )
            for name, one in owner._all_fields.items()
        ]
        made = dataclasses.make_dataclass(
            owner.__name__, fields, frozen=True, eq=owner._is_compared
        )
        return getattr(made, self.name)


def replace(value: Any, /, **changes: Any) -> Any:
    """Return a frozen value with other values for some fields, as `dataclasses.replace`."""
    kept = {name: getattr(value, name) for name in value.__match_args__ if name not in changes}
    return type(value)(**kept, **changes)


def _frozen(_self: Any, name: str, *_value: object) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot change field {name!r}")


def _shown(self: Any) -> str:
    fields = type(self)._all_fields.items()
    shown = {name: getattr(self, name) for name, one in fields if one.repr}
    return f"{type(self).__qualname__}({_listed(shown)})"


def _is_equal(self: Any, other: object) -> Any:
    if self is other:
        return True
    if other.__class__ is not self.__class__:
        return NotImplemented
    values = type(self)._compared
    return values(self) == values(other)


def _hash(self: Any) -> int:
    return hash(type(self)._compared(self))


def _state(self: Any) -> list[Any]:
    return [getattr(self, name) for name in self.__match_args__]


def _take(self: Any, state: list[Any]) -> None:
    for name, value in zip(self.__match_args__, state, strict=True):
        object.__setattr__(self, name, value)


_COMPARED: Space = {"__eq__": _is_equal, "__hash__": _hash}
_FROZEN: Space = {
    "__repr__": _shown,
    "__replace__": replace,
    "__setattr__": _frozen,
    "__delattr__": _frozen,
    "__getstate__": _state,
    "__setstate__": _take,
}


class _Pattern:
    """A pattern that is compiled when something is first asked of it."""

    def __init__(self, text: str, flags: int) -> None:
        self.pattern, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(self.pattern, self._flags), name)
        setattr(self, name, found)  # from now on as quick as the original
        return found


def lazy_pattern(text: str, flags: int = 0) -> Any:
    """Return a pattern, as `re.compile`; what is wrong with one is said when it is first used."""
    return _Pattern(text, flags)


_claimed = False


def claim_process() -> None:
    """Say that this process is the command's: libraries may be loaded as only it uses them."""
    global _claimed  # noqa: PLW0603  of a process there is one
    _claimed = True


def own_process() -> bool:
    """Whether this process is the command's, and not a program's that uses cnilint."""
    return _claimed
