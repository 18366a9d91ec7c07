"""An install that is an object: where its settings, its place and its nodes are read from."""

from __future__ import annotations

import json

import pytest

from cnilint.catalog.form import DeliveryForm, Form, ObjectForm
from cnilint.kube.scheduling import Placement
from tests.unit.catalog.delivered import HOME_OPERATIONS, custom, eksctl, found, only, release

CARRYING = {"kubernetes.io/os": "linux", "vlan": "yes"}
VLAN = {"nodeSelector": {"vlan": "yes"}}
TOLERATED = {"tolerations": [{"key": "dedicated", "operator": "Exists"}]}


def test_an_assumed_install_has_nothing_to_read() -> None:
    form = Form()
    assert form.look_up("values", "cni.exclusive") is None
    assert (form.placement(), form.tolerations(), form.location()) == (None, None, None)
    assert (form.kind, form.by, form.title, form.words) == ("assumed", "", "", ())


def test_a_release_is_named_by_its_object_and_placed_at_its_chart() -> None:
    one = only(release("cilium", "1.18.2", {"cni": {"exclusive": False}}))
    assert isinstance(one.form, DeliveryForm)
    assert (one.form.kind, one.form.by, one.object) == (
        "release",
        "cilium",
        "HelmRelease kube-system/r",
    )
    place = one.location()
    assert place is not None
    assert place.route == ("spec", "chart", "spec", "chart")
    exclusive = one.settings["exclusive"]
    assert exclusive.text is not None
    assert exclusive.text.location.route == ("spec", "values", "cni", "exclusive")


def test_an_add_on_among_several_is_named_with_its_object() -> None:
    one = only(eksctl(addons=[{"name": "vpc-cni", "version": "latest"}]))
    assert one.object == "ClusterConfig one (add-on vpc-cni)"
    assert (one.form.kind, one.release) == ("addon", None)


def test_only_the_places_of_a_form_are_looked_at() -> None:
    one = only(release("cilium", "1.18.2", {"spec": {"a": 1}})).form
    assert one.look_up("values", "spec.a") is not None
    for place in ("field", "environment", "config_map_key", "mounted_file", "word", "argument"):
        assert one.look_up(place, "spec.a") is None
    field = only(custom("Installation", "operator.tigera.io/v1", {"a": 1})).form
    assert isinstance(field, ObjectForm)
    assert field.look_up("field", "spec.a") is not None
    assert field.look_up("values", "spec.a") is None


def test_arguments_among_values_are_flags() -> None:
    words = ["--multus-master-cni-file-name=05-cilium.conflist", "--cleanup-config-on-exit=false"]
    form = only(release("multus", "0.1.0", {"extraArgs": words}, address=HOME_OPERATIONS)).form
    found_words = [word.value for word in form.words]
    assert found_words == words
    pin = form.look_up("argument", "--multus-master-cni-file-name")
    assert pin is not None
    assert (pin.value, pin.location.route) == (
        "05-cilium.conflist",
        ("spec", "values", "extraArgs", 0),
    )
    # a chart that has no such value takes no notice of it
    other = only(release("multus", "1.3.3", {"extraArgs": words}, address="oci://x/bjw-s-labs/m"))
    assert other.form.words == ()


AFFINITY = {
    "affinity": {
        "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": {
                "nodeSelectorTerms": [
                    {"matchExpressions": [{"key": "vlan", "operator": "In", "values": ["yes"]}]}
                ]
            }
        }
    }
}


@pytest.mark.parametrize("nodes", [VLAN, AFFINITY])
@pytest.mark.parametrize(
    ("chart", "path"),
    [("cilium", ()), ("aws-vpc-cni", ()), ("flannel", ("flannel",)), ("rke2-multus", ("labels",))],
)
def test_values_say_on_which_nodes_a_release_runs(
    chart: str, path: tuple[str, ...], nodes: dict[str, object]
) -> None:
    values: dict[str, object] = nodes
    for step in path:
        values = {step: values}
    one = only(release(chart, "", values))
    assert one.placement.matches(CARRYING)
    assert not one.placement.matches(CARRYING | {"vlan": "no"})


def test_an_operators_resource_says_on_which_nodes_it_runs() -> None:
    pods = {"spec": {"template": {"spec": VLAN | TOLERATED}}}
    one = only(custom("Installation", "operator.tigera.io/v1", {"calicoNodeDaemonSet": pods}))
    assert not one.placement.matches({})
    tolerated = one.form.tolerations()
    assert tolerated is not None
    assert [each.key for each in tolerated] == ["dedicated"]


def test_without_a_word_on_nodes_a_chart_runs_where_its_own_values_say() -> None:
    one = only(release("aws-vpc-cni", "1.20.4", {"env": {}}))
    assert not one.placement.matches({"eks.amazonaws.com/compute-type": "hybrid"})
    plain = only(release("cilium", "1.18.2"))
    assert plain.placement == Placement(((),))
    assert plain.form.tolerations() is None
    given = only(release("cilium", "1.18.2", TOLERATED)).form.tolerations()
    assert given is not None


@pytest.mark.parametrize("values", [7, "text", [], {"nodeSelector": 7}, {"affinity": []}])
def test_values_of_another_shape_say_nothing_of_nodes(values: object) -> None:
    one = only(release("cilium", "1.18.2", values))
    assert one.placement.matches({})


def test_values_that_are_not_in_view_are_said() -> None:
    text = release("cilium", "1.18.2", {})
    body = json.loads(text)
    body["spec"]["valuesFrom"] = [{"kind": "Secret", "name": "hidden"}]
    installed, notes = found(json.dumps(body))
    assert [one.product.id for one in installed] == ["cilium"]
    (note,) = notes
    assert "is changed by more than the values in view" in note.message
    assert note.location is not None
    assert note.location.route == ("spec", "valuesFrom", 0)
