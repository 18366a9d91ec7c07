"""The whole pipeline: paths to texts to documents to clusters to findings, and fixes from there.

What a person asked for is one `Run`; `asked` makes it of settings, and `checked`, `inspected` and
`fixed` do it. `lint`, `inspect` and `fix` are the same for a program that uses cnilint.
"""

from __future__ import annotations

import json
import os
import posixpath
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypedDict, Unpack

from cnilint.budget import Budget
from cnilint.catalog.catalog import known_files
from cnilint.catalog.recognise import Targets
from cnilint.config.options import DEFAULTS, ClusterSettings, Settings
from cnilint.config.settings import policy, product_ids, settings, targets
from cnilint.confine import FileTree, read_text, repository
from cnilint.diff.found import Found, as_it_is
from cnilint.engine.evaluate import (
    NOTHING_AROUND,
    Described,
    Evaluation,
    Surroundings,
    evaluate,
    evaluated,
)
from cnilint.engine.inputs import Inputs, Read, Sieve
from cnilint.engine.inputs import inputs as read
from cnilint.engine.policy import Policy
from cnilint.engine.reading import read_and_sifted
from cnilint.engine.repository import repository_top
from cnilint.engine.result import Result
from cnilint.engine.shards import shard, share
from cnilint.errors import (
    NothingReadError,
    ReadError,
    UsageError,
    did_you_mean,
    near_path,
    reason_of,
)
from cnilint.fix.options import DEFAULT_OPTIONS, Fixed, Options
from cnilint.model.finding import Applicability, Way
from cnilint.progress import Progress
from cnilint.simulation.class_facts import HostFile
from cnilint.simulation.cluster import Circumstances
from cnilint.simulation.shared import Simulations
from cnilint.start import NamedTuple, replace
from cnilint.syntax.collect import (
    STANDARD_INPUT,
    Collecting,
    Excluding,
    Listing,
    Unreadable,
    collect_in,
)

__all__ = ["Options", "Run", "fix", "inspect", "lint", "load"]

EKS = ("eks", "eks-auto")
OF_EKS = ("aws-vpc-cni",)
"""Products that are taken to be there on EKS alone."""

AUTO = "auto"
"""The configuration that the command would find."""

Path = str | os.PathLike[str]


def no_stdin() -> bytes:
    """Refuse to read standard input."""
    raise UsageError("there is no standard input to read")


class Run(NamedTuple):
    """What a person asked for, all in one value.

    `settings` has every option in words, `surroundings` and `fixes` what follows from it. `stdin`
    returns what the path `-` stands for. With a `tree`, the paths are looked up in that, and not on
    the disk. What a run `before` finds as well is known.
    """

    paths: tuple[str, ...] = ()
    settings: Settings = DEFAULTS
    surroundings: Surroundings = NOTHING_AROUND
    fixes: Options = DEFAULT_OPTIONS
    stdin: Callable[[], bytes] = no_stdin
    tree: FileTree | None = None
    before: Run | None = None

    def shown_by(self, progress: Progress) -> Run:
        """Return the same run, which tells how far it has come."""
        return self._replace(surroundings=self.surroundings._replace(progress=progress))


class Around(TypedDict, total=False):
    """What a program may say of the nodes; see `lint`."""

    host_files: Sequence[str]
    runtime: str
    targets: Targets
    stdin: Callable[[], bytes]
    progress: Progress
    budget: Budget


class Asked(Around, total=False):
    """What a program may say of a run; see `lint`."""

    policy: Policy
    primary: str
    options: Options
    by_file: bool
    git_tracked: bool


