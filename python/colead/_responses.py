"""Answers row by row: what a tally cannot know; judges who rank; and plans."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal

from . import _core
from ._arguments import request, text
from ._instrument import Instrument, instrument_of
from ._records import Loss
from ._tables import Table
from ._tally import MissingRule, Tally


class Responses:
    """Answers of respondents, row by row. Immutable. **Personal data: they belong to their owner.**

    ``data`` is anything with ``__arrow_c_stream__`` or a mapping from column to list or array, with one column an item;
    ``unit`` and ``wave`` name columns, ``respondent`` holds keys where the same people answered more than once.

    Every method gives a :class:`Table` in the long form: ``wave``, ``unit``, ``scale`` (or ``pair``, ``respondent``),
    ``measure``, ``variant``, ``estimand``, ``value``, ``se``, ``lower``, ``upper``, ``n``, ``status``.

    >>> import colead
    >>> scales = [{"id": "direction", "items": ["d1", "d2"]}]
    >>> pulse = colead.Instrument.from_dict({"id": "p", "version": "1", "license": "CC0-1.0", "options": [1, 5], "scales": scales})
    >>> answers = {"unit": list("aabb") * 2, "wave": [1] * 4 + [2] * 4, "respondent": list("wxyz") * 2}
    >>> answers |= {"d1": [1, 2, 4, 5, 3, 3, 4, 4], "d2": [2, 2, 5, 4, 3, 4, 4, 5]}
    >>> changes = colead.Responses(answers, pulse).changes("1", "2")
    >>> [row["value"] for row in changes if row["measure"] == "change"]
    [37.5, -6.25]
    """

    __slots__ = ("_arguments", "_instrument", "_native")
    _native: _core.Responses
    _instrument: Instrument
    _arguments: tuple[str, str | None, bool]

    def __init__(
        self,
        data: Any,
        instrument: Instrument | str,
        *,
        unit: str = "unit",
        wave: str | None = None,
        strict: bool = False,
    ) -> None:
        self._arguments = (unit, wave, bool(strict))
        core = instrument_of(instrument)
        self._instrument = Instrument._of(core)
        self._native = _core.Responses(data, core, unit, wave, bool(strict))

    @property
    def instrument(self) -> Instrument:
        """What they answer."""
        return self._instrument

    @property
    def loss(self) -> Loss:
        """What was not answered or left unread."""
        return Loss.from_doc(json.loads(self._native.loss()))

    @property
    def units(self) -> list[str]:
        """The units."""
        return self._native.units

    @property
    def waves(self) -> list[str]:
        """The waves; empty when the answers had none."""
        return self._native.waves

    def __len__(self) -> int:
        """The number of rows."""
        return len(self._native)

    def tally(self, *, organization: Any = None) -> Tally:
        """A tally of the same answers."""
        unit, wave, _ = self._arguments
        made = Tally(self._instrument, organization=organization)
        made.add(Table._of(self._native.table()), unit=unit, wave=wave)
        return made

    def _read(self, what: str, **arguments: Any) -> Table:
        return Table._of(self._native.read(request(what, arguments)))

    def gate(self, *, draws: int = 999, seed: int = 1, level: float = 0.05, icc: float = 0.2) -> Table:
        """May members stand for their unit? ``aggregation_gate``: 1 shown, 0 cannot tell, -1 contradicted.

        Whole respondents are dealt anew to units ``draws`` times; ``gate_power`` is the probability that members who
        agree as an ICC(1) of ``icc`` says would be shown.
        """
        return self._read("gate", draws=draws, seed=seed, level=level, icc=icc)

    def changes(
        self, start: str, end: str, *, linked: bool = True, missing_rule: MissingRule = None
    ) -> Table:
        """Change of every unit on every scale from wave ``start`` to ``end``, on 0 to 100, of the same people
        (``linked``) or of two groups: ``change``, ``change_p``, ``change_q`` and ``minimum_detectable_change``.
        """
        return self._read("changes", **{"from": start, "to": end}, linked=linked, missing_rule=missing_rule)

    def reliable_change(self, start: str, end: str, *, missing_rule: MissingRule = None) -> Table:
        """Shares of linked people who changed by more than their answers waver (Jacobson and Truax 1991)."""
        return self._read("reliable_change", **{"from": start, "to": end}, missing_rule=missing_rule)

    def careless(self, *, run: float = 0.5, answers: int = 6) -> Table:
        """What leaving out careless patterns would change: a sensitivity analysis, not a filter."""
        return self._read("careless", run=run, answers=answers)

    def careless_flags(self, *, run: float = 0.5, answers: int = 6) -> Table:
        """The patterns of every respondent, 1 or 0. **Of persons: for the owner of the data.**"""
        return self._read("careless_flags", run=run, answers=answers)

    def split_sample(
        self, x: str, y: str, *, wave: str | None = None, splits: int = 200, seed: int = 1
    ) -> Table:
        """Do two scales go together between units when no person answers for both?"""
        return self._read("split_sample", x=x, y=y, wave=wave, splits=splits, seed=seed)

    def drivers(self, outcome: str, *, wave: str | None = None) -> Table:
        """Which scales go together with the scale ``outcome`` among persons. One source: it says nothing of causes."""
        return self._read("drivers", outcome=outcome, wave=wave)

    def agreement_listwise(self, *, nulls: Sequence[str | float] | None = None) -> Table:
        """Agreement within every unit among those who answered every item of a scale."""
        return self._read("agreement_listwise", nulls=None if nulls is None else list(nulls))

    def __repr__(self) -> str:
        return f"<Responses to {self._instrument.id}: {len(self)} rows>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _responses, (Table._of(self._native.table()), self._instrument, self._arguments)


def _responses(data: Table, instrument: Instrument, arguments: tuple[str, str | None, bool]) -> Responses:
    unit, wave, strict = arguments
    return Responses(data, instrument, unit=unit, wave=wave, strict=strict)


def rank_agreement(
    ratings: Any,
    read: Literal["agreement", "consensus", "pairs"] = "agreement",
    *,
    draws: int | None = None,
    seed: int | None = None,
    p: float | None = None,
    k: int | None = None,
    ties: Literal["group", "item"] | None = None,
) -> Table:
    """Do judges agree on what comes first? ``ratings`` has ``judge``, ``object`` and ``value``, the first with the least.

    ``agreement`` gives Kendall's W with its chance (``draws``, ``seed``), the mean Spearman correlation and
    Krippendorff's alpha; ``consensus`` whether one view is shared, and the camps; ``pairs`` compares every two judges:
    Spearman, Kendall's tau-b, rank-biased overlap (``p``, ``ties``), Jaccard and the overlap of the first ``k``.

    >>> import colead
    >>> ratings = {"judge": list("aabb"), "object": list("xyxy"), "value": [1, 2, 1, 2]}
    >>> colead.rank_agreement(ratings)[0]["value"]
    1.0
    """
    arguments = {"draws": draws, "seed": seed, "p": p, "k": k, "ties": ties}
    return Table._of(_core.rank_agreement(ratings, request(text(read, "read"), arguments)))


def plan(read: str, **arguments: float) -> Table:
    """Plans a survey: one row with the answer, or why there is none.

    ``power_of_difference`` (``difference`` in standard deviations, ``n1``, ``n2``), ``smallest_group`` (``difference``,
    ``power``), ``respondents_for_margin`` (``sd``, ``members``, ``margin``), ``unit_size_for_reliability`` (``icc1``,
    ``target``).

    >>> import colead
    >>> colead.plan("smallest_group", difference=0.5, power=0.8)[0]["value"]
    64.0
    """
    return Table._of(_core.plan(request(text(read, "read"), arguments)))
