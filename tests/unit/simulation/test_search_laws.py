"""What must hold of the outcomes of any cluster, however they are found."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from cnilint.simulation.class_facts import HostFile
from cnilint.simulation.cluster import cluster
from cnilint.simulation.search import FIRST_BOOT, REBOOT, RESTART
from tests.unit.simulation.actors import (
    BEFORE_MULTUS,
    CONTENTS,
    STEMS,
    Actor,
    copier,
    facts,
    free,
    host_files,
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

    before = searched(found, files)
    after = searched([again(one) for one in found], {name(n): t for n, t in files.items()})
    for situation in (FIRST_BOOT, REBOOT, RESTART):
        expected = {
            (tuple(map(name, listing)), runtime and name(runtime), master and name(master), name(c))
            for listing, runtime, master, c in facts(before.outcomes, situation)
        }
        assert facts(after.outcomes, situation) == expected


@quick
@given(st.lists(free, min_size=1, max_size=3), free, host_files)
def test_an_actor_on_other_nodes_changes_nothing(
    found: list[Actor], other: Actor, files: dict[str, str]
) -> None:
    host = [HostFile(name, text) for name, text in files.items()]
    alone = cluster("alone", objects(found, {"pool": "a"}), host_files=host)
    away = objects([*[writer("x.conf")] * len(found), other], {"pool": "b"})[-2:]
    both = cluster("both", [*objects(found, {"pool": "a"}), *away], host_files=host)
    (before,) = alone.classes
    (after,) = [c for c in both.classes if len(c.installers) == len(found) and "=a" in c.name]
    assert [one.outcomes for one in (after,)] == [before.outcomes]
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
    files = {name: CONTENTS[name[name.index(".") :]] for name in hosted}
    outcomes = searched([writer(pin), one, *others], files).outcomes
    assert masters(outcomes) == {pin}
    assert all(o.through_multus for o in outcomes if o.situation == FIRST_BOOT)
