"""Small clusters as texts, and the command run on them in this process."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from unittest import mock

from cnilint.cli import app as cli
from cnilint.engine.inputs import Inputs, inputs
from cnilint.engine.result import Result
from cnilint.model.finding import Finding
from cnilint.model.text import Source

UNPINNED = """\
{
    "cniVersion": "0.3.1",
    "cniConfigDir": "/host/etc/cni/net.d",
    "multusAutoconfigDir": "/host/etc/cni/net.d",
    "multusConfigFile": "auto",
    "socketDir": "/host/run/multus/"
}
"""

PIN = '    "multusMasterCNI": "10-aws.conflist",\n'
PINNED = UNPINNED.replace('    "multusConfigFile"', f'{PIN}    "multusConfigFile"')

_MULTUS = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: multus-daemon-config
  namespace: kube-system
data:
  daemon-config.json: |
{configuration}---
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: kube-multus-ds
  namespace: kube-system
spec:
  template:
    spec:
      containers:
        - name: kube-multus
          image: {image}
          command: [/usr/src/multus-cni/bin/multus-daemon]
          volumeMounts:
            - {{name: cni, mountPath: /host/etc/cni/net.d}}
            - {{name: settings, mountPath: /etc/cni/net.d/multus.d}}
      volumes:
        - {{name: cni, hostPath: {{path: /etc/cni/net.d}}}}
        - {{name: settings, configMap: {{name: multus-daemon-config}}}}
"""

_PRODUCT = """\
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: {name}
  namespace: {namespace}
spec:
  template:
    spec:
      containers:
        - name: {container}
          image: {image}
{more}          volumeMounts:
            - {{name: cni, mountPath: /host/etc/cni/net.d}}
      volumes:
        - {{name: cni, hostPath: {{path: /etc/cni/net.d}}}}
"""


def multus(
    configuration: str = UNPINNED, image: str = "example.test/multus-cni:v4.1.4-thick"
) -> str:
    """Return thick Multus: its ConfigMap and its DaemonSet, in two documents."""
    lines = configuration.splitlines(keepends=True)
    indented = "".join(f"    {line}" if line.strip() else line for line in lines)
    return _MULTUS.format(configuration=indented, image=image)


def thin(*arguments: str, image: str = "example.test/multus-cni:v4.1.4") -> str:
    """Return thin Multus with arguments of its entrypoint."""
    words = "".join(f"            - {word}\n" for word in arguments)
    more = "          command: [/thin_entrypoint]\n" + (
        f"          args:\n{words}" if words else ""
    )
    return _PRODUCT.format(
        name="kube-multus-ds",
        namespace="kube-system",
        container="kube-multus",
        image=image,
        more=more,
    )


def istio(**environment: str) -> str:
    """Return Istio CNI with variables of its container; without any it chains itself."""
    names = "".join(
        f"            - {{name: {name}, value: {value!r}}}\n" for name, value in environment.items()
    )
    return _PRODUCT.format(
        name="istio-cni-node",
        namespace="istio-system",
        container="install-cni",
        image="example.test/istio/install-cni:1.24.0",
        more=f"          env:\n{names}" if names else "",
    )


VPC = _PRODUCT.format(
    name="aws-node",
    namespace="kube-system",
    container="aws-node",
    image="example.test/amazon-k8s-cni:v1.19.0",
    more="",
)
STANDALONE = istio(CHAINED_CNI_PLUGIN="false", CNI_CONF_NAME="02-istio-cni.conf")
OWNED = istio(CHAINED_CNI_PLUGIN="false", CNI_CONF_NAME="02-istio-cni.conflist")
WAITING = istio(AMBIENT_ENABLED="true", ISTIO_OWNED_CNI_CONFIG="true").replace("1.24.0", "1.28.0")
"""Istio CNI that writes again and again until its own file is the first."""
NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata: {name: web}\n"


def read(files: Mapping[str, str]) -> Inputs:
    """Return texts by their paths as what a run has read."""
    return inputs(Source(path, text) for path, text in files.items())


def placed(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files into a folder and return it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder with its bytes."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def place(finding: Finding) -> str:
    """Return `file:line:column: rule`, the file without its folder."""
    source = finding.location.source
    at = source.position(finding.location.span.start)
    return f"{source.path.rpartition('/')[2]}:{at.line}:{at.column}: {finding.rule}"


def places(result: Result, prefix: str = "CNI") -> list[str]:
    """Return where the rules of a prefix fire, in the order of the report."""
    return [place(finding) for finding in result.findings if finding.rule.startswith(prefix)]


class Done(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def rules(self) -> list[str]:
        """The rules of the findings that were printed concisely."""
        return [line.split(": ", 1)[1].split()[0] for line in self.out.splitlines()]


def cnilint(*arguments: str, folder: Path, stdin: bytes = b"") -> Done:
    """Run the command in a folder, in this process, and return its exit code and output."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    given = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    with (
        contextlib.chdir(folder),
        mock.patch.multiple(sys, argv=["cnilint", *arguments], stdin=given, stdout=out, stderr=err),
        mock.patch.dict(os.environ, {"NO_COLOR": "1", "COLUMNS": "100"}),
    ):
        code = cli.run()
        out.flush()
        err.flush()
    texts = [stream.buffer.getvalue().decode() for stream in (out, err)]
    return Done(code, *texts)
