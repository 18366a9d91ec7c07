"""What is not read of folders: paths that fit a pattern of the settings."""

from __future__ import annotations

import os
from collections.abc import Callable

from cnilint.model.globs import fits
from cnilint.start import NamedTuple

from .ignores.suppress import relative_path


class Exclusion(NamedTuple):
    """Patterns for what is left out of folders; they count from the folder `base`."""

    patterns: tuple[str, ...]
    base: str

    def below(self, folder: str) -> Callable[[str, bool], bool]:
        """Return what tells of a path below a folder, and of it being one, that it is left out.

        A pattern that fits the folder itself says nothing of what is in it: the folder was named.
        """
        named = {each for each in self.patterns if self._fits(each, folder, is_folder=True)}
        patterns = [each for each in self.patterns if each not in named]
        return lambda path, is_folder: any(
            self._fits(each, path, is_folder=is_folder) for each in patterns
        )

    def _fits(self, pattern: str, path: str, *, is_folder: bool) -> bool:
        if os.path.abspath(path) == self.base:
            return False
        name = relative_path(path, self.base)
        inside = is_folder and pattern.endswith("/")
        return fits(pattern, name) or (inside and fits(pattern, f"{name}/"))
