"""The answer for a class of nodes in one line: who owns the pods, or between whom it is a race."""

from __future__ import annotations

from cnilint.simulation.class_facts import ClassFacts

CAUSES = {
    # of a container runtime
    "no-config": "the container runtime finds no CNI configuration",
    "first-file-invalid": "the first file is invalid, and the container runtime takes no other",
    # of either Multus
    "autoconfig-dir-missing": "the directory in which Multus looks for networks does not exist",
    "cni-version-incompatible": "the cniVersion of Multus and the picked file's do not go together",
    "crash": "Multus crashes on the file it picked",
    "master-unreadable": "Multus cannot read the file it picked",
    "network-name-missing": "the file that Multus picked has no network name to take over",
    "no-master": "Multus finds no network to delegate to",
    "not-auto": "Multus is given a configuration and picks none",
    # of thick Multus
    "invalid-daemon-config": "Multus cannot read its daemon-config.json",
    "recursive": "Multus is told to delegate to its own file",
    # of thin Multus
    "cni-version-mismatch": "the file that Multus picked has another cniVersion than its flags ask",
    "cni-version-missing": "the file that Multus picked has no cniVersion",
    "conf-dir-missing": "the directory that Multus writes to does not exist",
    "invalid-flag": "Multus is given a flag with a value it refuses",
    "master-missing": "the file that Multus is told to use does not exist",
    "unknown-flag": "Multus is given a flag it does not know",
    "unwritable": "Multus cannot write its configuration",
}
"""The classes of errors that end in a node without a network, in words; other causes are words."""


def cause_in_words(cause: str) -> str:
    """Return why nobody owns the pods, for a person."""
    return CAUSES.get(cause, cause) or "the reason is not known"


def verdict(facts: ClassFacts) -> str:
    """Return one line on a class of nodes.

    `deterministic: <file>` (with `, but <cause>` where Multus does not come up), `a race: <file>
    or <file>`, `a race: <file> or nothing (<cause>)`, `never ready: <cause>`, or `undecided: ...`
    where the CNI that gives the nodes a network is not among the manifests, or what decides is not
    known yet. Each of them says so where a file of an unknown installer could own the pods.
    """
    owners = facts.delegates
    found = {cause_in_words(each.cause): None for each in facts.outcomes if each.master is None}
    causes = "; ".join(found)
    if facts.not_known:
        line = f"undecided: {facts.not_known} is not known"
    elif not facts.decided:
        line = "undecided: no CNI in these manifests gives these nodes a network"
    elif not owners:
        line = f"never ready: {causes or 'no order of events came to an end'}"
    elif facts.deterministic:
        without = {cause_in_words(each.cause): None for each in facts.outcomes if each.cause}
        if not without and facts.multuses and any(not o.through_multus for o in facts.outcomes):
            without = {"pods do not reach Multus": None}
        line = f"deterministic: {owners[0]}" + (f", but {'; '.join(without)}" if without else "")
    else:
        line = f"a race: {_either([*owners, *([f'nothing ({causes})'] if causes else [])])}"
    if facts.wild:
        line += " (unless a file of an unknown installer takes over)"
    return line if facts.simulation.exhausted else f"{line} (not every order was looked at)"


def _either(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}"


def verdict_style(facts: ClassFacts) -> str:
    """Return the name of the style a verdict is shown in."""
    if not facts.decided:
        return "faint"
    return "good" if facts.deterministic and ", but " not in verdict(facts) else "bad"
