"""What costs a start nothing behaves as its original: named tuples, frozen values, patterns."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import re
import typing
from collections.abc import Callable
from functools import cached_property
from inspect import signature
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnilint import start
from cnilint.model.steps import NODE, Step, Verb
from cnilint.model.text import Source, Span
from cnilint.model.tree import SyntaxProblem
from cnilint.start import kept

ORIGINAL: Any = SimpleNamespace(
    NamedTuple=typing.NamedTuple,
    dataclass=dataclasses.dataclass,
    field=dataclasses.field,
    replace=dataclasses.replace,
    lazy_pattern=re.compile,
)
OURS: Any = start
Original = Any
VALUE = st.none() | st.integers(-2, 2) | st.text(max_size=2)


def outcome(work: Callable[[], object]) -> object:
    """Return what comes of something: a value, or the type of what is raised."""
    try:
        return work()
    except Exception as error:
        return type(error)


def both(work: Callable[[Any], object]) -> None:
    assert outcome(lambda: work(OURS)) == outcome(lambda: work(ORIGINAL))


def tuples(maker: Original) -> tuple[Any, Any, Any]:
    """Return three kinds of named tuples: of no field, of one, and of several with defaults."""

    class Nothing(maker.NamedTuple):  # type: ignore[misc]
        """Has nothing."""

    class One(maker.NamedTuple):  # type: ignore[misc]
        only: str

    class Several(maker.NamedTuple):  # type: ignore[misc]
        """Has three."""

        first: int
        second: str = "b"
        third: tuple[int, ...] = ()

        @property
        def both(self) -> object:
            return self.first, self.second

        @classmethod
        def of(cls) -> object:
            return cls(7)

        def __bool__(self) -> bool:
            return self.second != "no"

    return Nothing, One, Several


def values(maker: Original) -> tuple[Any, Any, Any, Any]:
    """Return frozen values: plain, with all that is said of a field, a child, and by identity."""

    @maker.dataclass(frozen=True, slots=True)
    class Plain:
        """Has two."""

        first: object
        second: object = 5

        @property
        def both(self) -> object:
            return self.first, self.second

    @maker.dataclass(frozen=True, slots=True)
    class Rich:
        name: object
        text: object = maker.field(repr=False)
        made: object = maker.field(default_factory=list, repr=False)
        aside: object = maker.field(default=None, compare=False)

        def __repr__(self) -> str:
            return f"<{self.name}>"

    @maker.dataclass(frozen=True, slots=True)
    class Child(Plain):
        third: object = None

    @maker.dataclass(frozen=True, slots=True, eq=False)
    class Itself:
        first: object

    return Plain, Rich, Child, Itself


def shown(value: object) -> str:
    return re.sub(r"\b(tuples|values)\.<locals>\.", "", repr(value))


@given(st.integers(0, 2), st.lists(VALUE, max_size=4), st.sampled_from(["first", "only", "odd"]))
def test_a_named_tuple_is_as_its_original(kind: int, given: list[object], name: str) -> None:
    def told(maker: Original) -> object:
        cls = tuples(maker)[kind]
        made = cls(*given)
        changed = outcome(lambda: tuple(made._replace(**{name: 1})))
        changed = changed if isinstance(changed, tuple) else "refused"  # as which error varies
        return (
            (tuple(made), repr(made), made._asdict(), cls._fields, cls._field_defaults),
            (cls.__match_args__, cls.__doc__ or "", bool(made), hash(made), changed),
            (outcome(lambda: tuple(cls._make(given))), isinstance(made, tuple), cls.__mro__[1:]),
            (str(signature(cls.__new__)).partition(",")[2].replace("'", ""), cls.__module__),
            (outcome(lambda: made.both), outcome(cls.of), made == tuple(given)),
            (outcome(lambda: setattr(made, name, 1)), outcome(lambda: made.nothing)),
            (tuple(copy.deepcopy(made)) == tuple(made), cls.__slots__, made.__getnewargs__()),
        )

    # what a signature shows of types is the originals' alone
    def bare(maker: Original) -> object:
        found: Any = told(maker)
        return found if isinstance(found, type) else (*found[:3], *found[4:])

    both(bare)


@given(st.integers(0, 2), st.dictionaries(st.sampled_from(["first", "second", "only"]), VALUE))
def test_a_named_tuple_takes_names_as_its_original(kind: int, given: dict[str, object]) -> None:
    both(lambda maker: tuple(tuples(maker)[kind](**given)))


@given(
    st.integers(0, 3),
    st.lists(VALUE, max_size=5),
    st.dictionaries(st.sampled_from(["first", "second", "third", "name", "text", "odd"]), VALUE),
)
def test_a_frozen_value_is_as_its_original(
    kind: int, given: list[object], named: dict[str, object]
) -> None:
    def told(maker: Original) -> object:
        kinds = values(maker)
        made, again = kinds[kind](*given, **named), kinds[kind](*given, **named)
        other, first = kinds[(kind + 1) % 4], made.__match_args__[0]
        same_fields = outcome(lambda: other(*given, **named) == made)
        by_identity = getattr(type(made), "__hash__", None) is getattr(object, "__hash__", None)
        return (
            (shown(made), made == again, made == made, made != again, same_fields),
            by_identity or outcome(lambda: hash(made)),
            {name: getattr(made, name) for name in made.__match_args__},
            (outcome(lambda: setattr(made, first, 1)), outcome(lambda: delattr(made, first))),
            hasattr(made, "__dict__"),
            (type(made).__doc__ == "Has two.", outcome(lambda: made.both), type(made).__name__),
            shown(outcome(lambda: maker.replace(made, second=3))),
            shown(outcome(lambda: dataclasses.replace(made, first=3))),
            shown(outcome(lambda: maker.replace(made, odd=3))),
            outcome(lambda: list(dataclasses.asdict(made))),
            [field.name for field in dataclasses.fields(made)],
            dataclasses.is_dataclass(made),
            [str(one) for one in signature(type(made)).parameters],
            shown(copy.deepcopy(made)),
        )

    both(told)


def test_a_named_tuple_may_be_of_any_type() -> None:
    def told(maker: Original) -> object:
        class Of(maker.NamedTuple, typing.Generic[typing.TypeVar("T")]):  # type: ignore[misc]
            item: object

        return tuple(Of(1)), tuple(Of[int](2)), Of._fields  # type: ignore[misc]

    both(told)


def test_a_value_made_by_a_factory_is_each_time_a_new_one() -> None:
    _plain, rich, *_ = values(OURS)
    assert rich(1, 2).made == []
    assert rich(1, 2).made is not rich(1, 2).made


def test_what_the_program_uses_can_be_sent_to_another_process() -> None:
    source = Source("a.yaml", "a: 1\n")
    assert pickle.loads(pickle.dumps(source)).text == source.text
    step = Step(NODE, Verb.WRITES, ("a.conf",))
    assert pickle.loads(pickle.dumps(step)) == step
    problem = SyntaxProblem(source, Span(0, 1), "syntax", "wrong")
    assert pickle.loads(pickle.dumps(problem)).message == problem.message


def test_a_dataclass_may_be_made_of_one() -> None:
    plain, *_ = values(OURS)

    @dataclasses.dataclass(frozen=True)
    class More(plain):  # type: ignore[misc, valid-type]
        third: int = 3

    assert More(1) == More(1, 5, 3)
    assert [field.name for field in dataclasses.fields(More)] == ["first", "second", "third"]


def test_what_is_not_in_slots_is_made_by_the_original() -> None:
    @OURS.dataclass(frozen=True, eq=False)
    class Made:
        first: int = 1

    Open: Any = Made  # noqa: N806
    assert vars(Open()) == {"first": 1}
    assert [field.name for field in dataclasses.fields(Open)] == ["first"]
    assert OURS.replace(Open(), first=2).first == 2


def test_a_property_that_is_kept_is_worked_out_once_for_each_value() -> None:
    asked: list[int] = []

    def made(maker: Original, once: Original) -> Original:
        @maker.dataclass(frozen=True, slots=maker is OURS)
        class Made:
            number: int

            @once  # type: ignore[untyped-decorator]
            def half(self) -> float:
                """Return half of it."""
                asked.append(self.number)
                return 6 / self.number

        return Made

    def told(maker: Original, once: Original) -> object:
        asked.clear()
        cls = made(maker, once)
        one = cls(2)
        other = maker.replace(one, number=3)
        found = [one.half, one.half, other.half, one.half, copy.deepcopy(one).half]
        refused = [outcome(lambda: cls(0).half) for _time in range(2)]
        cannot = outcome(lambda: setattr(one, "half", 1))
        return found, refused, cannot, one == cls(2), hash(one) == hash(cls(2)), cls.half.__doc__

    ours = told(OURS, OURS.kept)
    assert asked == [2, 3, 2, 0, 0]  # a copy works it out anew, as nothing but fields goes along
    assert ours == told(ORIGINAL, cached_property)


def test_a_property_that_is_kept_may_be_private_and_a_child_has_it() -> None:
    class Base:
        pass

    @OURS.dataclass(frozen=True, slots=True)
    class Made(Base):
        text: str

        @kept
        def _length(self) -> int:
            return len(self.text)

        def twice(self) -> int:
            return 2 * self._length

    @OURS.dataclass(frozen=True, slots=True)
    class Child(Made):
        other: str = ""

    makes: Any = Child
    assert makes("abc").twice() == makes("abc").twice() == 6


@pytest.mark.parametrize("name", ["match", "search", "fullmatch", "findall", "split"])
@given(text=st.text("aAb1-", max_size=6))
def test_a_pattern_is_as_its_original(name: str, text: str) -> None:
    def told(maker: Original) -> object:
        one = maker.lazy_pattern("(a+)|(?P<number>[0-9])", re.IGNORECASE)
        found = getattr(one, name)(text)
        again = getattr(one, name)(text)
        whole = found.groups() if isinstance(found, re.Match) else found
        assert whole == (again.groups() if isinstance(again, re.Match) else again)
        rest = one.sub("x", text), [each.group() for each in one.finditer(text)]
        return whole, rest, one.pattern, one.flags, one.groups, dict(one.groupindex)

    both(told)


def test_a_pattern_with_a_fault_says_so_when_it_is_used() -> None:
    wrong = OURS.lazy_pattern("(")
    with pytest.raises(re.error):
        wrong.match("a")


def test_every_pattern_of_the_program_is_one() -> None:
    """A fault would be found no earlier than its use: here each one is compiled."""
    import pkgutil
    from importlib import import_module

    import cnilint

    found = 0
    for module in pkgutil.walk_packages(cnilint.__path__, "cnilint."):
        if module.name.endswith("__main__"):
            continue
        for value in vars(import_module(module.name)).values():
            if type(value) is start._Pattern:  # type: ignore[attr-defined]
                assert value.match is value.match
                found += 1
    assert found > 100
