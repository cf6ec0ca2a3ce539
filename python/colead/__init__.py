"""colead: is leadership being produced?

Direction, alignment and commitment judged by typed, cited rules over incomplete and uncertain evidence. Evidence in,
measures with their uncertainty, judgments with their reasons, and a release that protects the people who answered.
"""

from ._core import __version__
from ._errors import ColeadError, DisclosureError, InputError, RulebookError
from ._records import (
    Change,
    Cite,
    Concept,
    Counterfactual,
    Diagnostic,
    Hypothesis,
    Measure,
    Need,
    NextQuestion,
    Prompt,
    Question,
    Rule,
)
from ._rules import Framework, Judgment, check, classify_challenge
from ._tables import Table

__all__ = [
    "Change",
    "Cite",
    "ColeadError",
    "Concept",
    "Counterfactual",
    "Diagnostic",
    "DisclosureError",
    "Framework",
    "Hypothesis",
    "InputError",
    "Judgment",
    "Measure",
    "Need",
    "NextQuestion",
    "Prompt",
    "Question",
    "Rule",
    "RulebookError",
    "Table",
    "__version__",
    "check",
    "classify_challenge",
]

# Tracebacks and pickles show the public names, not the modules that implement them.
for _name in __all__:
    _thing = globals()[_name]
    if isinstance(_thing, type):
        _thing.__module__ = __name__
del _name, _thing
