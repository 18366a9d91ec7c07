from cnilint.run import inspect as inspect
from cnilint.run import lint as lint
from cnilint.upstream.aws_vpc_cni.entrypoint import vpc_cni as vpc_cni
from cnilint.upstream.multus_networks import networks as networks
from cnilint.upstream.replay import replay as replay
from cnilint.upstream.selector import predict as predict

__version__: str
