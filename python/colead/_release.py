"""The door: under what terms something leaves, what left, and the memory of it."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from typing import Any

from . import _core
from ._arguments import text, wrong_type
from ._errors import InputError
from ._records import Frozen
from ._tables import Table


class DisclosurePolicy(Frozen):
    """The terms of a release: the smallest group a number may stand for, and a stated purpose. Immutable.

    Purposes are ``development``, ``research`` and ``monitoring``; pay, promotion and dismissal are refused.
    ``coalition`` is how many members of a group may tell each other what they answered and still learn nothing of
    fewer others than the minimum. With ``pooling``, parts of a unit that may not be told alone are told together where
    they are enough. With ``interval``, a release is refused (``range_exposed``) whose means leave a hidden small group a
    range narrower than so many points of 100; that depends on the answers and is for the owner's eyes.
    """

    __slots__ = ("_native",)
    _native: _core.DisclosurePolicy

    def __init__(
        self,
        min_group: int = 5,
        purpose: str = "development",
        coalition: int = 0,
        pooling: bool = False,
        interval: float | None = None,
    ) -> None:
        if not isinstance(pooling, bool):
            wrong_type(pooling, "pooling", "a boolean", "give True or False")
        if interval is not None and (isinstance(interval, bool) or not isinstance(interval, (int, float))):
            wrong_type(interval, "interval", "a number", "give points of 100, such as 10")
        core = _core.DisclosurePolicy(min_group, purpose, coalition, pooling, interval)
        object.__setattr__(self, "_native", core)

    @classmethod
    def _of(cls, core: _core.DisclosurePolicy) -> DisclosurePolicy:
        policy = object.__new__(cls)
        object.__setattr__(policy, "_native", core)
        return policy

    @classmethod
    def unrestricted(cls) -> DisclosurePolicy:
        """No protection at all, written into everything it touches."""
        return cls._of(_core.DisclosurePolicy.unrestricted())

    @property
    def min_group(self) -> int:
        """The fewest people a number may stand for."""
        return self._native.min_group

    @property
    def purpose(self) -> str:
        """The stated purpose."""
        return self._native.purpose

    @property
    def coalition(self) -> int:
        """How many members of a group may put together what they know of themselves."""
        return self._native.coalition

    @property
    def pooling(self) -> bool:
        """Whether parts of a unit that may not be told alone are told together."""
        return self._native.pooling

    @property
    def interval(self) -> float | None:
        """The narrowest range that released means may leave a hidden small group, in points of 100."""
        return self._native.interval

    @property
    def is_unrestricted(self) -> bool:
        """Whether nothing is protected."""
        return self._native.is_unrestricted

    def to_dict(self) -> dict[str, Any]:
        """The policy as plain Python data."""
        document: dict[str, Any] = json.loads(self._native.to_json())
        return document

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, DisclosurePolicy):
            return NotImplemented
        return self._native.to_json() == other._native.to_json()

    def __hash__(self) -> int:
        return hash(self._native.to_json())

    def __repr__(self) -> str:
        if self.is_unrestricted:
            return "DisclosurePolicy.unrestricted()"
        more = f", coalition={self.coalition}" if self.coalition else ""
        more += ", pooling=True" if self.pooling else ""
        more += f", interval={self.interval:g}" if self.interval is not None else ""
        return f"DisclosurePolicy(min_group={self.min_group}, purpose={self.purpose!r}{more})"

    def __reduce__(self) -> tuple[Any, ...]:
        if self.is_unrestricted:
            return DisclosurePolicy.unrestricted, ()
        return DisclosurePolicy, (self.min_group, self.purpose, self.coalition, self.pooling, self.interval)


class Ledger(Frozen):
    """What has left so far: an input and an output of every release. Immutable."""

    __slots__ = ("_native",)
    _native: _core.Ledger

    def __init__(self) -> None:
        object.__setattr__(self, "_native", _core.Ledger())

    @classmethod
    def _of(cls, core: _core.Ledger) -> Ledger:
        ledger = object.__new__(cls)
        object.__setattr__(ledger, "_native", core)
        return ledger

    @classmethod
    def from_json(cls, text: str) -> Ledger:
        """Reads back what ``to_json`` gave."""
        return cls._of(_core.Ledger.from_json(text))

    @property
    def version(self) -> int:
        """How many releases it has seen."""
        return self._native.version

    @property
    def entries(self) -> list[dict[str, Any]]:
        """Cells of waves that left: ``wave``, ``unit``, ``cut``, ``category``, ``n`` and ``purpose``."""
        entries: list[dict[str, Any]] = json.loads(self._native.entries())
        return entries

    def advance(self, next: Ledger) -> Ledger:
        """The ledger to store after a release, if that release was made with this very ledger.

        Of two releases made at the same time only one can follow; hand out the other only after making it again.

        Raises:
            DisclosureError: ``ledger_conflict``.
        """
        if not isinstance(next, Ledger):
            wrong_type(next, "next", "a Ledger", "give the `.ledger` of the release")
        return Ledger._of(self._native.advance(next._native))

    def __len__(self) -> int:
        return len(self._native)

    def to_json(self) -> str:
        """The ledger as canonical JSON."""
        return self._native.to_json()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ledger):
            return NotImplemented
        return self.to_json() == other.to_json()

    def __hash__(self) -> int:
        return hash(self.to_json())

    def __repr__(self) -> str:
        return f"<Ledger {self.version}: {len(self)} entries>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Ledger.from_json, (self.to_json(),)


_UNITS = {"unit": "text", "parent": "text", "depth": "int", "n": "int", "masked": "bool"}
_SCORES = {
    "wave": "text",
    "unit": "text",
    "scale": "text",
    "measure": "text",
    "variant": "text",
    "estimand": "text",
    "value": "float",
    "se": "float",
    "lower": "float",
    "upper": "float",
    "n": "int",
    "status": "text",
}
_GROUPS = {
    "wave": "text",
    "unit": "text",
    "cut": "text",
    "category": "text",
    "scale": "text",
    "value": "float",
    "n": "int",
    "status": "text",
}
_JUDGMENTS = {
    "subject": "text",
    "kind": "text",
    "question": "text",
    "title": "text",
    "status": "text",
    "answer": "text",
    "headline": "text",
    "unvalidated": "bool",
}


class Release(Frozen):
    """What may leave. It holds its own cells and no way back to the evidence. Immutable."""

    __slots__ = ("_document", "_explanations", "_json", "_ledger", "_sheet", "_text")
    _document: dict[str, Any]
    _explanations: dict[tuple[str, str], str]
    _json: str
    _ledger: Ledger
    _sheet: str
    _text: str

    def __init__(self) -> None:
        raise TypeError("a Release comes from assessment.release()")

    @classmethod
    def _of(
        cls, document: str, texts: tuple[str, str], explanations: list[tuple[str, str, str]], ledger: Ledger
    ) -> Release:
        release = object.__new__(cls)
        told: dict[tuple[str, str], str] = {}
        for subject, question, explanation in explanations:
            told.setdefault((subject, question), explanation)
        state = {"_json": document, "_text": texts[0], "_sheet": texts[1], "_explanations": told, "_ledger": ledger}
        for name, value in state.items():
            object.__setattr__(release, name, value)
        object.__setattr__(release, "_document", json.loads(document))
        return release

    @property
    def scores(self) -> Table:
        """Scores of units; masked ones have no value and the status ``masked``."""
        return _table("scores", self._document["scores"], _SCORES)

    @property
    def groups(self) -> Table:
        """Scores of groups within units (categories of ``cuts``, direct reports); masked ones have no value."""
        return _table("groups", self._document["groups"], _GROUPS)

    @property
    def judgments(self) -> Table:
        """Judgments of units and challenges; masked ones have the status ``masked``."""
        rows = [{**row, "answer": _answer(row["judgment"].get("answer"))} for row in self._document["judgments"]]
        return _table("judgments", rows, _JUDGMENTS)

    @property
    def units(self) -> Table:
        """The units, and whether what rests on their respondents is masked."""
        return _table("units", self._document["units"], _UNITS)

    @property
    def ledger(self) -> Ledger:
        """What has left, this release included: hand it to the next one."""
        return self._ledger

    @property
    def policy(self) -> dict[str, Any]:
        """The terms under which it left."""
        return dict(self._document["policy"])

    @property
    def manifest(self) -> dict[str, Any]:
        """What it was made from, so that the same can be made again."""
        manifest: dict[str, Any] = json.loads(self._json)["manifest"]
        return manifest

    @property
    def notes(self) -> list[str]:
        """Remarks about evidence that was lost or set aside."""
        return list(self._document["notes"])

    def explain(self, unit: str, question: str) -> str:
        """Why: the explanation of a unit's (or challenge's) judgment, as far as it may leave."""
        unit, question = text(unit, "unit"), text(question, "question")
        found = self._explanations.get((unit, question))
        if found is not None:
            return found
        known = [asked for subject, asked in self._explanations if subject == unit]
        if known:
            names = ", ".join(f"`{name}`" for name in known)
            message = f"no judgment of `{unit}` on `{question}`"
            raise InputError(message, code="unknown_question", path="question", help=f"known: {names}")
        subjects = {subject for subject, _ in self._explanations}
        near = difflib.get_close_matches(unit, subjects, 1)
        help = f"did you mean `{near[0]}`" if near else "see `.judgments` for the units and challenges judged"
        raise InputError(f"no judgment of `{unit}`", code="unknown_subject", path="unit", help=help)

    def to_text(self) -> str:
        """The report as text."""
        return self._text

    def sheet(self) -> str:
        """One page for a works council: what was computed, what left for what purpose, what can never be shown, and
        which audit was run. The same as data is ``to_dict()["sheet"]``."""
        return self._sheet

    def to_dict(self) -> dict[str, Any]:
        """The release as plain Python data."""
        document: dict[str, Any] = json.loads(self._json)
        return document

    def to_json(self) -> str:
        """The release as canonical JSON (RFC 8785)."""
        return self._json

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Release):
            return NotImplemented
        return (self._json, self._ledger) == (other._json, other._ledger)

    def __hash__(self) -> int:
        return hash(self._json)

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        told = self._document["yield"]
        masked = sum(row["status"] == "masked" for row in self._document["judgments"])
        return f"<Release: {told['answered']} of {told['put']} questions answered, {masked} masked>"

    def __reduce__(self) -> tuple[Any, ...]:
        explanations = [(subject, question, why) for (subject, question), why in self._explanations.items()]
        return Release._of, (self._json, (self._text, self._sheet), explanations, self._ledger)


class Audit(Frozen):
    """What an audit found. It names cells that were held back: it belongs to the owner of the data. Immutable."""

    __slots__ = ("_json",)
    _json: str

    def __init__(self) -> None:
        raise TypeError("an Audit comes from colead.audit()")

    @classmethod
    def _of(cls, document: str) -> Audit:
        found = object.__new__(cls)
        object.__setattr__(found, "_json", document)
        return found

    @property
    def is_safe(self) -> bool:
        """Whether nothing was found."""
        return bool(self.to_dict()["safe"])

    @property
    def leaks(self) -> list[dict[str, Any]]:
        """Every leak: ``level``, ``people``, ``cell``, ``certificate`` (cells and how often each is added), ``verified``,
        ``range``; and ``wave`` and ``scale``."""
        audits = self.to_dict()["audits"]
        return [{**leak, "wave": a["wave"], "scale": a["scale"]} for a in audits for leak in a["leaks"]]

    def to_dict(self) -> dict[str, Any]:
        """The audit as plain Python data."""
        document: dict[str, Any] = json.loads(self._json)
        return document

    def to_json(self) -> str:
        """The audit as canonical JSON."""
        return self._json

    def __repr__(self) -> str:
        return f"<Audit: {'safe' if self.is_safe else f'{len(self.leaks)} leaks'}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Audit._of, (self._json,)


def audit(
    releases: Release | Ledger | Iterable[Release | Ledger] | None = None,
    *,
    cells: list[dict[str, Any]] | None = None,
    relations: list[dict[str, Any]] | None = None,
    atoms: list[dict[str, Any]] | None = None,
    min_group: int = 5,
    coalition: int = 0,
    seed: int = 0,
    values: dict[str, float] | None = None,
) -> Audit:
    """Whether anything released, taken together, singles out fewer people than the minimum.

    Audits releases or ledgers, or tables that any tool made, as lists of rows: ``cells`` (``cell``, ``n``; optional
    ``released``, ``value``), ``relations`` (``total``, ``part``; optional ``relation``) and ``atoms`` (``atom``, ``n``,
    ``cell``). With ``values`` (``lo``, ``hi``, ``rounding``, ``width``; optional ``step``) the ranges that released means
    leave are audited too.

    >>> import colead
    >>> cells = [{"cell": "all", "n": 12}, {"cell": "most", "n": 11}, {"cell": "one", "n": 1, "released": False}]
    >>> parts = [{"total": "all", "part": "most"}, {"total": "all", "part": "one"}]
    >>> colead.audit(cells=cells, relations=parts).leaks[0]["cell"]
    'one'

    Raises:
        InputError: for tables that do not add up.
        DisclosureError: ``audit_incomplete`` when the budget did not suffice for a verdict.
    """
    asked: dict[str, Any] = {"min_group": min_group, "coalition": coalition, "seed": seed}
    if releases is not None:
        given = list(releases) if isinstance(releases, Iterable) else [releases]
        for one in given:
            if not isinstance(one, (Release, Ledger)):
                wrong_type(one, "releases", "a Release or Ledger", "give what `assessment.release()` gave")
        ledgers = [one.ledger if isinstance(one, Release) else one for one in given]
        asked["ledgers"] = [json.loads(ledger.to_json()) for ledger in ledgers]
    tables = {"cells": cells, "relations": relations, "atoms": atoms, "values": values}
    asked.update({name: table for name, table in tables.items() if table is not None})
    return Audit._of(_core.audit(json.dumps(asked)))


def suppress(
    cells: list[dict[str, Any]],
    *,
    relations: list[dict[str, Any]] | None = None,
    atoms: list[dict[str, Any]] | None = None,
    min_group: int = 5,
    coalition: int = 0,
    seed: int = 0,
) -> list[str]:
    """The cells of tables that may be released: with enough people, and safe together.

    Tables are given as for ``audit``; ``rank`` of a cell (``total``, ``direct``, ``cut`` or ``pool``) says what is kept
    first where one has to be held back. The choice follows from numbers of people and structure alone.

    >>> import colead
    >>> cells = [{"cell": c, "n": n} for c, n in [("all", 20), ("north", 12), ("south", 5), ("tugs", 3)]]
    >>> parts = [{"total": "all", "part": part} for part in ["north", "south", "tugs"]]
    >>> colead.suppress(cells, relations=parts)
    ['all', 'north']

    Raises:
        InputError: for tables that do not add up.
        DisclosureError: ``audit_incomplete`` when the budget did not suffice.
    """
    asked: dict[str, Any] = {"min_group": min_group, "coalition": coalition, "seed": seed, "suppress": True}
    tables = {"cells": cells, "relations": relations, "atoms": atoms}
    asked.update({name: table for name, table in tables.items() if table is not None})
    released: list[str] = json.loads(_core.audit(json.dumps(asked)))["released"]
    return released


def _answer(answer: Any) -> str | None:
    if isinstance(answer, dict):
        return "; ".join(option for option, verdict in answer.items() if verdict == "holds") or None
    return answer if isinstance(answer, str) else None


def _table(name: str, rows: list[dict[str, Any]], columns: dict[str, str]) -> Table:
    cells = {column: (kind, [row[column] for row in rows]) for column, kind in columns.items()}
    return Table._of(_core.Table.rebuild(cells, name))
