"""Whether Istio's CNI plugin and the injector mean the same way to reach pods."""

from __future__ import annotations

from collections.abc import Iterator

from cnilint.catalog.installer import Installer
from cnilint.catalog.release import Release, release
from cnilint.engine.hit import Hit
from cnilint.gitops.delivery import deliveries
from cnilint.kube.manifest import Manifest
from cnilint.kube.values import value_text
from cnilint.model.finding import Applicability, Fix, Location, Related
from cnilint.model.tree import Embedded, Tree, descend, follow
from cnilint.simulation.cluster import Cluster
from cnilint.start import NamedTuple

from . import ISTIO

INJECTOR = "istio-sidecar-injector"
CHARTS = ("istiod", "istio-discovery")
OPERATORS = {"IstioOperator": "install.istio.io", "Istio": "sailoperator.io"}

PROVIDER_SINCE: Release = (1, 22, 0)
"""The injector reads `pilot.cni.provider`."""
CHAINED_UNTIL: Release = (1, 24, 0)
"""It reads `istio_cni` no more (istio/istio commit bd46afda501)."""

_FALSE = ("false", "False", "FALSE")


class _Injector(NamedTuple):
    """How the injector reaches the plugin: by a network of its own (`multus`), and who says so."""

    multus: bool
    enabled: bool
    place: Location


class _Value(NamedTuple):
    text: str
    place: Location


def mesh_mode_mismatch(cluster: Cluster) -> Iterator[Hit]:
    """CNI217: the plugin waits for pods that ask for it, and the injector does not make them ask.

    istio/istio@1.21.0, 1.22.0, 1.24.0:
    manifests/charts/istio-control/istio-discovery/files/injection-template.yaml
    """
    plugins = [one for one in cluster.installers if one.product.id == ISTIO]
    if len(plugins) != 1 or _on_openshift(plugins[0]):
        return
    plugin, chained = plugins[0], plugins[0].settings.get("chained")
    place = plugin.location()
    if chained is None or place is None:
        return
    apart = chained.value == "false"
    for one in _injectors(cluster, plugin.release):
        if not one.enabled or one.multus is apart:
            continue
        where = chained.text.location if chained.text is not None else place
        if apart:
            why = "is no part of another CNI's chain, and no pod is given its network"
        else:
            why = "is chained into another CNI's file, and pods ask for a network of their own"
        yield Hit(
            location=one.place,
            parameters={"product": plugin.title, "why": why},
            related=(Related(where, "how the plugin is installed"),),
            fixes=(Fix(_advice(plugin.release, apart=apart), Applicability.DISPLAY, ()),),
        )
        return


def _advice(found: Release | None, *, apart: bool) -> str:
    if found is not None and found < PROVIDER_SINCE:
        return f"istio_cni.chained: {'false' if apart else 'true'} for the injector (istiod)"
    return f"pilot.cni.provider: {'multus' if apart else 'default'} for the injector (istiod)"


def _on_openshift(one: Installer) -> bool:
    """Whether the platform's profile sets both sides, which is not in these values."""
    given = [one.settings.get(name) for name in ("platform", "profile")]
    return any(each is not None and each.value.startswith("openshift") for each in given)


def _injectors(cluster: Cluster, known: Release | None) -> Iterator[_Injector]:
    for one in cluster.manifests:
        if one.kind == "ConfigMap" and one.name.startswith(INJECTOR):
            found = _in_map(one, known)
            if found is not None:
                yield found
        elif one.api_version.partition("/")[0] == OPERATORS.get(one.kind):
            yield _read(
                lambda *path, m=one: _in_object(m, path), known, one.location("spec", "values")
            )
        for each in deliveries(one, cluster.index):
            if each.name in CHARTS:
                values, own = each.values, release(each.version) or known

                def value(*path: str, given: object = values) -> _Value | None:
                    text = value_text(given, ".".join(path))  # type: ignore[arg-type]
                    return _Value(text.value, text.location) if text is not None else None

                yield _read(value, own, each.place)


def _in_object(one: Manifest, path: tuple[str, ...]) -> _Value | None:
    tree = one.at("spec", "values", *path)
    if tree is None:
        return None
    return _Value(_text(tree), one.location("spec", "values", *path))


def _in_map(one: Manifest, known: Release | None) -> _Injector | None:
    """Return what the injector's values say, which are a text of JSON or YAML."""
    from cnilint.syntax.embedded import EmbeddedProblem, inside

    base = (*one.route, "data", "values")
    for form in (Embedded.JSON, Embedded.YAML):
        read = inside(one.document, (*base, form))
        if read is None or isinstance(read, EmbeddedProblem):
            continue

        def value(*path: str, tree: Tree = read, held: Embedded = form) -> _Value | None:
            found = descend(tree, *path)
            if found is None:
                return None
            return _Value(_text(found), one.locate(found, (*base, held, *path)))

        return _read(value, known, one.location("data", "values"))
    return None


def _read(value: object, known: Release | None, place: Location) -> _Injector:
    """Return how the injector is set; a release that is not known reads both of its settings."""
    ask = value
    new = known is None or known >= PROVIDER_SINCE
    old = known is None or known < CHAINED_UNTIL
    providers = [("pilot", "cni", "provider"), ("cni", "provider")] if new else []
    providers += [("istio_cni", "provider")] if new and old else []
    said = [found for path in providers if (found := ask(*path)) is not None]  # type: ignore[operator]
    chained = ask("istio_cni", "chained") if old else None  # type: ignore[operator]
    switches = [("pilot", "cni", "enabled"), ("cni", "enabled"), ("istio_cni", "enabled")]
    enabled = [found for path in switches if (found := ask(*path)) is not None]  # type: ignore[operator]
    multus = [one for one in said if one.text == "multus"]
    if chained is not None and chained.text in _FALSE:
        multus.append(chained)
    where = multus or said or ([chained] if chained is not None else []) or enabled
    on = not enabled or any(one.text not in _FALSE for one in enabled)
    return _Injector(bool(multus), on, where[0].place if where else place)


def _text(tree: Tree) -> str:
    return str(getattr(follow(tree), "text", ""))
