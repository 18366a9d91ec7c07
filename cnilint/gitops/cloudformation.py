"""CloudFormation: the EKS clusters and add-ons that a template makes, in YAML or JSON.

docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-eks-addon.html: the
configuration is one text of JSON or YAML. `Fn::Sub` leaves `${...}` in it to be filled in, and
`Fn::ToJsonString` makes the text of a mapping; the short forms are tags on the same values. What
another function makes, or a parameter is, only the running tool knows.
"""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.kube.manifest import Manifest
from cnilint.kube.values import Steps, Values, embedded_values, inline_values, text_of
from cnilint.model.tree import Document, Mapping, Sequence, child, descend, follow, members, string

ADDON, CLUSTER, NODES = "AWS::EKS::Addon", "AWS::EKS::Cluster", "AWS::EKS::Nodegroup"
"""The types of a template's resources that show EKS; they stand for the kinds of objects."""

RESOURCES = "Resources"
"""The key by which a document is a template."""

NAME: Steps = ("Properties", "AddonName")
VERSION: Steps = ("Properties", "AddonVersion")
CONFIGURATION: Steps = ("Properties", "ConfigurationValues")

SUBSTITUTED, TO_JSON, REFERENCE = "Fn::Sub", "Fn::ToJsonString", "Ref"


def resources(document: Document) -> Iterator[Manifest]:
    """Yield the resources of a template that are of EKS, each as an object of its type's name.

    They have no API version, and the name by which the template knows them.
    """
    listed = descend(document.root, RESOURCES)
    found = follow(listed) if listed is not None else None
    for name, tree in members(found).items() if isinstance(found, Mapping) else ():
        root, kind = follow(tree), string(child(tree, "Type"))
        if isinstance(root, Mapping) and kind in (ADDON, CLUSTER, NODES):
            yield Manifest(document, (RESOURCES, name), root, "", kind, "", name)


def configuration(addon: Manifest) -> tuple[Values, ...]:
    """Return the values of an add-on as far as the template has them, nothing where it does not."""
    steps = configuration_steps(addon)
    if steps is None:
        return ()
    found = inline_values(addon, steps) or embedded_values(addon, steps)
    return tuple(one for one in found if isinstance(follow(one.tree), Mapping))


def configuration_steps(addon: Manifest) -> Steps | None:
    """Return the steps to the text or mapping of an add-on's values; None where there is none."""
    steps = CONFIGURATION
    written = addon.at(*steps)
    for name in (SUBSTITUTED, TO_JSON):
        if written is not None and child(written, name) is not None:
            written, steps = child(written, name), (*steps, name)
    if written is not None and isinstance(follow(written), Sequence):
        written, steps = child(written, 0), (*steps, 0)  # the text, then what it is filled with
    if written is None or (text_of(written) or "") == "":
        return None
    root = follow(written)
    functions = (
        [key for key in members(root) if key.startswith("Fn::") or key == REFERENCE]
        if (isinstance(root, Mapping))
        else []
    )
    return None if functions else steps
