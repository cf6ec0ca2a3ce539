"""The pipeline: evidence in, an assessment for its owner, and a release for everybody else."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from . import _core
from ._arguments import a_path, read_bytes, text, wrong_type
from ._errors import InputError
from ._guided import Interview, Preflight
from ._instrument import Instrument, instrument_of
from ._network import Direction
from ._records import Frozen
from ._release import DisclosurePolicy, Ledger, Release
from ._rules import Framework, Judgment
from ._tables import Table

#: Files of a folder that may hold evidence, settings, an instrument or a framework.
_ENDINGS = (".csv", ".json", ".toml")


class Assessment(Frozen):
    """Everything found: the data owner's side. It is never rendered; only a release leaves. Immutable."""

    __slots__ = ("_native",)
    _native: _core.Assessment

    def __init__(self) -> None:
        raise TypeError("an Assessment comes from assess()")

    @classmethod
    def _of(cls, core: _core.Assessment) -> Assessment:
        assessment = object.__new__(cls)
        object.__setattr__(assessment, "_native", core)
        return assessment

    @property
    def framework(self) -> Framework:
        """The framework that judged."""
        return Framework._of(self._native.framework)

    @property
    def policy(self) -> DisclosurePolicy:
        """The terms of a release that the folder names, or the usual ones."""
        return DisclosurePolicy._of(self._native.policy)

    @property
    def measures(self) -> Table:
        """Every value known of every unit and challenge.

        Columns: ``subject``, ``kind``, ``measure``, ``value``, ``category``, ``se``, ``n``, ``status``, ``origin``.
        """
        return Table._of(self._native.measures())

    @property
    def scores(self) -> Table:
        """Scores of every unit on every scale, in the long form of ``Tally.scores``."""
        return Table._of(self._native.scores())

    @property
    def judgments(self) -> Table:
        """Every judgment: ``subject``, ``kind``, ``question``, ``status``, ``answer``, ``headline``, ``unvalidated``.

        ``judgment(subject, question)`` gives one of them whole.
        """
        return Table._of(self._native.judgments())

    @property
    def units(self) -> list[str]:
        """The units, in the order of the organization."""
        return self._native.units

    @property
    def challenges(self) -> list[str]:
        """The challenges, and their components as ``challenge: component``."""
        return [name for kind, name in self._native.subjects if kind == "challenge"]

    @property
    def notes(self) -> list[str]:
        """Remarks about evidence that was lost or set aside."""
        return self._native.notes

    @property
    def unread(self) -> list[str]:
        """Files of the folder that were not read."""
        return self._native.unread

    @property
    def manifest(self) -> dict[str, Any]:
        """What it was made from, so that the same can be made again."""
        manifest: dict[str, Any] = json.loads(self._native.manifest())
        return manifest

    def judgment(self, subject: str, question: str) -> Judgment:
        """The judgment of a unit or challenge on a question."""
        return Judgment._of(self._native.judgment(subject, question), (_judgment, (self, subject, question)))

    def preflight(self) -> Preflight:
        """Which questions the evidence could ever answer, whatever it says, and what each missing piece would open."""
        return Preflight(*self._native.preflight())

    @property
    def agenda(self) -> list[dict[str, Any]]:
        """What to ask next over all open judgments, by whom to ask; what could settle most judgments comes first.

        Groups of ``whom`` and ``asks``, each ask with ``measure``, ``asks``, ``reason``, ``settles`` and ``helps``.
        """
        return list(json.loads(self._native.agenda()))

    def release(self, policy: DisclosurePolicy | None = None, *, ledger: Ledger | None = None) -> Release:
        """What may leave under a policy; None is the folder's, or a minimum group of 5 for development.

        ``ledger`` is what left before (``release.ledger`` of the last one).

        Raises:
            DisclosureError: ``difference_exposed`` when this release and an earlier one together would expose people;
                ``audit_incomplete`` when that could not be ruled out within the budget. Nothing is released then.
        """
        if policy is not None and not isinstance(policy, DisclosurePolicy):
            wrong_type(policy, "policy", "a DisclosurePolicy", "give a colead.DisclosurePolicy, or None")
        if ledger is not None and not isinstance(ledger, Ledger):
            wrong_type(ledger, "ledger", "a Ledger", "give the `.ledger` of the last release, or None")
        terms = None if policy is None else policy._native
        document, texts, explanations, after = self._native.release(terms, None if ledger is None else ledger._native)
        return Release._of(document, texts, explanations, Ledger._of(after))

    def __repr__(self) -> str:
        return f"<Assessment by {self._native.framework.id}: {len(self.units)} units, {len(self.challenges)} challenges>"

    def __reduce__(self) -> tuple[Any, ...]:
        recipe = self._native.recipe()
        own, instrument = recipe["framework"], recipe["instrument"]
        return _rebuild, (
            recipe["files"],
            {name: Table._of(table) for name, table in recipe["tables"].items()},
            None if own is None else Framework._of(own),
            None if instrument is None else Instrument._of(instrument),
            recipe["confidence"],
            recipe["seed"],
            recipe["cuts"],
            recipe["direction"],
            recipe["as_of"],
        )


