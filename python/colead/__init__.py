"""colead: is leadership being produced?

Direction, alignment and commitment judged by typed, cited rules over incomplete and uncertain evidence. Evidence in,
measures with their uncertainty, judgments with their reasons, and a release that protects the people who answered.
"""

from ._assess import Assessment, assess, preflight
from ._authoring import Comparison, compare, starter
from ._core import __version__
from ._errors import ColeadError, DisclosureError, InputError, RulebookError
from ._guided import Interview, Preflight
from ._instrument import Instrument
from ._coherence import coherence, concordance
from ._network import Network, group_network, network
from ._records import (
    Change,
    Cite,
    Concept,
    ConfidenceFlip,
    ConfidenceFlips,
    Counterfactual,
    Diagnostic,
    EvidenceNeeded,
    EvidenceSet,
    FlipPoint,
    Hypothesis,
    Item,
    Lever,
    Loss,
    Measure,
    Need,
    NextQuestion,
    Prompt,
    Question,
    Respondents,
    Robustness,
    Rule,
    Scale,
)
from ._plans import Lint
from ._release import Audit, DisclosurePolicy, Ledger, Release, audit, suppress
from ._responses import Responses, plan, rank_agreement
from ._rules import Diff, Framework, Judgment, check, classify_challenge, schema
from ._simulate import Simulation, simulate
from ._tables import Table
from ._tally import Tally, tally

__all__ = [
    "Assessment",
    "Audit",
    "Change",
    "Cite",
    "ColeadError",
    "Comparison",
    "Concept",
    "ConfidenceFlip",
    "ConfidenceFlips",
    "Counterfactual",
    "Diagnostic",
    "Diff",
    "DisclosureError",
    "DisclosurePolicy",
    "EvidenceNeeded",
    "EvidenceSet",
    "FlipPoint",
    "Framework",
    "Hypothesis",
    "InputError",
    "Instrument",
    "Interview",
    "Item",
    "Judgment",
    "Ledger",
    "Lever",
    "Lint",
    "Loss",
    "Measure",
    "Need",
    "Network",
    "NextQuestion",
    "Preflight",
    "Prompt",
    "Question",
    "Release",
    "Respondents",
    "Responses",
    "Robustness",
    "Rule",
    "RulebookError",
    "Scale",
    "Simulation",
    "Table",
    "Tally",
    "__version__",
    "assess",
    "audit",
    "check",
    "classify_challenge",
    "coherence",
    "concordance",
    "compare",
    "group_network",
    "network",
    "plan",
    "preflight",
    "rank_agreement",
    "schema",
    "simulate",
    "starter",
    "suppress",
    "tally",
]

# Tracebacks and pickles show the public names, not the modules that implement them.
for _name in __all__:
    _thing = globals()[_name]
    if isinstance(_thing, type):
        _thing.__module__ = __name__
del _name, _thing
