"""The share of a run that one of several jobs reports, so that many machines check one fleet.

Every job reads the whole repository, so that it knows of every cluster what that gets. It proves
the fixes of its share alone, which is most of the work, and reports nothing else. Which share
something is in is told by the name of its cluster, not by its place: a cluster that comes or goes
moves no other one.
"""

from __future__ import annotations

from cnilint.errors import UsageError
from cnilint.model.finding import Finding
from cnilint.start import NamedTuple, replace

from .result import Result, Suppressed

UNJUDGED = "CNI904"
"""The rule that says what was not judged, and so what an unfinished run has in every share."""


class Shard(NamedTuple):
    """One of `of` shares, by its number from 1 on."""

    number: int = 1
    of: int = 1

    def has(self, name: str) -> bool:
        """Whether something of that name is in the share; the first one has what has no name."""
        if self.of == 1 or not name:
            return self.number == 1
        from zlib import crc32

        return crc32(name.encode("utf-8", "surrogatepass")) % self.of == self.number - 1

    def has_finding(self, finding: Finding, *, by_file: bool = False) -> bool:
        """Whether a finding is in the share: by its first cluster, or its file if by that."""
        if by_file:
            return self.has(finding.location.source.path)
        return self.has(finding.cluster.split(", ")[0])


WHOLE = Shard()


def shard(text: str) -> Shard:
    """Return the share that `I/N` stands for, the whole for nothing.

    UsageError for what is no such text, and for a share that there is not.
    """
    if not text:
        return WHOLE
    number, slash, count = text.partition("/")
    known = all(one.isascii() and one.isdigit() for one in (number, count))
    if not slash or not known or not 1 <= int(number) <= int(count):
        raise UsageError(f"--shard takes I/N, such as 1/4 for the first of four, and not {text!r}")
    return Shard(int(number), int(count))


def share(result: Result, part: Shard) -> Result:
    """Return what of a result is in a share; all shares together have all of it, each thing once.

    An unfinished run says in every share what was not judged. The counts of what was read are those
    of the run.
    """
    if part == WHOLE:
        return result
    findings: list[Finding] = []
    suppressed: list[Suppressed] = []
    for finding, known in result.everything():
        told = result.unfinished and finding.rule == UNJUDGED
        if not told and not part.has_finding(finding, by_file=result.by_file):
            continue
        if known is None:
            findings.append(finding)
        else:
            suppressed.append(known._replace(before=len(findings)))
    return replace(
        result,
        findings=tuple(findings),
        suppressed=tuple(suppressed),
        notes=tuple(one for one in result.notes if part.has(one.cluster)),
        clusters=tuple(one for one in result.clusters if part.has(one.name)),
    )
