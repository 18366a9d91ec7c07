"""Kubernetes' words: objects, workloads, and the nodes they may run on."""
