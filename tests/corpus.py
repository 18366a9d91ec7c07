"""Real manifests, which are not a part of the project: tests on them are skipped without it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
CORPUS = Path(os.environ.get("CNILINT_CORPUS", ROOT.parent / "shared" / "corpus"))
MANIFESTS = CORPUS / "manifests"
AWS = MANIFESTS / "aws__amazon-vpc-cni-k8s"
UPSTREAM = MANIFESTS / "k8snetworkplumbingwg__multus-cni"

needs_corpus = pytest.mark.skipif(not AWS.is_dir(), reason=f"there is no corpus at {CORPUS}")
