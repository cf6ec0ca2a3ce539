"""Small immutable records that the library hands out. Each is also readable by name: ``record["id"]``."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self


class Frozen:
    """A class whose instances never change."""

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a {type(self).__name__} cannot be changed")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"a {type(self).__name__} cannot be changed")


class Document(Frozen):
    """A document of the core with its text; ``str()`` is the text. Immutable."""

    __slots__ = ("_document", "_text")
    _document: dict[str, Any]
    _text: str

    def __init__(self) -> None:
        raise TypeError(f"a {type(self).__name__} comes from a call of the library")

    @classmethod
    def _of(cls, document: str, text: str) -> Self:
        made = object.__new__(cls)
        object.__setattr__(made, "_document", json.loads(document))
        object.__setattr__(made, "_text", text)
        return made

    def to_dict(self) -> dict[str, Any]:
        """It as plain Python data."""
        return copy.deepcopy(self._document)

    def to_json(self) -> str:
        """It as JSON."""
        return json.dumps(self._document, ensure_ascii=False)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, type(self)):
            return NotImplemented
        return self._document == other._document

    def __hash__(self) -> int:
        return hash(self._text)

    def __str__(self) -> str:
        return self._text.rstrip("\n")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {(self._text.splitlines() or [''])[0]}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self)._of, (json.dumps(self._document), self._text)


def freeze(value: Any) -> Any:
    """Lists of a document as tuples, all the way down."""
    if isinstance(value, list):
        return tuple(freeze(item) for item in value)
    return value


def thaw(value: Any) -> Any:
    """A record's value as a document has it."""
    if isinstance(value, tuple):
        return [thaw(item) for item in value]
    if isinstance(value, Record):
        return value.to_dict()
    return value


class Record:
    """A frozen dataclass that is also read like a mapping."""

    __slots__ = ()

    @classmethod
    def keys(cls) -> tuple[str, ...]:
        """The names of its fields, as documents write them."""
        return tuple(f.name.rstrip("_") for f in dataclasses.fields(cls))  # type: ignore[arg-type]

    def __getitem__(self, name: str) -> Any:
        for field in dataclasses.fields(self):  # type: ignore[arg-type]
            if field.name.rstrip("_") == name:
                return getattr(self, field.name)
        raise KeyError(name)

    @classmethod
    def from_doc(cls, doc: Mapping[str, Any]) -> Self:
        """The record of a JSON document; keys that the record does not know are left out."""
        fields = dataclasses.fields(cls)  # type: ignore[arg-type]
        known = {f.name: freeze(doc[f.name.rstrip("_")]) for f in fields if f.name.rstrip("_") in doc}
        return cls(**known)

    def to_dict(self) -> dict[str, Any]:
        """The record as plain Python data."""
        return {name: thaw(self[name]) for name in self.keys()}


@dataclass(frozen=True, slots=True)
class Diagnostic(Record):
    """One finding about a rulebook or instrument file; ``str()`` shows it with its line and carets."""

    code: str
    severity: str
    message: str
    line: int | None = None
    column: int | None = None
    help: str = ""
    witness: Any = None
    path: str = ""
    file: str = ""
    end_line: int | None = None
    end_column: int | None = None
    rendered: str = ""

    def __str__(self) -> str:
        # The core renders, so that every language shows the same; what was made by hand has a line of its own.
        return self.rendered or f"{self.severity}[{self.code}]: {self.message}"


@dataclass(frozen=True, slots=True)
class Cite(Record):
    """A place in a work."""

    work: str
    at: str

    def __str__(self) -> str:
        return f"{self.work}: {self.at}" if self.at else self.work


def _cites(docs: Any) -> tuple[Cite, ...]:
    return tuple(Cite.from_doc(doc) for doc in docs)


@dataclass(frozen=True, slots=True)
class Concept(Record):
    """One concept of the sources, in the library's own words."""

    id: str
    kind: str
    title: str
    definition: str
    cites: tuple[Cite, ...]
    origin: str

    @classmethod
    def from_doc(cls, doc: Mapping[str, Any]) -> Self:
        return super(Concept, cls).from_doc({**doc, "cites": _cites(doc["cites"])})


@dataclass(frozen=True, slots=True)
class Prompt(Record):
    """A question that a person can be asked, out of the question bank."""

    id: str
    text: str
    tags: tuple[str, ...]
    whom: str
    concepts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measure(Record):
    """Something that can be observed: a number in the range ``score``, or one of the categories ``category``."""

    id: str
    title: str
    score: tuple[float, float] | None
    category: tuple[str, ...] | None
    asks: str
    whom: str
    about: str
    unit: str
    actionable: bool
    concepts: tuple[str, ...]
    level: str = "group"
    role: str | None = None
    set: str | None = None


