from cnilint.engine.policy import Policy as Policy
from cnilint.engine.result import Result as Result
from cnilint.errors import CnilintError as CnilintError
from cnilint.errors import ConfigurationError as ConfigurationError
from cnilint.errors import NothingReadError as NothingReadError
from cnilint.errors import ReadError as ReadError
from cnilint.errors import RuleError as RuleError
from cnilint.errors import UsageError as UsageError
from cnilint.fix.options import Options as Options
from cnilint.model.finding import Applicability as Applicability
from cnilint.model.finding import Finding as Finding
from cnilint.model.finding import Fix as Fix
from cnilint.model.finding import Level as Level
from cnilint.model.finding import Note as Note
from cnilint.model.location import Location as Location
from cnilint.model.steps import Step as Step
from cnilint.model.steps import Witness as Witness
from cnilint.model.verdict import Verdict as Verdict
from cnilint.run import inspect as inspect
from cnilint.run import lint as lint
from cnilint.simulation.settled import settled as settled
from cnilint.upstream.aws_vpc_cni.entrypoint import vpc_cni as vpc_cni
from cnilint.upstream.multus_networks import networks as networks
from cnilint.upstream.replay import replay as replay
from cnilint.upstream.selector import predict as predict

__version__: str