def asked(
    paths: Sequence[str],
    chosen: Settings,
    stdin: Callable[[], bytes] = no_stdin,
    *,
    judged: bool = True,
) -> Run:
    """Return the run that settings ask for; `judged` says that it is to report findings.

    UsageError for a host file that is none or a baseline that cannot be read, ReadError for a host
    file's content.
    """
    text = chosen.base.text if chosen.base is not None else read_text
    around = Surroundings(
        host_files(chosen.host_files, text),
        chosen.runtime,
        primary=chosen.primary,
        targets=targets(chosen.targets),
        by_file=chosen.scope == "file",
        render=chosen.render,
        budget=Budget(chosen.budget),
        clusters={name: _described(one, text) for name, one in chosen.clusters.items()},
    )
    if judged:
        around = around._replace(policy=policy(chosen, paths))
    least = Applicability.UNSAFE if chosen.unsafe_fixes else Applicability.SAFE
    way = Way(chosen.fix_as) if chosen.fix_as is not None else None
    fixes = Options(least, chosen.rendered, way, patches=bool(chosen.patch_dir))
    fixes = fixes._replace(jobs=job_count(chosen.jobs), shard=shard(chosen.shard))
    return Run(tuple(paths), chosen, around, fixes, stdin)


def _described(one: ClusterSettings, text: Callable[[str], str]) -> Described:
    """Return what settings say of a cluster; see `asked` for what is raised."""
    elsewhere = one.platform is not None and one.platform not in EKS
    known = Circumstances(
        host_files(one.host_files, text),
        one.runtime or "",
        one.primary,
        targets(one.targets),
        product_ids((*one.absent, *(OF_EKS if elsewhere else ()))),
        one.node_classes,
    )
    return Described(one.paths, known, one.complete)


def load(
    paths: Sequence[str],
    stdin: Callable[[], bytes] | None = None,
    *,
    chosen: Settings = DEFAULTS,
    may_be_empty: bool = False,
    sieve: Sieve | None = None,
) -> Inputs:
    """Read everything that paths stand for (`-`: what `stdin` returns).

    Of folders, `chosen` leaves out what git does not track and what it excludes. With a `sieve`
    documents that nothing asks for are counted, and not parsed.

    ReadError for a path that does not exist or a file that was named and gives no text;
    NothingReadError if there is not one document in all of it, unless it may be empty.
    """
    run = Run(tuple(paths), chosen, stdin=stdin or no_stdin)
    return _read(run, may_be_empty=may_be_empty, sieve=sieve)


def _watched(given: Iterable[Read], paths: Sequence[str], progress: Progress) -> Iterator[Read]:
    """Yield what was given, and tell how much; ReadError for what was named and is not read."""
    for number, one in enumerate(given, 1):
        if isinstance(one, Unreadable) and _ends_a_run(one, paths):
            raise ReadError(one.path, f"{one.reason}{near_path(one.path) if one.missing else ''}")
        progress("reading files", number, 0)
        yield one


def _ends_a_run(one: Unreadable, paths: Sequence[str]) -> bool:
    """Whether a file was named, and is not there or cannot be opened."""
    return one.missing or (_is_among(one.path, paths) and not one.too_large)


def _left_out(chosen: Settings) -> tuple[Listing | None, Excluding | None]:
    """Return what tells of a folder which files count in it, and what is left out of it."""
    listing: Listing | None = None
    excluding: Excluding | None = None
    if chosen.git_tracked:
        from cnilint.syntax.tracked import tracked

        listing = tracked
    if chosen.exclude:
        from cnilint.engine.exclusion import Exclusion

        excluding = Exclusion(chosen.exclude, chosen.folder).below
    return listing, excluding


def _played(run: Run) -> Run:
    """Return a run with simulations that all of it shares: one budget."""
    return run._replace(surroundings=run.surroundings._replace(simulations=Simulations()))


def checked(run: Run) -> Result:
    """Return what is wrong; the fixes are proven.

    Where each file is judged by itself no fix is offered: what it would lead to can only be seen
    with everything beside it.
    """
    run = _played(run)
    evaluation = _first(run)[1]
    evaluation.result = _told_newly(evaluation.result, run)
    result = evaluation.result
    if run.surroundings.by_file:
        return _without_fixes(share(result, run.fixes.shard))
    _known_primary(result, run.surroundings.primary)
    if any(finding.fixes for finding in result.findings):
        from cnilint.fix.plan import offered

        result = offered(evaluation, run.fixes)
    return _public(share(result, run.fixes.shard))