@dataclass(frozen=True, slots=True)
class Question(Record):
    """A question that rules answer; ``mode`` is ``exclusive``, ``independent`` or ``graded``."""

    id: str
    title: str
    asks: str
    options: tuple[str, ...]
    mode: str
    about: str
    concepts: tuple[str, ...]
    concludes: str = "state"
    set: str | None = None


@dataclass(frozen=True, slots=True)
class Rule(Record):
    """A rule: the ``[question, option]`` it speaks for, how strongly, why, and where the sources say it."""

    id: str
    says: tuple[str, str] | None
    strength: str
    because: str
    basis: Mapping[str, str] | None
    concepts: tuple[str, ...]
    cites: tuple[Cite, ...]
    file: str
    line: int | None
    replaces: tuple[str, ...] = ()
    allow: Mapping[str, str] = dataclasses.field(default_factory=dict, hash=False)

    @classmethod
    def from_doc(cls, doc: Mapping[str, Any]) -> Self:
        return super(Rule, cls).from_doc({**doc, "cites": _cites(doc["cites"])})


@dataclass(frozen=True, slots=True)
class Hypothesis(Record):
    """An option that a rule of strength ``suggests`` speaks for: beside the answer, never the answer."""

    option: str
    rule: str
    because: str


@dataclass(frozen=True, slots=True)
class Change(Record):
    """A measure moved from one value, or category, to another."""

    measure: str
    from_: float | str
    to: float | str

    def __str__(self) -> str:
        return f"{self.measure}: {self.from_} -> {self.to}"


@dataclass(frozen=True, slots=True)
class Counterfactual(Record):
    """The smallest change of measures that would change the conclusion. It would not by itself change the group."""

    changes: tuple[Change, ...]
    cost: float
    becomes: str
    text: str

    @classmethod
    def from_doc(cls, doc: Mapping[str, Any]) -> Self:
        changes = tuple(Change.from_doc(change) for change in doc["changes"])
        return super(Counterfactual, cls).from_doc({**doc, "changes": changes})

    def __str__(self) -> str:
        return f"{', '.join(str(change) for change in self.changes)} => {self.becomes}"


@dataclass(frozen=True, slots=True)
class Respondents(Record):
    """How many people must answer for a value that is too close to call to be clear, if it stays what it is.

    ``now`` is None when it is not known how many answered, ``needed`` then too; ``times`` is None when no number is
    enough. ``settles`` says whether that alone would settle it, ``too_many`` that there are not so many people.
    """

    measure: str
    now: int | None
    needed: int | None
    times: float | None
    settles: bool
    too_many: bool
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class EvidenceSet(Record):
    """Measures that together could settle what is open: to be asked for, and to be asked of more people."""

    ask: tuple[str, ...]
    respondents: tuple[Respondents, ...]

    @classmethod
    def from_doc(cls, doc: Mapping[str, Any]) -> Self:
        return super(EvidenceSet, cls).from_doc({**doc, "respondents": _respondents(doc["respondents"])})


@dataclass(frozen=True, slots=True)
class EvidenceNeeded(Record):
    """The smallest evidence that would settle what is open.

    ``could``: the smallest sets of measures of which some answers would settle it; ``surely``: the smallest sets of
    missing measures of which every answer would; ``respondents``: what each measure that is too close to call takes by
    itself; ``part``: the component it is about, when the whole is judged by its components.
    """

    part: str | None
    could: tuple[EvidenceSet, ...]
    surely: tuple[tuple[str, ...], ...]
    respondents: tuple[Respondents, ...]
    text: tuple[str, ...]

    @classmethod
    def from_doc(cls, doc: Mapping[str, Any]) -> Self:
        could = tuple(EvidenceSet.from_doc(one) for one in doc["could"])
        records = {"could": could, "respondents": _respondents(doc["respondents"])}
        return super(EvidenceNeeded, cls).from_doc({**doc, **records})

    def __str__(self) -> str:
        return "\n".join(self.text)


def _respondents(docs: list[Any]) -> tuple[Respondents, ...]:
    return tuple(Respondents.from_doc(doc) for doc in docs)


