"""What git knows of revisions: which commit a word means, and where two lines of work parted."""

from __future__ import annotations

from collections.abc import Sequence

from cnilint.errors import UsageError, did_you_mean
from cnilint.external import Completed, git

DEFAULTS = ("origin/HEAD", "origin/main", "origin/master", "main", "master")
"""What the default branch may be called, the first that there is."""

FETCH = (
    "`git fetch --unshallow origin '+refs/heads/*:refs/remotes/origin/*'` brings the rest "
    '(`fetch-depth: 0` of actions/checkout, `GIT_DEPTH: "0"` on GitLab)'
)


class History:
    """The commits of the repository whose top a folder is."""

    def __init__(self, top: str) -> None:
        """Take the real path of the top of the repository."""
        self.top = top
        self._commits: dict[str, str] = {}

    def commit(self, word: str) -> str:
        """Return the id of the commit that a word means; empty if it means none."""
        if word not in self._commits:
            self._commits[word] = self._commit(word)
        return self._commits[word]

    def _commit(self, word: str) -> str:
        if not word or word.startswith("-") or "\0" in word:
            return ""
        done = self._ask("rev-parse", "--verify", "--quiet", f"{word}^{{commit}}")
        return done.out.decode().strip() if done.code == 0 else ""

    def commit_of(self, word: str) -> str:
        """Return the same; UsageError if it means none."""
        found = self.commit(word)
        if not found:
            raise UsageError(self.no_such_revision(word))
        return found

    def no_such_revision(self, word: str, what: str = "revision") -> str:
        """Return what to say of a word that means no commit; `what` it could have been."""
        if not self.commit("HEAD"):
            return "this repository has no commit yet: there is nothing to compare with"
        names = self._names()
        if word in names:
            return f"{word!r} leads to no commit that is in this repository"
        said = f"no {what} {word!r} in this repository"
        return f"{said}{did_you_mean(word, names)}{f': {FETCH}' if self._is_shallow else ''}"

    def default_branch(self) -> str:
        """Return what the default branch is called; UsageError if nothing says it."""
        found = next((name for name in DEFAULTS if self.commit(name)), None)
        if found is not None:
            # what origin/HEAD is called tells of a clone of one branch that it is that one
            known = self._ask("rev-parse", "--abbrev-ref", found).out.decode().strip()
            return known if known and self.commit(known) else found
        if not self.commit("HEAD"):
            raise UsageError(self.no_such_revision("HEAD"))
        known = f"{', '.join(DEFAULTS[:-1])} and {DEFAULTS[-1]}"
        raise UsageError(f"no default branch ({known} are not here): name BASE")

    def parted(self, one: str, other: str) -> str:
        """Return the id of the newest commit that two lines of work share; UsageError for none."""
        done = self._ask("merge-base", self.commit_of(one), self.commit_of(other))
        found = done.out.decode().split()
        if done.code == 0 and found:
            return found[0]
        if self._is_shallow:
            raise UsageError(
                f"the commit that {one} and {other} share is not in this shallow checkout: {FETCH}"
            )
        raise UsageError(f"{one} and {other} share no commit: name the two to compare")

    @property
    def _is_shallow(self) -> bool:
        return self._ask("rev-parse", "--is-shallow-repository").out.strip() == b"true"

    def _names(self) -> Sequence[str]:
        done = self._ask("for-each-ref", "--format=%(refname:short)")
        return done.out.decode(errors="replace").split()

    def _ask(self, *words: str) -> Completed:
        """Return what git answers; UsageError where it cannot be asked at all."""
        done = answered(*words, home=self.top)
        said = done.err.decode(errors="replace").strip()
        if done.code == 128 and ("dubious ownership" in said or "not a git repository" in said):
            raise UsageError(f"git: {said.splitlines()[0].removeprefix('fatal: ')}")
        return done


def answered(*words: str, home: str) -> Completed:
    """Return how git ended, asked in a folder; UsageError where there is no git."""
    try:
        return git(*words, cwd=home)
    except OSError as error:
        raise UsageError(f"git is needed to read revisions: {error.strerror}") from None
