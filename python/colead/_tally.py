"""Exact state of answers: mergeable, retractable, and read as tables."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from . import _core
from ._arguments import request, wrong_type
from ._instrument import Instrument, instrument_of
from ._records import Loss
from ._tables import Table

_DECIMALS = range(10)
MissingRule = str | int | None
Sizes = Mapping[str, int] | None
Policy = Literal["respondents", "items", "units"]


class Tally:
    """Counts of answers to an instrument: the same bytes in whatever order and on however many machines they came.

    **A tally of small units is personal data.** It belongs to the owner of the data; only a release may leave.
    Safe to share between threads; ``add`` alone changes it.

    With an ``organization`` (a table of ``unit`` and ``parent``, perhaps ``size``) every unit is also read with all
    below it, without averages of averages, and intervals are given for the current members where sizes are known.

    With ``decimals`` people are counted by weight instead of each as one: exactly, because weights are numbers of so
    many decimals. A tally of weights and a tally of people do not mix.
    """

    __slots__ = ("_native",)
    _native: _core.Tally

    def __init__(
        self, instrument: Instrument | str, *, organization: Any = None, decimals: int | None = None
    ) -> None:
        if decimals is not None and (isinstance(decimals, bool) or not isinstance(decimals, int) or decimals not in _DECIMALS):
            wrong_type(decimals, "decimals", "a whole number from 0 to 9", "give the decimals of the weights, or None")
        self._native = _core.Tally(instrument_of(instrument), organization, decimals)

    @classmethod
    def _of(cls, core: _core.Tally) -> Tally:
        tally = object.__new__(cls)
        tally._native = core
        return tally

    @classmethod
    def from_bytes(
        cls,
        data: bytes,
        *,
        instrument: Instrument | str | None = None,
        organization: Any = None,
        max_bytes: int | None = None,
    ) -> Tally:
        """Reads back what ``to_bytes`` wrote. The instrument is needed only to add more answers.

        Raises:
            InputError: ``foreign``, ``truncated``, ``inconsistent``, ``newer_format``, ``too_large``,
                ``instrument_mismatch``.
        """
        if not isinstance(data, bytes | bytearray | memoryview):
            wrong_type(data, "data", "bytes", "give what `to_bytes` wrote")
        if max_bytes is not None and (isinstance(max_bytes, bool) or not isinstance(max_bytes, int) or max_bytes < 0):
            wrong_type(max_bytes, "max_bytes", "a whole number from 0", "give a number of bytes, or None")
        core = None if instrument is None else instrument_of(instrument)
        return cls._of(_core.Tally.from_bytes(bytes(data), core, organization, max_bytes))

    def add(
        self,
        data: Any,
        *,
        unit: str = "unit",
        wave: str | None = None,
        weight: str | None = None,
        strict: bool = False,
        threads: int = 1,
    ) -> Loss:
        """Counts answers and reports what was not answered or left unread. Unchanged on error.

        ``data`` is anything with ``__arrow_c_stream__`` or a mapping from column to list or array, with one column
        an item; ``unit`` and ``wave`` name columns (``wave`` is taken when it is there), and so does ``weight`` for a
        tally made with ``decimals``. A column that is neither is left unread and reported, or refused when
        ``strict``. A data frame is counted where it lies, on ``threads`` threads that live as long as the call; the
        result is the same, to the byte, on any number of them.
        """
        if isinstance(threads, bool) or not isinstance(threads, int) or not 1 <= threads <= 1024:
            wrong_type(threads, "threads", "a whole number from 1 to 1024", "give a number of threads")
        return Loss.from_doc(json.loads(self._native.add(data, unit, wave, weight, bool(strict), threads)))

    @property
    def decimals(self) -> int | None:
        """The decimals of weights; None when people are counted each as one."""
        return self._native.decimals

    def __add__(self, other: object) -> Tally:
        if not isinstance(other, Tally):
            return NotImplemented
        return Tally._of(self._native.merged(other._native))

    def __radd__(self, other: object) -> Tally:
        # sum() begins with 0.
        if isinstance(other, int) and other == 0:
            return self
        return NotImplemented

    def __sub__(self, other: object) -> Tally:
        if not isinstance(other, Tally):
            return NotImplemented
        return Tally._of(self._native.without(other._native))

    def to_bytes(self) -> bytes:
        """Its canonical bytes; equal tallies give equal bytes."""
        return self._native.to_bytes()

    @property
    def digest(self) -> str:
        """Hexadecimal SHA-256 of ``to_bytes()``."""
        return self._native.digest

    @property
    def units(self) -> list[str]:
        """The units that answered, sorted."""
        return self._native.units

    @property
    def waves(self) -> list[str]:
        """The waves, sorted; empty when the answers had none."""
        return self._native.waves

    @property
    def instrument(self) -> Instrument | None:
        """What more answers are read with."""
        core = self._native.instrument()
        return None if core is None else Instrument._of(core)

    def respondents(self) -> Table:
        """How many people answered, by unit (and wave)."""
        return Table._of(self._native.respondents())

    def _read(self, what: str, **arguments: Any) -> Table:
        return Table._of(self._native.read(request(what, arguments)))

    def scores(self, *, missing_rule: MissingRule = None, sizes: Sizes = None) -> Table:
        """Scores of every unit on every scale, with intervals.

        Columns: ``wave`` (when there are waves), ``unit``, ``scale``, ``measure``, ``variant``, ``estimand``,
        ``value``, ``se``, ``lower``, ``upper``, ``n``, ``status`` (``known``, or why there is no value).
        ``missing_rule`` says how many answers a score needs (``half``, ``all`` or a number), ``sizes`` how many members
        each unit has, for the census; by default the instrument and the organization say so.
        """
        return self._read("scores", missing_rule=missing_rule, sizes=sizes)

    def means(self, *, missing_rule: MissingRule = None) -> Table:
        """One row a unit (and wave): ``respondents``, and for each scale its mean score in points in the column
        ``scale``, the standard error in ``scale.se`` and the people with a score in ``scale.n``.
        """
        return Table._of(self._native.means(request("means", {"missing_rule": missing_rule})))

    def counts(self) -> Table:
        """One row a unit (and wave): ``respondents``, and how often each answer was given in columns ``item=answer``.

        Where people are weighed these are weights, in units of their last decimal.
        """
        return Table._of(self._native.counts())

    def differences(self, *, missing_rule: MissingRule = None) -> Table:
        """Paired differences of the scales that the instrument declares as pairs."""
        return self._read("differences", missing_rule=missing_rule)

    def items(self) -> Table:
        """Means, variances and counts of every unit on every item, as answered."""
        return self._read("items")

    def favorability(self, *, sizes: Sizes = None) -> Table:
        """Shares of favorable answers of every unit, by item and scale; of the census where sizes are known."""
        return self._read("favorability", sizes=sizes)

    def reliability(self) -> Table:
        """Reliability of every scale."""
        return self._read("reliability")

    def agreement(self, *, items: bool = True, nulls: Sequence[str | float] | None = None) -> Table:
        """Agreement within every unit, by item (unless ``items`` is false) and scale.

        ``nulls`` names the null distributions of rwg: ``uniform``, ``slight_skew``, ``moderate_skew``, ``heavy_skew``,
        ``triangular``, ``normal``, ``maximum_dissensus``, or variances in squared points; all named ones by default.
        """
        return self._read("agreement", items=items, nulls=None if nulls is None else list(nulls))

    def agreement_summary(self, *, nulls: Sequence[str | float] | None = None) -> Table:
        """How agreement is spread over units: mean, median, SD, least, largest and absent of every measure."""
        return self._read("agreement_summary", nulls=None if nulls is None else list(nulls))

    def aggregation(self, *, missing_rule: MissingRule = None) -> Table:
        """How far units differ: the ICC family, F, and the variance components by ANOVA, REML and ML, by scale."""
        return self._read("aggregation", missing_rule=missing_rule)

    def overall(self, *, missing_rule: MissingRule = None) -> Table:
        """The mean of the whole by each policy: respondents pooled, item means averaged, unit means averaged."""
        return self._read("overall", missing_rule=missing_rule)

    def reconcile(
        self, first: Policy = "respondents", second: Policy = "units", *, missing_rule: MissingRule = None
    ) -> Table:
        """Why two policies of averaging differ: ``policy_difference`` in points, and how much of it comes from units of
        different size (``difference_by_unit_size``) and from unanswered items (``difference_by_missing_answers``).
        """
        return self._read("reconcile", first=first, second=second, missing_rule=missing_rule)

    def nonresponse(self, *, missing_rule: MissingRule = None, sizes: Sizes = None) -> Table:
        """What those who did not answer could make of every score: bounds, and the difference that would tip it."""
        return self._read("nonresponse", missing_rule=missing_rule, sizes=sizes)

    def probability_above(self, cut: float = 50.0, *, missing_rule: MissingRule = None, sizes: Sizes = None) -> Table:
        """The probability that the true score of every unit lies above ``cut`` (0 to 100), from 100 people up."""
        return self._read("probability_above", cut=cut, missing_rule=missing_rule, sizes=sizes)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tally):
            return NotImplemented
        return self.to_bytes() == other.to_bytes()

    # It changes when answers are added.
    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Tally of {self._native.instrument_id}: {len(self.units)} units>"

    def __reduce__(self) -> tuple[Any, ...]:
        organization = self._native.organization()
        table = None if organization is None else Table._of(organization)
        return _tally, (self.to_bytes(), self.instrument, table)


def _tally(data: bytes, instrument: Instrument | None, organization: Table | None) -> Tally:
    return Tally.from_bytes(data, instrument=instrument, organization=organization)


def tally(
    data: Any,
    instrument: Instrument | str,
    *,
    unit: str,
    organization: Any = None,
    wave: str | None = None,
    weight: str | None = None,
    decimals: int = 6,
    strict: bool = False,
    threads: int = 1,
) -> Tally:
    """Counts answers: a new :class:`Tally` of ``data``.

    ``weight`` names a column of weights, of which ``decimals`` decimals count; see :meth:`Tally.add` for the rest.

    >>> import colead
    >>> scales = [{"id": "direction", "items": ["d1", "d2"]}]
    >>> pulse = {"id": "pulse", "version": "1", "license": "CC0-1.0", "options": [1, 5], "scales": scales}
    >>> answers = {"team": ["a", "a", "b"], "d1": [4, 5, 2], "d2": [5, None, 3]}
    >>> colead.tally(answers, colead.Instrument.from_dict(pulse), unit="team").units
    ['a', 'b']
    """
    made = Tally(instrument, organization=organization, decimals=None if weight is None else decimals)
    made.add(data, unit=unit, wave=wave, weight=weight, strict=strict, threads=threads)
    return made
