"""Small immutable records that the library hands out. Each is also readable by name: ``record["id"]``."""

from __future__ import annotations

import dataclasses
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
    """A measure moved from one value to another."""

    measure: str
    from_: float
    to: float

    def __str__(self) -> str:
        return f"{self.measure}: {self.from_} -> {self.to}"


@dataclass(frozen=True, slots=True)
class Counterfactual(Record):
    """The smallest change of measures that would change the conclusion. It would not by itself change the group."""

    changes: tuple[Change, ...]
    cost: float
    becomes: str

    @classmethod
    def from_doc(cls, doc: Mapping[str, Any]) -> Self:
        changes = tuple(Change.from_doc(change) for change in doc["changes"])
        return super(Counterfactual, cls).from_doc({**doc, "changes": changes})

    def __str__(self) -> str:
        return f"{', '.join(str(change) for change in self.changes)} => {self.becomes}"


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
    about, when the whole is judged by its components.
    """

    measure: str
    asks: str
    whom: str
    settles: int
    tried: int
    part: str | None

    def __new__(cls, measure: str, asks: str, whom: str, settles: int, tried: int, part: str | None = None) -> Self:
        question = super().__new__(cls, measure)
        question.measure = measure
        question.asks = asks
        question.whom = whom
        question.settles = settles
        question.tried = tried
        question.part = part
        return question

    def __getnewargs__(self) -> tuple[Any, ...]:
        return self.measure, self.asks, self.whom, self.settles, self.tried, self.part


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
