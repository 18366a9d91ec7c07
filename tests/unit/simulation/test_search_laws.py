"""What must hold of the outcomes of any cluster, however they are found."""

from __future__ import annotations

import json
from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from cnilint.model.steps import Cause, Situation
from cnilint.simulation.class_facts import HostFile
from cnilint.simulation.cluster import Circumstances, cluster
from tests.unit.simulation.actors import (
    BEFORE_MULTUS,
    CONTENTS,
    OWNED,
    STEMS,
    Actor,
    complaints,
    copier,
    facts,
    free,
    host_files,
    in_words,
    inserter,
    lists,
    masters,
    objects,
    picking_once,
    plain_names,
    quick,
    searched,
    thick,
    thin,
    writer,
)


@quick
@given(st.lists(free, min_size=1, max_size=4), host_files)
def test_names_do_not_matter_beyond_their_order(found: list[Actor], files: dict[str, str]) -> None:
    renamed = dict(zip((BEFORE_MULTUS, *STEMS), ("00-k", "07-q", "1-w", "Y", "zz"), strict=True))

    def name(text: str) -> str:
        for stem, other in renamed.items():
            text = text.replace(f"{stem}.", f"{other}.")
        return text

    def again(actor: Actor) -> Actor:
        return replace(
            actor,
            arguments=tuple(map(name, actor.arguments)),
            environment={key: name(value) for key, value in actor.environment.items()},
            daemon={key: name(value) for key, value in actor.daemon.items()},
            cilium=name(actor.cilium),
        )

    def again_cause(cause: Cause) -> Cause:
        return cause._replace(subject=name(cause.subject))

    before = searched(found, files)
    after = searched([again(one) for one in found], {name(n): t for n, t in files.items()})
    for situation in Situation:
        expected = {
            (
                tuple(map(name, listing)),
                runtime and name(runtime),
                master and name(master),
                cause and again_cause(cause),
                complaints((title, again_cause(why)) for title, why in waiting),
            )
            for listing, runtime, master, cause, waiting in facts(before.outcomes, situation)
        }
        assert facts(after.outcomes, situation) == expected


@quick
@given(st.lists(free, min_size=1, max_size=3), free, host_files)
def test_an_actor_on_other_nodes_changes_nothing(
    found: list[Actor], other: Actor, files: dict[str, str]
) -> None:
    host = [HostFile(name, text) for name, text in files.items()]
    alone = cluster("alone", objects(found, {"pool": "a"}), Circumstances(tuple(host)))
    away = objects([*[writer("x.conf")] * len(found), other], {"pool": "b"})[-2:]
    both = cluster("both", [*objects(found, {"pool": "a"}), *away], Circumstances(tuple(host)))
    (before,) = alone.classes
    (after,) = [c for c in both.classes if len(c.installers) == len(found) and "=a" in c.name]
    assert in_words(after.outcomes) == in_words(before.outcomes)
    assert after.entries == before.entries


@quick
@given(st.lists(st.builds(writer, plain_names), min_size=1, max_size=4), picking_once, st.data())
def test_one_writer_less_never_makes_another_owner_possible(
    writers: list[Actor], one: Actor, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(writers) - 1))
    fewer = [*writers[:at], *writers[at + 1 :], one]
    before = masters(searched([*writers, one], {}).outcomes)
    assert masters(searched(fewer, {}).outcomes) - {None} <= before


@quick
@given(
    lists.flatmap(
        lambda pin: st.tuples(
            st.just(pin),
            st.builds(thick, st.sampled_from(["v4.0.2", "v4.1.4"]), st.just(pin))
            | st.builds(thin, st.sampled_from(["v4.1.4", "v4.3.0"]), st.just(pin)),
        )
    ),
    st.lists(
        st.builds(writer, plain_names)
        | st.builds(inserter, st.just("") | plain_names)
        | st.builds(copier, lists),
        max_size=3,
    ),
    st.dictionaries(plain_names.map(lambda name: f"h{name}"), st.none(), max_size=2),
)
def test_a_pin_that_is_written_owns_the_pods_in_every_order(
    chosen: tuple[str, Actor], others: list[Actor], hosted: dict[str, None]
) -> None:
    pin, one = chosen
    # who copies Multus's file into the one that it is pinned to leads it back to itself
    assume(all(other.environment.get(OWNED) != pin for other in others))
    files = {name: CONTENTS[name[name.index(".") :]] for name in hosted}
    outcomes = searched([writer(pin), one, *others], files).outcomes
    assert masters(outcomes) == {pin}
    assert all(o.through_multus for o in outcomes if o.situation == Situation.FIRST_BOOT)


PLUGINS = ("bridge", "istio-cni", "linkerd-cni", "multus")
networks = st.builds(
    lambda name, types: {
        "cniVersion": "0.4.0",
        "name": name,
        "plugins": [{"type": kind} for kind in types],
    },
    st.sampled_from(("a", "aws-cni")),
    st.lists(st.sampled_from(PLUGINS), min_size=1, max_size=3),
)
spaces = st.sampled_from([(None, (",", ":")), (None, (" ,", " :  ")), (3, (",", ": "))])


@quick
@given(
    st.lists(free, min_size=1, max_size=3),
    st.dictionaries(lists, networks, min_size=1, max_size=2),
    spaces,
)
def test_white_space_in_a_host_file_changes_no_outcome(
    found: list[Actor],
    files: dict[str, object],
    space: tuple[int | None, tuple[str, str]],
) -> None:
    def outcomes(indent: int | None, separators: tuple[str, str]) -> set[tuple[object, ...]]:
        host = [
            HostFile(name, json.dumps(content, indent=indent, separators=separators))
            for name, content in files.items()
        ]
        (facts,) = cluster("x", objects(found), Circumstances(tuple(host))).classes
        return {
            (*(o.situation, o.files, o.runtime, o.master, o.through_multus, o.cause), o.chained)
            for o in facts.outcomes
        }

    assert outcomes(*space) == outcomes(None, (", ", ": "))


def test_a_plugin_that_a_host_file_has_already_is_seen_whatever_its_white_space() -> None:
    network = {
        "name": "a",
        "cniVersion": "0.4.0",
        "plugins": [{"type": "x"}, {"Type": "istio-cni"}],
    }
    for text in (json.dumps(network), json.dumps(network, indent=4), json.dumps(network) + "\n"):
        host = [HostFile("10-c.conflist", text)]
        (facts,) = cluster(
            "x", objects([inserter("other.conflist")]), Circumstances(tuple(host))
        ).classes
        assert {one.chained for one in facts.outcomes} == {(("istio-cni", "10-c.conflist"),)}
    nested = {"name": "a", "type": "x", "delegates": [{"type": "istio-cni"}]}
    host = [HostFile("10-c.conf", json.dumps(nested))]
    (facts,) = cluster(
        "x", objects([inserter("other.conflist")]), Circumstances(tuple(host))
    ).classes
    assert {one.chained for one in facts.outcomes} == {()}
