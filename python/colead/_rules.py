"""The rulebook, and the questions put to it."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from . import _core
from ._arguments import a_path, read_text, to_json, wrong_type
from ._arguments import text as text_of
from ._errors import InputError
from ._plans import Judgments, Lint, Pulled, diagnosis_text, plan_text
from ._records import (
    Cite,
    Concept,
    ConfidenceFlips,
    Counterfactual,
    Diagnostic,
    Document,
    EvidenceNeeded,
    Frozen,
    Hypothesis,
    Lever,
    Measure,
    Need,
    NextQuestion,
    Prompt,
    Question,
    Robustness,
    Rule,
)
from ._tables import Table

if TYPE_CHECKING:
    from ._guided import Interview

#: What is known of one measure: a number, a number with its standard error and perhaps the people behind it,
#: a category, or None.
Value: TypeAlias = (
    "bool | float | str | tuple[float | None, float | None] | tuple[float | None, float | None, int | None] | None"
)
#: Answers of one person: criterion to True, False, a number from 0 to 1, or None for "don't know".
Facts: TypeAlias = Mapping[str, bool | float | None]


#: Columns that name a row.
_KEYS = ("unit", "id", "case", "wave")


class Framework(Frozen):
    """A rulebook with its catalogue of concepts and questions; immutable, safe to share between threads."""

    __slots__ = ("_native",)
    _native: _core.Framework

    def __init__(self) -> None:
        raise TypeError("use Framework.builtin(), .from_toml(text), .from_json(text) or .from_path(path)")

    @classmethod
    def _of(cls, core: _core.Framework) -> Framework:
        framework = object.__new__(cls)
        object.__setattr__(framework, "_native", core)
        return framework

    @classmethod
    def builtin(cls) -> Framework:
        """The framework that ships with the library."""
        return cls._of(_core.Framework.builtin())

    @classmethod
    def from_toml(cls, text: str) -> Framework:
        """A framework from TOML text. It may cite the built-in catalogue and add to it.

        Raises:
            RulebookError: with every finding in ``diagnostics``.
        """
        return cls._from_files([("", text_of(text, "text"))])

    @classmethod
    def from_json(cls, text: str) -> Framework:
        """A framework from JSON text: the same grammar as TOML."""
        return cls._from_files([("", text_of(text, "text"))])

    @classmethod
    def from_path(cls, path: str | os.PathLike[str]) -> Framework:
        """A framework from a file, TOML or JSON, or from every ``*.toml`` of a folder read as one."""
        return cls._from_files(rulebook_files(path))

    @classmethod
    def _from_files(cls, files: list[tuple[str, str]]) -> Framework:
        return cls._of(_core.Framework.from_files(files))

    @property
    def id(self) -> str:
        """Its id."""
        return self._native.id

    @property
    def version(self) -> str:
        """Its semantic version."""
        return self._native.version

    @property
    def title(self) -> str:
        """Its title."""
        return self._native.title

    @property
    def sha256(self) -> str:
        """Digest of everything it says."""
        return self._native.sha256

    @property
    def logic_sha256(self) -> str:
        """Digest of what decides: prose, citations and tests left out."""
        return self._native.logic_sha256

    @property
    def confidence(self) -> float:
        """The confidence at which its rules hold, unless a call says otherwise."""
        return self._native.confidence

    def _list(self, what: str) -> list[Any]:
        found: list[Any] = json.loads(self._native.catalogue(what))
        return found

    def concepts(self) -> list[Concept]:
        """The concepts its rules may cite."""
        return [Concept.from_doc(doc) for doc in self._list("concepts")]

    def prompts(self) -> list[Prompt]:
        """The question bank."""
        return [Prompt.from_doc(doc) for doc in self._list("prompts")]

    def measures(self) -> list[Measure]:
        """What its rules look at."""
        return [Measure.from_doc(doc) for doc in self._list("measures")]

    def questions(self) -> list[Question]:
        """What can be asked of it."""
        return [Question.from_doc(doc) for doc in self._list("questions")]

    def rules(self) -> list[Rule]:
        """Its rules."""
        return [Rule.from_doc(doc) for doc in self._list("rules")]

    def levers(self) -> list[Lever]:
        """What people can do about what is found, as the rulebook declares it."""
        return [Lever.from_doc(doc) for doc in self._list("levers")]

    def warnings(self) -> list[Diagnostic]:
        """What its check warned of."""
        return [Diagnostic.from_doc(doc) for doc in self._list("warnings")]

    def criteria(self) -> list[str]:
        """The criteria by which a challenge may be described."""
        return self._native.criteria()

    def judge(self, question: str, measures: Mapping[str, Value], *, confidence: float | None = None) -> Judgment:
        """Judges a question for one subject. A measure that is left out or None is missing, never zero.

        >>> import colead
        >>> judgment = colead.Framework.builtin().judge("challenge", {"definable": 1, "means_exist": (0.9, 0.1)})
        >>> judgment.status, judgment.answer
        ('insufficient', None)
        >>> "solvers_unchanged" in judgment.needs
        True

        Raises:
            InputError: ``unknown_question``, ``unknown_measure``, ``out_of_range``, ``not_finite``, ``wrong_type`` ...
        """
        return Judgment._of(self._native.judge(question, measures, confidence))

    def lint(
        self,
        plan: str | os.PathLike[str] | Mapping[str, Any] | Iterable[Pulled],
        measures: Mapping[str, Value] | None = None,
        *,
        judgments: Judgments | Judgment | Iterable[Judgment] | None = None,
        confidence: float | None = None,
    ) -> Lint:
        """Holds a plan against a diagnosis: what the rulebook warns of, with its reasons; a sound plan gets nothing.

        ``plan`` is a list of levers (ids, or mappings with ``lever`` and perhaps ``who``, ``how_many``, ``note``), a
        document with ``lever``, or the path of a file, TOML or JSON. The diagnosis is measures, judgments, or both.

        >>> import colead
        >>> framework = colead.Framework.builtin()
        >>> plan = ["appoint_leaders", "take_part"]
        >>> [w["option"] for w in framework.lint(plan, judgments={"challenge": "complex"}).warnings]
        ['more_leaders']

        Raises:
            InputError: ``unknown_lever``, ``cannot_pull``, ``unknown_measure``, ``unknown_option``, ``contradiction`` ...
        """
        return Lint._of(*self._native.lint(plan_text(plan), diagnosis_text(measures, judgments), confidence))

    def suggest(
        self,
        measures: Mapping[str, Value] | None = None,
        *,
        judgments: Judgments | Judgment | Iterable[Judgment] | None = None,
        confidence: float | None = None,
    ) -> list[Lever]:
        """The levers that are offered for a diagnosis; ``helps`` names what holds and the lever is offered for.

        None removes all leaders, none only changes how many lead, and one of them is for those who do not lead.

        >>> import colead
        >>> offered = colead.Framework.builtin().suggest(judgments={"challenge": "complex"})
        >>> "make_sense_together" in [lever.id for lever in offered]
        True
        """
        found = self._native.suggest(diagnosis_text(measures, judgments), confidence)
        return [Lever.from_doc(doc) for doc in json.loads(found)]

    def judge_table(
        self, table: Any, questions: Sequence[str] | None = None, *, confidence: float | None = None
    ) -> Table:
        """Judges questions for every row of a table.

        ``table`` is anything with ``__arrow_c_stream__`` or a mapping from column to list or array. Columns in:
        ``m``, ``m.se`` and ``m.n`` for a measure ``m``, and any of ``unit id case wave`` to name the row. Columns
        out: these; ``<question>.status`` and ``<question>.answer``; and for each rule a code: 1 holds, 0 fails,
        -1 missing, -2 too close to call, -3 other.
        """
        return Table._of(self._native.judge_table(table, questions, confidence))

    def interview(
        self,
        questions: Sequence[str] = (),
        known: Mapping[str, Value] | None = None,
        *,
        unit: str | None = None,
        challenge: str | None = None,
    ) -> Interview:
        """An empty interview form with every fact that these questions look at (all questions when none is named).

        Each fact stands once. Facts that are ``known``, and questions that they settle, are left out.
        """
        from ._guided import make_interview

        return make_interview(self, questions, known, unit, challenge)

    def diff(
        self, new: Framework, cases: Mapping[str, Mapping[str, Value]] | Iterable[Mapping[str, Value]] | None = None
    ) -> Diff:
        """This version beside a newer one: what changed, and which verdicts turn.

        ``cases`` maps the name of a case to its measures, or is a list of measures; anything with
        ``__arrow_c_stream__`` is read row by row, with columns as ``judge_table`` takes them. None means the tests
        that the rules of both versions carry. A value that one version cannot read is reported in ``unread``.

        >>> import colead
        >>> framework = colead.Framework.builtin()
        >>> framework.diff(framework).matters
        False

        Raises:
            InputError: ``wrong_type``, ``not_a_count``, ``not_finite``, ``negative_se``.
        """
        if not isinstance(new, Framework):
            wrong_type(new, "new", "a Framework", "give a colead.Framework")
        text = None if cases is None else to_json(_told(cases), "cases")
        return Diff._of(*self._native.diff(new._native, text))

    def mutants(self) -> dict[str, Any]:
        """The small changes of its rules that no test of a rule notices: ``tried noticed equivalent complete survivors``.

        Every threshold is moved by a step, every comparison made strict or not, every number of points changed by one.
        Each survivor says ``rule file line path from to`` and gives a case that would notice it (``given expect``).

        >>> import colead
        >>> colead.Framework.builtin().mutants()["survivors"]
        []
        """
        report: dict[str, Any] = json.loads(self._native.mutants()[0])
        return report

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Framework):
            return NotImplemented
        return self.sha256 == other.sha256

    def __hash__(self) -> int:
        return hash(self.sha256)

    def __repr__(self) -> str:
        measures, questions, rules = self._native.sizes
        return f"<Framework {self.id} {self.version}: {questions} questions, {rules} rules, {measures} measures>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _framework, (self._native.sources(),)


class Diff(Document):
    """Two versions of a framework side by side; ``str()`` tells it in words. Immutable."""

    __slots__ = ()

    @property
    def matters(self) -> bool:
        """Whether anything comes out differently, or a rule is gone or back without a word."""
        return bool(self._document["matters"])

    @property
    def answers(self) -> list[dict[str, Any]]:
        """Answers that turn: ``case question old new``, each side with ``status`` and ``answer``."""
        return copy.deepcopy(self._document["answers"])

    @property
    def verdicts(self) -> list[dict[str, Any]]:
        """Verdicts of rules that turn: ``case rule becomes old new``."""
        return copy.deepcopy(self._document["verdicts"])

    @property
    def unread(self) -> list[dict[str, Any]]:
        """Values that a version cannot read: ``case measure version code message``."""
        return copy.deepcopy(self._document["unread"])


class Judgment(Frozen):
    """What a question came to: an answer, or a typed reason why there is none. Immutable."""

    __slots__ = ("_native", "_document", "_home")
    _native: _core.Judgment
    _document: dict[str, Any] | None
    #: How to make it again, when it is part of something else.
    _home: tuple[Any, ...] | None

    def __init__(self) -> None:
        raise TypeError("a Judgment comes from framework.judge(), classify_challenge() or assess()")

    @classmethod
    def _of(cls, core: _core.Judgment, home: tuple[Any, ...] | None = None) -> Judgment:
        judgment = object.__new__(cls)
        object.__setattr__(judgment, "_native", core)
        object.__setattr__(judgment, "_document", None)
        object.__setattr__(judgment, "_home", home)
        return judgment

    @property
    def _doc(self) -> dict[str, Any]:
        if self._document is None:
            object.__setattr__(self, "_document", json.loads(self._native.to_json()))
        assert self._document is not None
        return self._document

    @property
    def framework(self) -> Framework:
        """The framework that judged."""
        return Framework._of(self._native.framework)

    @property
    def question(self) -> str:
        """The id of the question."""
        return self._native.question

    @property
    def status(self) -> str:
        """``answer``, ``insufficient``, ``conflict`` or ``none_hold``."""
        return self._native.status

    @property
    def answer(self) -> str | dict[str, str] | None:
        """The option (exclusive) or level (graded), or option to verdict (independent); None without an answer."""
        return self._native.answer

    @property
    def remaining(self) -> list[str]:
        """Options that could still be the answer."""
        return self._native.remaining

    @property
    def excluded(self) -> list[str]:
        """Options that are excluded."""
        return self._native.excluded

    @property
    def needs(self) -> list[Need]:
        """What would settle it; empty when it is settled."""
        return [Need(doc["measure"], doc["reason"], doc["asks"], doc["whom"]) for doc in self._doc["needs"]]

    @property
    def because(self) -> list[str]:
        """Why, a sentence a line."""
        return self._native.because()

    @property
    def cites(self) -> list[Cite]:
        """Where the sources say it."""
        return [Cite.from_doc(doc) for doc in self._doc["cites"]]

    @property
    def hypotheses(self) -> list[Hypothesis]:
        """Options that something merely suggests: beside the answer, never the answer."""
        return [Hypothesis.from_doc(doc) for doc in self._doc["hypotheses"]]

    @property
    def flags(self) -> list[str]:
        """Remarks that are not evidence, such as that one person answered alone."""
        return self._native.flags

    @property
    def parts(self) -> dict[str, Judgment]:
        """The judgments of the components, when the whole was judged by its components."""
        return {name: Judgment._of(part, (_part, (self, name))) for name, part in self._native.parts}

    @property
    def unvalidated(self) -> bool:
        """Whether it rests on an instrument without published validation."""
        return self._native.unvalidated

    @property
    def confidence(self) -> float:
        """The confidence at which it was judged."""
        return self._native.confidence

    def explain(self, form: Literal["one_line", "short", "full"] = "full") -> str:
        """The explanation as text: the whole of it, in short, or in one line."""
        return self._native.explain(text_of(form, "form"))

    def explanation(self) -> dict[str, Any]:
        """The explanation as a document: for each rule its steps, what was seen, which steps decide, and what it lacked."""
        document: dict[str, Any] = json.loads(self._native.explanation())
        return document

    def counterfactuals(self, *, freeze: Iterable[str] = ()) -> list[Counterfactual]:
        """The smallest changes of measures that would change the conclusion, never the group by itself.

        ``freeze`` names measures that stay as they are.
        """
        if isinstance(freeze, str):
            freeze = [freeze]
        found = self._native.counterfactuals([text_of(name, "freeze") for name in freeze])
        return [Counterfactual.from_doc(doc) for doc in json.loads(found)]

    def evidence_needed(self, *, size: int | None = None) -> EvidenceNeeded:
        """The smallest evidence that would settle what is open; ``size`` is the number of people there are."""
        return EvidenceNeeded.from_doc(json.loads(self._native.evidence_needed(size)))

    def robustness(self) -> Robustness:
        """Where each threshold would have to lie for the conclusion to be another one, the nearest first."""
        return Robustness.from_doc(json.loads(self._native.robustness()))

    def confidence_flips(self) -> ConfidenceFlips:
        """At which confidence the conclusion would be another one as things stand."""
        return ConfidenceFlips.from_doc(json.loads(self._native.confidence_flips()))

    def by_informant(self) -> list[dict[str, Any]]:
        """What each informant's answers come to alone: ``by`` (who, role, source, date) and the ``judgment`` as a dict.

        Empty unless two informants told what the question looks at. It belongs to the owner of the data.
        """
        return list(json.loads(self._native.informants())["judgments"])

    def differing(self) -> list[dict[str, Any]]:
        """The measures that informants gave different answers to: ``part``, ``measure``, ``said``."""
        return list(json.loads(self._native.informants())["differing"])

    def next_questions(self) -> list[NextQuestion]:
        """What to ask next, most telling first."""
        return [NextQuestion(**doc) for doc in json.loads(self._native.next_questions())]

    def to_dict(self) -> dict[str, Any]:
        """The judgment as plain Python data."""
        document: dict[str, Any] = json.loads(self._native.to_json())
        return document

    def to_json(self) -> str:
        """The judgment as canonical JSON (RFC 8785): the same bytes from every language."""
        return self._native.to_json()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Judgment):
            return NotImplemented
        if self._native.framework.sha256 != other._native.framework.sha256:
            return False
        mine, theirs = self._native, other._native
        return mine.to_json() == theirs.to_json() and mine.explain("full") == theirs.explain("full")

    def __hash__(self) -> int:
        return hash((self.question, self.to_json()))

    def __str__(self) -> str:
        return f"{self.question}: {self._native.headline()}"

    def __repr__(self) -> str:
        return f"<Judgment {self.question}: {self._native.headline()}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return self._home or (_judgment, (self.framework, self._native.recipe()))


def check(text: str) -> list[Diagnostic]:
    """Everything that is wrong with a rulebook, and what a person should look at; empty when all is well."""
    return check_files([("", text_of(text, "text"))])


def check_files(files: list[tuple[str, str]]) -> list[Diagnostic]:
    """As ``check``, of a rulebook in several files, each a name and its text."""
    found: list[Any] = json.loads(_core.check(files))
    return [Diagnostic.from_doc(doc) for doc in found]


def rulebook_files(path: str | os.PathLike[str]) -> list[tuple[str, str]]:
    """The file at a path, or every ``*.toml`` of a folder: names and texts."""
    place = a_path(path)
    if not place.is_dir():
        return [(place.name, read_text(place))]
    # What a folder is assessed with is no rulebook.
    files = sorted(file for file in place.glob("*.toml") if file.name != "colead.toml")
    if not files:
        raise InputError(
            "the folder holds no `*.toml`", code="no_files", path=str(place), help="name a file, or add one"
        )
    return [(file.name, read_text(file)) for file in files]


def classify_challenge(
    facts: Facts | Iterable[Facts] | None,
    *,
    components: Mapping[str, Facts | Iterable[Facts]] | None = None,
    framework: Framework | None = None,
    confidence: float | None = None,
) -> Judgment:
    """Judges what kind of challenge is faced: technical, complex or mixed.

    ``facts`` are the answers of one person, or a list of the answers of several; ``components`` maps the name of a
    component to its facts, and decides when it is given: different kinds make the whole mixed.

    >>> import colead
    >>> yes = ["definable", "means_exist", "predictable", "authority_knows", "assumptions_hold", "solvers_unchanged"]
    >>> colead.classify_challenge({criterion: True for criterion in yes}).answer
    'technical'

    Raises:
        InputError: ``unknown_criterion``, ``out_of_range``, ``not_finite``, ``wrong_type``, ``bad_confidence``.
    """
    if isinstance(framework, Framework):
        core = framework._native
    elif framework is None:
        core = _core.Framework.builtin()
    else:
        wrong_type(framework, "framework", "a Framework", "give a colead.Framework, or None for the built-in one")
    return Judgment._of(core.classify(facts, components, confidence))


def schema() -> dict[str, Any]:
    """The grammar of rulebooks as a JSON Schema (draft 2020-12), for editors and machines that write rulebooks."""
    document: dict[str, Any] = json.loads(_core.schema())
    return document


def _told(cases: Any) -> Any:
    """Cases as a document: an object from name to measures, or a list of measures."""
    if not hasattr(cases, "__arrow_c_stream__"):
        return cases if isinstance(cases, Mapping) else list(cases)
    table = Table._of(_core.Table.read(cases, "cases"))
    names = set(table.columns)
    told: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(table, 1):
        measures: dict[str, Any] = {}
        for column, value in row.items():
            base, _, part = column.rpartition(".")
            if column in _KEYS or value is None or (part in ("se", "n") and base in names):
                continue
            se, n = row.get(f"{column}.se"), row.get(f"{column}.n")
            measures[column] = value if se is None and n is None else [value, se, n]
        keys = [str(row[key]) for key in _KEYS if row.get(key) is not None]
        told[" ".join([f"row {number}", *keys])] = measures
    return told


def _framework(sources: list[tuple[str, str]] | None) -> Framework:
    return Framework.builtin() if sources is None else Framework._from_files(sources)


def _judgment(framework: Framework, recipe: tuple[Any, ...]) -> Judgment:
    match recipe:
        case ("judge", question, measures, confidence):
            return framework.judge(question, measures, confidence=confidence)
        case ("classify", facts, components, confidence):
            return classify_challenge(facts, components=components, framework=framework, confidence=confidence)
    raise InputError("the stored judgment is of another version of colead", code="bad_state", help="judge again")


def _part(whole: Judgment, name: str) -> Judgment:
    return whole.parts[name]
