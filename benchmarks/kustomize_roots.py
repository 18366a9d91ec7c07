"""How long it takes to build the Kustomize roots of a repository, and how that grows.

A repository of 100, 200, 500 and 1,000 roots is made up, 20 files for each, and built. Reading the
files is the yardstick: it is measured beside the building, in the same process.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

from cnilint.gitops.files import Files
from cnilint.gitops.kustomize import build
from cnilint.model.text import Source
from cnilint.syntax.collect import collect

SIZES = (100, 200, 500, 1000)
RESOURCES = 17

WORKLOAD = """\
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: main
          image: nginx:1.27
          env:
            - {name: MODE, value: fast}
      volumes:
        - name: config
          configMap: {name: settings}
"""
RELEASE = "spec:\n  chart: {spec: {chart: app}}\n  values:\n" + "".join(
    f"    part{number}: {{enabled: true, ports: [80, 443], replicas: {number}}}\n"
    for number in range(20)
)
KINDS = (
    ("apps/v1", "Deployment", WORKLOAD),
    ("v1", "Service", "spec:\n  ports: [{port: 80}]\n"),
    ("v1", "ConfigMap", "data:\n  app.yaml: |\n    level: debug\n"),
    ("helm.toolkit.fluxcd.io/v2", "HelmRelease", RELEASE),
)
OVER = """\
resources: [../base]
namespace: prod
configMapGenerator: [{name: settings, literals: [level=debug]}]
images: [{name: nginx, newTag: "1.29"}]
patches: [{path: patch.yaml}]
"""


def write(top: Path, roots: int) -> None:
    """Write a repository of a number of roots, each with its base, to a folder."""
    for number in range(roots):
        base, over = top / f"apps/{number}/base", top / f"apps/{number}/prod"
        base.mkdir(parents=True)
        over.mkdir()
        listed = "".join(f"  - object{at}.yaml\n" for at in range(RESOURCES))
        (base / "kustomization.yaml").write_text(f"resources:\n{listed}", "utf-8")
        for at in range(RESOURCES):
            version, kind, rest = KINDS[at % len(KINDS)]
            head = f"apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: app{number}-{at}\n"
            (base / f"object{at}.yaml").write_text(head + rest, "utf-8")
        (over / "kustomization.yaml").write_text(OVER, "utf-8")
        patch = f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: app{number}-0}}\n"
        (over / "patch.yaml").write_text(f"{patch}spec: {{replicas: 3}}\n", "utf-8")


def measure(top: str) -> tuple[float, float, int]:
    """Return the seconds that reading and building take, and the number of objects."""
    start = time.perf_counter()
    sources = [one for one in collect([top], stdin=bytes) if isinstance(one, Source)]
    files = Files(top, sources)
    for path in files.paths():
        files.found(path)
    read = time.perf_counter()
    objects = 0
    for folder in sorted(files.names("apps")):
        built = build(files, f"apps/{folder}/prod")
        if built.not_read:
            raise SystemExit(f"not read: {built.not_read[0]}")
        objects += len(built.objects)
    return read - start, time.perf_counter() - read, objects


def main() -> None:
    """Print a line for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, metavar="ROOTS")
    print("roots  files  objects  reading s  building s  building ms/root")
    for size in parser.parse_args().sizes:
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder), size)
            count = sum(len(files) for _folder, _folders, files in os.walk(folder))
            read, built, objects = measure(folder)
        each = built / size * 1000
        print(f"{size:5}  {count:5}  {objects:7}  {read:9.2f}  {built:10.2f}  {each:16.2f}")


if __name__ == "__main__":
    main()
