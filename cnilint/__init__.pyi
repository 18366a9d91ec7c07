from cnilint.cni.selector import predict as predict
from cnilint.run import inspect as inspect
from cnilint.run import lint as lint

__version__: str