def _first(run: Run) -> tuple[Inputs, Evaluation]:
    """Return what a run reads, and what is found in it.

    Large files are held in part, unless something asks for one by its path: then it is read again,
    as a whole.
    """
    inputs = _sifted(run)
    found = _evaluated(run, inputs)
    if inputs.files.asked_whole:
        inputs = _sifted(run, in_parts=False)
        found = _evaluated(run, inputs)
    return inputs, found


def _evaluated(run: Run, inputs: Inputs) -> Evaluation:
    """Return what is found in the inputs of a run; what was found before the run is known."""
    evaluation, before = evaluated(inputs, run.surroundings), run.before
    if before is not None:
        from cnilint.engine.ignores.identity import identity

        others = _read(before, may_be_empty=True, like=inputs)
        old = evaluate(others, before.surroundings, evaluation.result)
        evaluation.known_before(tuple(identity(finding) for finding in old.findings))
    return evaluation


def inspected(run: Run) -> Result:
    """Return the facts of the clusters; fixes are not proven, so none is offered."""
    run = _played(run)
    result = evaluate(_read(run), run.surroundings)
    _known_primary(result, run.surroundings.primary)
    return _without_fixes(result)


def fixed(run: Run) -> Fixed:
    """Return the manifests with every fix of a grade made; nothing is written."""
    from cnilint.fix import plan

    run = _played(run)
    inputs, first = _first(run)
    done = plan.fixed(inputs, first.surroundings, run.fixes, first)
    _known_primary(done.found, run.surroundings.primary)
    found, left = (_public(_told_newly(one, run)) for one in (done.found, done.result))
    return done._replace(found=found, result=left)


def _told_newly(result: Result, run: Run) -> Result:
    """Return a result that tells which of its findings nobody ignores at the base of the run."""
    base = run.settings.base
    return result if base is None else base.compared(result)


def compared(before: Run, after: Run) -> Found:
    """Return what is found before a change and after it; no fix is proven, so none is offered.

    What is the same on both sides is worked out once. NothingReadError if neither has a document.
    """
    after = _played(after)
    before = before._replace(
        surroundings=before.surroundings._replace(simulations=after.surroundings.simulations)
    )
    inputs = _read(after, may_be_empty=True)
    found = evaluate(inputs, after.surroundings)
    _known_primary(found, after.surroundings.primary)
    others = _read(before, may_be_empty=True, like=inputs)
    if not (inputs.sources or others.sources):
        raise NothingReadError(inputs.paths)
    old = evaluate(others, before.surroundings, found)
    policy, base = after.surroundings.policy, after.settings.base
    told = base.compared if base is not None else as_it_is
    return Found(_without_fixes(old), told(_without_fixes(found)), inputs, policy, told)


def lint(
    paths: Path | Sequence[Path], *, config: str | None = None, **more: Unpack[Asked]
) -> Result:
    """Return what is wrong with the manifests in a path or several; its fixes are proven.

    `config` is a file of settings, `auto` for the one that the command would find, with the
    environment; by itself there are none. What else is given comes before the settings:
    `host_files` (`NAME` or `NAME=PATH`), `runtime` (`containerd` or `cri-o`), `targets` (releases
    by the ids of products), `policy` (which findings are wanted), `primary` (the file of the CNI
    that is to own the pods), `options` (the fixes that are offered), `by_file` (judge each file by
    itself), `git_tracked`, `stdin` (returns what the path `-` stands for), `progress`, `budget`
    (the seconds and values that may be spent).

    CnilintError for what cannot be read or done: a ReadError, a NothingReadError, a UsageError, or
    a ConfigurationError for a setting that is wrong.
    """
    return checked(_asked("lint", paths, config, more, Asked))


