"""Values that do not change and cost nothing to define."""

from __future__ import annotations

from typing import Any, Self, dataclass_transform


@dataclass_transform(frozen_default=True, eq_default=True)
class Frozen:
    """A value whose fields are the annotations of its class, with the defaults that stand there.

    A named tuple reads each annotation when it is defined; these are read when somebody asks, and
    may be as long as an entry of a table is.
    """

    def __init__(self, *values: Any, **named: Any) -> None:  # noqa: ANN401  fields of any type
        """Take the values of fields, in their order or by name; TypeError for one there is not."""
        fields = type(self).__annotations__
        if len(values) > len(fields):
            raise TypeError(f"{type(self).__name__}: {len(values)} values for {len(fields)} fields")
        found = {**dict(zip(fields, values, strict=False)), **named}
        wrong = [name for name in found if name not in fields]
        wrong += [name for name in fields if name not in found and not hasattr(self, name)]
        if wrong:
            raise TypeError(f"{type(self).__name__}: {wrong[0]} is no field, or has no value")
        vars(self).update(found)

    def replaced(self, **named: Any) -> Self:  # noqa: ANN401
        """Return the same value but for some fields."""
        return type(self)(**{**vars(self), **named})

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} does not change")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and all(
            getattr(self, name) == getattr(other, name) for name in type(self).__annotations__
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        said = ", ".join(f"{name}={each!r}" for name, each in vars(self).items())
        return f"{type(self).__name__}({said})"