def assess(
    folder: str | os.PathLike[str] | None = None,
    *,
    framework: Framework | None = None,
    instrument: Instrument | str | None = None,
    confidence: float | None = None,
    seed: int | None = None,
    cuts: Sequence[str] | None = None,
    direction: Direction | None = None,
    as_of: str | datetime.date | None = None,
    **evidence: Any,
) -> Assessment:
    """Assesses an organization from a folder, from tables, or from both.

    Each table is a keyword (``organization``, ``responses``, ``challenges``, ``facts`` ...): anything with
    ``__arrow_c_stream__``, a mapping from column to list or array, or a list of rows. Every part is optional; what is
    missing is named. ``colead.toml`` of the folder names the instrument, framework, policy, confidence, seed, cuts and
    direction; arguments win. ``interview`` is a :class:`colead.Interview` or a list of them. ``cuts`` are columns of ``responses`` that say something of the people, such as ``tenure``: a release
    gives scores of their categories too, as far as that gives nobody away. ``direction`` says which end of a tie looks to
    the other, as in :func:`network`; without it, what depends on it is missing. ``as_of`` is the day (a date, or text such
    as ``2024-06-30``) whose organization and memberships hold; without it the latest rows do.

    >>> import colead
    >>> criteria = ["definable", "means_exist", "solvers_unchanged"]
    >>> facts = {"challenge": ["merger"] * 3, "criterion": criteria, "value": [0, 0, 0]}
    >>> colead.assess(challenges=facts).judgment("merger", "challenge").answer
    'complex'

    Raises:
        InputError: with the table, row and column of the first fault.
    """
    if framework is not None and not isinstance(framework, Framework):
        wrong_type(framework, "framework", "a Framework", "give a colead.Framework, or None")
    files = [] if folder is None else _folder(a_path(folder, "folder"))
    files += _interviews(evidence.pop("interview", None))
    core = None if instrument is None else instrument_of(instrument)
    questionnaire = None if core is None else Instrument._of(core)
    toward = None if direction is None else text(direction, "direction")
    return _rebuild(files, evidence, framework, questionnaire, confidence, seed, _cuts(cuts), toward, _day(as_of))


def assess_files(files: Mapping[str, bytes], **options: Any) -> Assessment:
    """As :func:`assess`, with the files of a folder given as names and bytes."""
    evidence = {name: options.pop(name) for name in list(options) if name not in _OPTIONS}
    instrument = options.get("instrument")
    core = None if instrument is None else Instrument._of(instrument_of(instrument))
    rest = options.get("framework"), core, options.get("confidence"), options.get("seed"), _cuts(options.get("cuts"))
    direction = options.get("direction")
    toward = None if direction is None else text(direction, "direction")
    return _rebuild(list(files.items()), evidence, *rest, toward, _day(options.get("as_of")))


def _is_read(path: Path) -> bool:
    ending = path.suffix.lower()
    return ending in _ENDINGS or (ending == ".txt" and path.name.startswith("interview"))