def inspect(
    paths: Path | Sequence[Path], *, config: str | None = None, **more: Unpack[Around]
) -> Result:
    """Return the facts of the clusters in a path or several, without fixes; see `lint`."""
    return inspected(_asked("inspect", paths, config, more, Around))


def fix(paths: Path | Sequence[Path], *, config: str | None = None, **more: Unpack[Asked]) -> Fixed:
    """Return the manifests in a path or several with every fix of a grade made; see `lint`."""
    return fixed(_asked("fix", paths, config, more, Asked))


def _asked(
    function: str,
    paths: Path | Sequence[Path],
    config: str | None,
    more: Asked | Around,
    known: type,
) -> Run:
    given: dict[str, Any] = dict(more)
    unknown = next((name for name in given if name not in known.__annotations__), None)
    if unknown is not None:
        raise TypeError(f"{function}() got an unexpected keyword argument {unknown!r}")
    named = [paths] if isinstance(paths, str | os.PathLike) else paths
    texts = [os.fspath(path) for path in named]
    chosen = DEFAULTS
    if config is not None:
        chosen = settings({}, os.environ, None if config == AUTO else config, texts)
    chosen = chosen.replaced(git_tracked=given.pop("git_tracked", False))
    run = asked(texts, chosen, judged=known is Asked and "policy" not in given)
    if "host_files" in given:
        given["host_files"] = host_files(given["host_files"])
    around = {name: given.pop(name) for name in Surroundings._fields if name in given}
    return run._replace(
        surroundings=run.surroundings._replace(**around),
        fixes=given.get("options", run.fixes),
        stdin=given.get("stdin", run.stdin),
    )


def job_count(text: str) -> str:
    """Return how many processes are asked for; UsageError for no number, and not `auto`."""
    if text != "auto" and not (text.isascii() and text.isdigit() and int(text)):
        raise UsageError(f"--jobs takes a number or auto, and {text!r} is neither")
    return text


UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9}


def byte_count(text: str) -> int:
    """Return the bytes that a size such as `250MB` stands for; UsageError for what is none."""
    number = text.rstrip("BGKMbgkm ")
    unit = UNITS.get(text[len(number) :].strip().upper())
    if not number.isascii() or not number.isdigit() or not unit or int(number) == 0:
        raise UsageError(f"{text!r} is no size: write it as 250MB")
    return int(number) * unit


def _known_primary(result: Result, name: str) -> None:
    """Raise UsageError for a file that is to own the pods where no class of nodes ever has it."""
    classes = [facts for cluster in result.clusters for facts in cluster.classes]
    known = {posixpath.basename(path) for facts in classes for path in facts.simulation.contents}
    if name and known and name not in known:
        near = did_you_mean(name, known)
        raise UsageError(f"--primary {name}: nothing in these manifests writes that file{near}")


def _top(paths: Sequence[str]) -> str:
    """Return the folder at the top of the repository that paths are in.

    It is the one that the command runs in, if that holds them all, so that the clusters of a
    repository have the same names wherever the command runs.
    """
    given = [os.path.realpath(path) for path in paths if path != STANDARD_INPUT] or [os.getcwd()]
    folders = [one if os.path.isdir(one) else os.path.dirname(one) for one in given]
    owners = {repository(folder) for folder in folders}
    owner = owners.pop() if len(owners) == 1 else None
    top = repository_top()
    if owner is not None and repository(os.getcwd()) is None:
        return owner
    if all(os.path.commonpath((top, one)) == os.path.realpath(top) for one in given):
        return top
    return repository_top(folders[0])


