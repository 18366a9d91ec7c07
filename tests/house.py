"""A card of a house, and runs with it."""

from __future__ import annotations

CARD = """\
id: ACME101
name: deployment-of-one
level: warning
summary: A Deployment with one replica
message: "{object} has {value} replica at {path}"
match:
  kind: Deployment
  path: $.spec.replicas
  operator: equals
  value: 1
help:
  what: A Deployment with one replica.
  fix: Ask for two.
links: [https://example.test/replicas]
examples:
  bad:
    app.yaml: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: app}
      spec: {replicas: 1}
  good:
    app.yaml: |
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: app}
      spec: {replicas: 2}
"""

LONELY = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  replicas: 1
"""


def card(*changes: tuple[str, str]) -> str:
    """Return the card with some of its text exchanged, each once."""
    text = CARD
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text
