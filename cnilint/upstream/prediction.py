"""What a program will do with a configuration directory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnilint.start import dataclass


@dataclass(frozen=True, slots=True)
class Prediction:
    """The file a program takes, or why it takes none.

    `outcome` is `picked`, `waits` (there is no candidate yet, and the program looks again) or
    `error`, and then `error` is a class of errors such as `master-unreadable`. `primary` is the
    file that was picked, relative to the directory. Thick Multus adds the `capabilities` and the
    `network_name` that it writes into 00-multus.conf, thin Multus the files that it adds
    (`writes`), a container runtime the chosen network's name and its plugins' types.
    """

    outcome: str
    primary: str | None = None
    error: str | None = None
    capabilities: Mapping[str, bool] | None = None
    network_name: str | None = None
    writes: Sequence[str] | None = None
    network: str | None = None
    plugins: Sequence[str] | None = None


WAITS = Prediction("waits")


class SelectionError(Exception):
    """A program ends with an error; its only argument is the class of the error."""

    @property
    def prediction(self) -> Prediction:
        """The error as an outcome."""
        return Prediction("error", error=str(self))