@dataclass(frozen=True, slots=True)
class FlipPoint(Record):
    """Where one threshold would change the conclusion, everything else being as it is."""

    measure: str
    threshold: float
    rules: tuple[str, ...]
    flips_at: float
    distance: float
    share: float
    distance_in_se: float | None
    becomes: str
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Robustness(Record):
    """The thresholds on which a conclusion depends, the nearest to changing it first.

    ``least`` is the share of the range of its measure by which the nearest is away; None when there is none.
    """

    least: float | None
    points: tuple[FlipPoint, ...]

    @classmethod
    def from_doc(cls, doc: Mapping[str, Any]) -> Self:
        points = tuple(FlipPoint.from_doc(point) for point in doc["points"])
        return super(Robustness, cls).from_doc({**doc, "points": points})


@dataclass(frozen=True, slots=True)
class ConfidenceFlip(Record):
    """A confidence at which, or above which, the conclusion would be another one as things stand."""

    confidence: float
    becomes: str


@dataclass(frozen=True, slots=True)
class ConfidenceFlips(Record):
    """The nearest confidences at which the conclusion would be another one as things stand.

    ``up_to``: it stands up to this confidence, and would become that above; ``lower``: the highest lower confidence at
    which it would be another one.
    """

    up_to: ConfidenceFlip | None
    lower: ConfidenceFlip | None
    text: tuple[str, ...]

    @classmethod
    def from_doc(cls, doc: Mapping[str, Any]) -> Self:
        flips = {key: doc[key] and ConfidenceFlip.from_doc(doc[key]) for key in ("up_to", "lower")}
        return super(ConfidenceFlips, cls).from_doc({**doc, **flips})

    def __str__(self) -> str:
        return "\n".join(self.text)


class Need(str):
    """What would settle a judgment: the id of a measure, or a typed reason when no measure would.

    It is the id itself, with ``measure`` (None for a reason), ``reason`` (``missing``, ``too_close``, or why the
    value is absent), ``asks`` and ``whom``.
    """

    measure: str | None
    reason: str
    asks: str
    whom: str

    def __new__(cls, measure: str | None, reason: str, asks: str = "", whom: str = "") -> Self:
        need = super().__new__(cls, reason if measure is None else measure)
        need.measure = measure
        need.reason = reason
        need.asks = asks
        need.whom = whom
        return need

    def __getnewargs__(self) -> tuple[Any, ...]:
        return self.measure, self.reason, self.asks, self.whom


class NextQuestion(str):
    """A measure to ask for next: the id itself, with the question in words and what an answer may settle.

    ``settles`` of the ``tried`` answers would settle the judgment by themselves; ``part`` is the component it is
    about, when the whole is judged by its components. ``reason`` is ``missing``, or ``too_close`` when it is known and
    more people must be asked: ``respondents`` then says how many.
    """

    measure: str
    asks: str
    whom: str
    settles: int
    tried: int
    part: str | None
    reason: str
    respondents: Respondents | None

    def __new__(
        cls,
        measure: str,
        asks: str,
        whom: str,
        settles: int,
        tried: int,
        part: str | None = None,
        reason: str = "missing",
        respondents: Respondents | Mapping[str, Any] | None = None,
    ) -> Self:
        question = super().__new__(cls, measure)
        question.measure = measure
        question.asks = asks
        question.whom = whom
        question.settles = settles
        question.tried = tried
        question.part = part
        question.reason = reason
        if isinstance(respondents, Mapping):
            respondents = Respondents.from_doc(respondents)
        question.respondents = respondents
        return question

    def __getnewargs__(self) -> tuple[Any, ...]:
        known = self.measure, self.asks, self.whom, self.settles, self.tried
        return *known, self.part, self.reason, self.respondents


@dataclass(frozen=True, slots=True)
class Scale(Record):
    """A scale of an instrument: the mean of its answered items."""

    id: str
    title: str
    items: tuple[str, ...]
    referent: str | None
    composition: str | None
    concepts: tuple[str, ...]
    lo: int
    hi: int
    favorable: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Item(Record):
    """An item of an instrument: a column of a response table."""

    id: str
    text: str
    referent: str | None
    lo: int
    hi: int
    reversed: bool


@dataclass(frozen=True, slots=True)
class Loss(Record):
    """What was left out or not answered while responses were read."""

    rows: int
    ignored_columns: tuple[str, ...]
    missing_answers: int
    dont_know: int


@dataclass(frozen=True, slots=True)
class Lever(Record):
    """Something that people can do: what it changes, who can do it, and what it is offered for."""

    id: str
    title: str
    changes: tuple[str, ...]
    who: str
    helps: tuple[tuple[str, str], ...]
    always: bool
    because: str
    concepts: tuple[str, ...]
    cites: tuple[Any, ...]
