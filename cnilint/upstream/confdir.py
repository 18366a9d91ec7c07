"""A configuration directory as the programs see it: Go's path functions, and who is listed first.

Only the directory itself, what is in it, and the directories above it exist. File names are
relative to it; a `/` in a name makes a sub-directory. There are no symbolic links.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Mapping
from functools import lru_cache

DEFAULT_DIRECTORY = "/host/etc/cni/net.d"
"""Where Multus's own manifests mount the runtime's configuration directory."""

_NAME_MAX = 255
_PATH_MAX = 4096


class PathError(OSError):
    """A path that cannot be opened."""

    def __init__(self, path: str, *, missing: bool) -> None:
        """`missing`: because it is not there (ENOENT)."""
        super().__init__(path)
        self.missing = missing


def encoded(name: str) -> bytes:
    """Return the bytes of a file name: Go compares and sorts names by bytes."""
    try:
        return name.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return name.encode("utf-8", "surrogatepass")


@lru_cache(maxsize=4096)
def is_file_name(name: str) -> bool:
    """Return whether the kernel makes a file of this name in a directory or one below it."""
    steps = name.split("/")
    return "\0" not in name and all(
        step not in ("", ".", "..") and len(encoded(step)) <= _NAME_MAX for step in steps
    )


def clean(path: str) -> str:
    """Return filepath.Clean: `.` for the empty path, and one leading slash at most."""
    cleaned = posixpath.normpath(path)
    return cleaned[1:] if cleaned.startswith("//") else cleaned


def join(*parts: str) -> str:
    """Return filepath.Join: empty parts are left out, a leading slash does not start over."""
    present = [part for part in parts if part]
    return clean("/".join(present)) if present else ""


def extension(name: str) -> str:
    """Return filepath.Ext: what follows the last dot, with it; a dot file is all extension."""
    dot = name.rfind(".", name.rfind("/") + 1)
    return name[dot:] if dot >= 0 else ""


@lru_cache(maxsize=64)
def _leads_to_itself(path: str) -> bool:
    """Whether the kernel walks an absolute path as it is written, if all of it is there."""
    return path == clean(path) and path.startswith("/") and is_file_name(path[1:])


class ConfDirectory:
    """The files of one directory, addressed by absolute path as a program would."""

    def __init__(
        self, files: Mapping[str, str], path: str = DEFAULT_DIRECTORY, made: Collection[str] = ()
    ) -> None:
        """`files` maps names to contents; `path` is where the program has the directory.

        `made` are more directories, by absolute path. A name that no file can have is left out:
        what would write it fails.
        """
        self.path = path
        self._given = {name: text for name, text in files.items() if is_file_name(name)}
        self._made = tuple(made)
        self._as_named = all(map(_leads_to_itself, (path, *made)))
        self._files = {f"{path}/{name}": text for name, text in self._given.items()}
        self._entries: dict[str, set[str]] = {folder: set() for folder in (path, *made)}
        self._entries.setdefault(path or "/", set()).update(
            name for name in self._given if "/" not in name
        )
        below = (file for name, file in zip(self._given, self._files, strict=True) if "/" in name)
        for file in (path, *made, *below):
            parent, _, name = file.rpartition("/")
            while name and name not in (here := self._entries.setdefault(parent or "/", set())):
                here.add(name)
                parent, _, name = parent.rpartition("/")

    def resolve(self, path: str) -> str:
        """Return the absolute path the kernel walks to; PathError if it cannot.

        A relative path starts at `/`, the working directory of the images. Unlike `clean`, `..`
        behind a name needs the name to be a directory.
        """
        if not path or "\0" in path or len(encoded(path)) >= _PATH_MAX:
            raise PathError(path, missing=not path)
        if self._as_named and (path in self._files or path in self._entries):
            return path
        at = "/"
        for step in path.split("/"):
            if at not in self._entries:
                raise PathError(path, missing=False)
            if step == "..":
                at = posixpath.dirname(at)
            elif step not in ("", "."):
                if len(encoded(step)) > _NAME_MAX:
                    raise PathError(path, missing=False)
                at = f"{at}/{step}" if at != "/" else f"/{step}"
                if at not in self._entries and at not in self._files:
                    raise PathError(path, missing=True)
        return at

    def exists(self, path: str) -> bool:
        """Return whether os.Stat finds something."""
        try:
            self.resolve(path)
        except PathError:
            return False
        return True

    def read(self, path: str) -> str:
        """Return a file's text; PathError if it is missing or a directory."""
        resolved = self.resolve(path)
        if resolved not in self._files:
            raise PathError(path, missing=False)
        return self._files[resolved]

    def is_directory(self, path: str) -> bool:
        """Return whether a path leads to a directory."""
        try:
            return self.resolve(path) in self._entries
        except PathError:
            return False

    def is_writable(self, path: str) -> bool:
        """Return whether a file can be made, or written anew, at a path.

        A directory on the way that is missing counts as there: it may be a mount of its own.
        """
        absolute = clean(f"/{path}")
        if self.is_directory(absolute) or len(encoded(posixpath.basename(absolute))) > _NAME_MAX:
            return False
        return not any(absolute.startswith(f"{file}/") for file in self._files)

    def with_directory(self, path: str) -> ConfDirectory:
        """Return what os.MkdirAll leaves; PathError if it cannot make the directory."""
        if not path or "\0" in path:
            raise PathError(path, missing=not path)
        absolute, at = clean(f"/{path}"), ""
        for step in absolute.split("/")[1:]:
            at = f"{at}/{step}"
            if at in self._files or len(encoded(step)) > _NAME_MAX:
                raise PathError(path, missing=False)
        return ConfDirectory(self._given, self.path, (*self._made, absolute))

    def with_file(self, path: str, text: str) -> ConfDirectory:
        """Return the directory after a file was written into it; PathError if it cannot be."""
        if not self.is_writable(path):
            raise PathError(path, missing=False)
        absolute = clean(f"/{path}")
        if not absolute.startswith(f"{self.path}/"):
            return self
        name = absolute.removeprefix(f"{self.path}/")
        return ConfDirectory({**self._given, name: text}, self.path, self._made)

    def entries(self, path: str) -> list[str]:
        """Return os.ReadDir's names, sorted by bytes; PathError if it is no directory."""
        resolved = self.resolve(path)
        if resolved not in self._entries:
            raise PathError(path, missing=False)
        return sorted(self._entries[resolved], key=encoded)

    def conf_files(self, path: str, extensions: Collection[str]) -> list[str]:
        """Return libcni.ConfFiles: the files with one of the extensions, sorted by bytes.

        A missing directory has none; PathError if the path is there and no directory.
        Source: containernetworking/cni@v1.3.0:libcni/conf.go ConfFiles.
        """
        try:
            names = self.entries(path)
        except PathError as error:
            if error.missing:
                return []
            raise
        paths = [join(path, name) for name in names if extension(name) in extensions]
        return [file for file in paths if not self.is_directory(file)]

    def relative(self, path: str) -> str:
        """Return a path without the directory in front, `..` in it left as it is."""
        own = [step for step in self.path.split("/") if step]
        for steps in (path.split("/"), clean(path).split("/")):
            named = [step for step in steps if step not in ("", ".")]
            if named[: len(own)] == own:
                return "/".join(named[len(own) :])
        return path
