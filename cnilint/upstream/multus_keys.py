"""The annotations by which pods ask Multus for networks.

Source: k8snetworkplumbingwg/multus-cni@v4.3.0:pkg/k8sclient/k8sclient.go
"""

from __future__ import annotations

NETWORKS = "k8s.v1.cni.cncf.io/networks"
DEFAULT_NETWORK = "v1.multus-cni.io/default-network"