_OPTIONS = ("framework", "instrument", "confidence", "seed", "cuts", "direction", "as_of")


def _day(day: str | datetime.date | None) -> str | None:
    if isinstance(day, datetime.date):
        return day.isoformat()[:10]
    return None if day is None else text(day, "as_of")


def _interviews(given: Any) -> list[tuple[str, bytes]]:
    forms = [] if given is None else [given] if isinstance(given, Interview) else list(given)
    for form in forms:
        if not isinstance(form, Interview):
            wrong_type(form, "interview", "an Interview", "give a colead.Interview, or a list of them")
    return [(f"interview-given-{i}.json", form.to_json().encode()) for i, form in enumerate(forms, 1)]


def _cuts(cuts: Sequence[str] | None) -> list[str] | None:
    if cuts is None:
        return None
    if isinstance(cuts, str) or not all(isinstance(name, str) for name in cuts):
        wrong_type(cuts, "cuts", "a list of column names", 'give a list, such as ["tenure"]')
    return list(cuts)


def _folder(folder: Path) -> list[tuple[str, bytes]]:
    try:
        if not folder.is_dir():
            message = f"`{folder}` is not a folder" if folder.exists() else f"there is no folder `{folder}`"
            raise InputError(message, code="cannot_read", path=str(folder), help="name a folder with evidence files")
        found = sorted(p for p in folder.iterdir() if _is_read(p) and p.is_file())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        message = f"cannot read `{folder}`: {reason}"
        raise InputError(message, code="cannot_read", path=str(folder), help="check the path") from error
    return [(p.name, read_bytes(p)) for p in found if not p.name.startswith(".")]


def _rebuild(
    files: list[tuple[str, bytes]],
    tables: dict[str, Any],
    framework: Framework | None,
    instrument: Instrument | None,
    confidence: float | None,
    seed: int | None,
    cuts: list[str] | None,
    direction: str | None,
    as_of: str | None,
) -> Assessment:
    own = None if framework is None else framework._native
    questionnaire = None if instrument is None else instrument._native
    return Assessment._of(_core.assess(files, tables, own, questionnaire, confidence, seed, cuts, direction, as_of))


def _judgment(assessment: Assessment, subject: str, question: str) -> Judgment:
    return assessment.judgment(subject, question)


def preflight(
    folder: str | os.PathLike[str] | None = None,
    *,
    framework: Framework | None = None,
    instrument: Instrument | str | None = None,
    tables: Sequence[str] = (),
    measures: Sequence[str] = (),
    **evidence: Any,
) -> Preflight:
    """Which questions some data could ever answer, which never, and what each missing piece would open.

    Of data that exist: a folder, or tables as keywords, as :func:`assess` takes them. Of data that do not yet: the names
    of ``tables`` one would collect, the ``instrument`` that members would answer, and single ``measures``.

    >>> import colead
    >>> print(colead.preflight(tables=["challenges"])["challenge"]["reach"])
    full

    Raises:
        InputError: as :func:`assess`; ``unknown_table`` and ``unknown_measure`` for names that are none.
    """
    if folder is not None or evidence:
        if tables or measures:
            message = "data that exist and data that are planned are given at once"
            raise InputError(message, code="usage", path="tables", help="ask about one, then about the other")
        return assess(folder, framework=framework, instrument=instrument, **evidence).preflight()
    if framework is not None and not isinstance(framework, Framework):
        wrong_type(framework, "framework", "a Framework", "give a colead.Framework, or None")
    rulebook = Framework.builtin() if framework is None else framework
    instruments = [] if instrument is None else [instrument_of(instrument)]
    at_hand = {"tables": _names(tables, "tables"), "measures": _names(measures, "measures")}
    return Preflight(*_core.preflight(rulebook._native, json.dumps(at_hand), instruments))


def _names(names: Sequence[str], path: str) -> list[str]:
    if isinstance(names, str) or not all(isinstance(name, str) for name in names):
        wrong_type(names, path, "a list of names", 'give a list, such as ["decisions"]')
    return list(names)