def _sifted(run: Run, *, in_parts: bool = True) -> Inputs:
    """Return what a run reads, without what can matter to no rule unless all is asked for.

    One that is compared with another run reads all: the other one may be about a revision. So does
    one that judges each file by itself: the others, which may ask for what is in it, are not there.
    """
    alone = run.surroundings.by_file
    if run.settings.no_prefilter or alone or run.tree is not None or run.before is not None:
        return _read(run)
    from cnilint.engine.relevance import Relevance

    named = frozenset(map(posixpath.normpath, run.paths))
    house, strict = run.surroundings.policy.house, run.settings.strict_yaml
    sieve = Relevance(house, named, strict=strict)
    return _read(run, sieve=sieve, in_parts=in_parts)


def _read(
    run: Run,
    *,
    may_be_empty: bool = False,
    like: Inputs | None = None,
    sieve: Sieve | None = None,
    in_parts: bool = False,
) -> Inputs:
    """Read what a run is about; see `load`. Texts that are the same in `like` are taken from it.

    With `in_parts`, of a large file only that is held which the sieve lets through.
    """
    paths, tree, chosen, around = run.paths or (".",), run.tree, run.settings, run.surroundings
    listing, excluding = _left_out(chosen)
    limit = byte_count(chosen.max_file_size)
    given: Iterable[Read]
    if tree is not None:
        given = collect_in(tree, paths, excluding, limit)
    else:
        stdin = run.stdin
        files = Collecting(
            paths,
            stdin=stdin,
            listing=listing,
            excluding=excluding,
            limit=limit,
            in_parts=in_parts,
        )
        given = read_and_sifted(files, sieve, job_count(chosen.jobs), around.progress)
    given = _watched(given, paths, around.progress)
    top = tree or _top(paths)
    inputs = read(given, top, around.budget, like, sieve)
    inputs = replace(inputs, paths=paths)
    read_at_all = inputs.documents or inputs.problems or inputs.left_out.documents
    if not (may_be_empty or around.by_file or read_at_all):
        raise NothingReadError(inputs.paths)
    return inputs


def _public(result: Result) -> Result:
    """Return a result that can write its report: the engine knows of no report."""
    return replace(result, writer=_json)


def _json(result: Result) -> str:
    from cnilint.report.json_ import check_json

    return check_json(result)


def _without_fixes(result: Result) -> Result:
    bare = tuple(replace(finding, fixes=()) for finding in result.findings)
    return _public(replace(result, findings=bare))


def _is_among(path: str, paths: Sequence[str]) -> bool:
    """Whether a file is one of those that were named, however it was named."""
    return os.path.realpath(path) in map(os.path.realpath, paths)


def host_files(
    texts: Sequence[str], text: Callable[[str], str] = read_text
) -> tuple[HostFile, ...]:
    """Return the files on the nodes that `NAME` or `NAME=PATH` stand for.

    What a path holds is asked of `text`. Without a path a file holds what one of that name is
    known to hold, else something valid. UsageError for a name with a slash or none, ReadError for
    a path that cannot be read.
    """
    return tuple(_host_file(each, text) for each in texts)


def _host_file(given: str, text: Callable[[str], str]) -> HostFile:
    name, equals, path = given.partition("=")
    if not name or "/" in name:
        raise UsageError(f"--host-file takes NAME or NAME=PATH, and {name!r} is no file name")
    if not equals:
        known = known_files().get(name)
        return HostFile(name, known.content if known is not None else _valid_content(name))
    try:
        return HostFile(name, text(path))
    except (OSError, UnicodeDecodeError) as error:
        reason = reason_of(error)
        hint = "" if os.path.lexists(path) else near_path(path)
        raise ReadError(path, reason + hint) from None


def _valid_content(name: str) -> str:
    """Return a configuration that every program loads, named after its file."""
    network = {"cniVersion": "0.4.0", "name": posixpath.splitext(name)[0]}
    plugin = {"type": "bridge"}
    listed = name.endswith(".conflist")
    return json.dumps({**network, "plugins": [plugin]} if listed else {**network, **plugin})
