"""Connection: who looks to whom, within groups and across them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal

from . import _core
from ._arguments import text, wrong_type
from ._errors import DisclosureError, InputError
from ._tables import Table

Direction = Literal["source looks to target", "target looks to source", "undirected"]


class Network:
    """Who looks to whom, in one or several relations of the same people. Immutable; made by :func:`network`.

    **It holds keys of people and belongs to the owner of the data.** Measures of the whole and of groups need no
    permission; positions of single people do, and they are positions, never judgments: they enter neither an
    assessment nor a release.
    """

    __slots__ = ("_native", "_options", "_threads")
    _native: _core.Network
    _options: str
    _threads: int

    def __init__(self, ties: Any, nodes: Any, options: str, threads: int = 1) -> None:
        self._native = _core.Network(ties, nodes, options)
        self._options = options
        self._threads = threads

    @property
    def summary(self) -> dict[str, Any]:
        """What was read and what was left out, without any key of a person.

        ``nodes``, ``layers`` (wave, relation, ties), ``options`` (what columns were taken to mean), ``unread`` columns,
        ``dropped_self_ties``, ``joined_repeats``, ``dropped_zero_weights``, ``nodes_from_ties``.
        """
        return dict(json.loads(self._native.summary()))

    @property
    def relations(self) -> list[str]:
        """The relations, in the order first met; empty when ties have none."""
        found = [layer["relation"] for layer in self.summary["layers"]]
        return list(dict.fromkeys(name for name in found if name is not None))

    def _read(self, what: str, **arguments: Any) -> Table:
        return Table._of(self._native.read(json.dumps({"read": what, **arguments}), self._threads))

    def measures(self, *, permutations: int = 999, seed: int = 0, sources: int = 256) -> Table:
        """Every measure of each whole network, by its named variants.

        Columns: ``wave`` and ``relation`` where ties have them, ``measure``, ``variant``, ``estimand`` (``observed``,
        ``chance``, ``sampled``), ``value``, ``se``, ``lower``, ``upper``, ``n``, ``status`` (``known``, or why there is no
        value); where people did not respond also ``if_absent`` and ``if_present``, the values were all missing ties
        absent, or there. ``permutations`` stand for chance, ``sources`` for all paths where these are too many.
        """
        numbers = {"permutations": permutations, "seed": seed, "sources": sources}
        return self._read("measures", **{name: _whole(value, name) for name, value in numbers.items()})

    def by_group(self, *, min_group: int = 5) -> Table:
        """Measures of each group of at least ``min_group`` people; those of smaller ones are ``too_few``."""
        return self._read("by_group", min_group=_whole(min_group, "min_group"))

    def between_groups(self, *, min_group: int = 5) -> Table:
        """Ties and their density from each ``group`` (who looks) ``to`` each (who is looked to)."""
        return self._read("between_groups", min_group=_whole(min_group, "min_group"))

    def thresholds(self, above: Sequence[float]) -> Table:
        """Measures of the ties stronger than each of ``above``: a sweep, for no threshold is the right one."""
        if isinstance(above, str) or not all(isinstance(x, int | float) for x in above):
            wrong_type(above, "above", "a list of numbers", "give the thresholds")
        return self._read("thresholds", above=[_finite(float(x), "above") for x in above])

    def compare(self, first: str, second: str, *, permutations: int = 999, seed: int = 0) -> Table:
        """Two relations side by side: does the second, say the formal order, show in the first?"""
        return self._read(
            "compare",
            first=text(first, "first"),
            second=text(second, "second"),
            permutations=_whole(permutations, "permutations"),
            seed=_whole(seed, "seed"),
        )

    def regress(
        self,
        outcome: str,
        predictors: Sequence[str],
        *,
        strength: bool = False,
        permutations: int = 999,
        seed: int = 0,
    ) -> Table:
        """One relation regressed on others (MRQAP), with permutation p-values."""
        if isinstance(predictors, str):
            predictors = [predictors]
        return self._read(
            "regress",
            outcome=text(outcome, "outcome"),
            predictors=[text(name, "predictors") for name in predictors],
            strength=bool(strength),
            permutations=_whole(permutations, "permutations"),
            seed=_whole(seed, "seed"),
        )

    def nodes(self, *, permission: str | None = None) -> Table:
        """Positions of single people: **personal data**.

        ``permission`` says in words who permits it and what for; without it nothing is given.

        Raises:
            DisclosureError: ``permission_needed``.
        """
        if permission is not None and not isinstance(permission, str):
            message = "permission is given in words, not by a flag"
            help = "say who permits it and what for"
            raise DisclosureError(message, code="permission_needed", path="permission", help=help)
        return self._read("nodes", permission=None if permission is None else text(permission, "permission"))

    def __repr__(self) -> str:
        summary = self.summary
        return f"<Network of {summary['nodes']} nodes: {len(summary['layers'])} layers>"

    def __reduce__(self) -> tuple[Any, ...]:
        ties, nodes = self._native.tables()
        return Network, (Table._of(ties), None if nodes is None else Table._of(nodes), self._options, self._threads)


def _whole(value: object, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        wrong_type(value, path, "a whole number", "give a whole number from 0")
    if not 0 <= value < 1 << 64:
        message = f"`{value}` is not a whole number from 0"
        raise InputError(message, code="out_of_range", path=path, help="give a whole number from 0")
    return value


def _finite(value: float, path: str) -> float:
    if value - value != 0.0:
        message = f"`{value}` is no threshold"
        raise InputError(message, code="not_finite", path=path, help="give finite numbers")
    return value


def network(
    ties: Any,
    nodes: Any = None,
    *,
    direction: Direction,
    weight: str | None = None,
    group: str | None = None,
    leader: str | None = None,
    level: str | None = None,
    top: Literal["smallest", "largest"] | None = None,
    responded: str | None = None,
    most: float | None = None,
    self_ties: Literal["refuse", "drop"] = "refuse",
    repeats: Literal["refuse", "sum", "strongest"] = "refuse",
    threads: int = 1,
) -> Network:
    """A network of ties, in one or several relations.

    ``ties`` has the columns ``source`` and ``target``, and perhaps ``relation`` and ``wave``; ``nodes`` has ``id``.
    Both are anything with ``__arrow_c_stream__`` or a mapping from column to list or array. ``direction`` says which
    end looks to the other: nothing in the numbers would tell. ``weight`` names the column of ties that holds their
    strength, ``group``, ``leader`` (true or false), ``level`` (a number; ``top`` says which end is the top) and
    ``responded`` (true or false) name columns of nodes; ``most`` is the largest strength possible. What is not named
    is not read. Long work runs on ``threads`` threads that live as long as a call; numbers do not depend on them.

    Raises:
        InputError: ``unknown_direction``, ``unknown_column``, ``missing_column``, ``unknown_node``, ``duplicate_node``,
            ``self_tie``, ``repeated_tie``, ``negative_weight``, ``not_finite``, ``missing_value``, ``above_most``,
            ``weight_not_named``, ``tie_of_nonrespondent`` and others, with row and column.

    >>> import colead
    >>> ties = {"source": ["ann", "ben", "cem"], "target": ["cem", "cem", "ann"]}
    >>> table = colead.network(ties, direction="source looks to target").measures()
    >>> [row["value"] for row in table if (row["measure"], row["variant"]) == ("reciprocity", "arcs")]
    [0.6666666666666666]
    """
    if most is not None:
        if isinstance(most, bool) or not isinstance(most, int | float):
            wrong_type(most, "most", "a number", "give the top of the rating scale, or None")
        most = _finite(float(most), "most")
    words = {
        "direction": direction,
        "weight": weight,
        "group": group,
        "leader": leader,
        "level": level,
        "top": top,
        "responded": responded,
        "self_ties": self_ties,
        "repeats": repeats,
    }
    options: dict[str, Any] = {k: None if v is None else text(v, k) for k, v in words.items()}
    if isinstance(threads, bool) or not isinstance(threads, int) or not 1 <= threads <= 1024:
        wrong_type(threads, "threads", "a whole number from 1 to 1024", "give a number of threads")
    return Network(ties, nodes, json.dumps({**options, "most": most}), threads)


def group_network(ties: Any, groups: Any, *, direction: Direction, min_group: int = 5) -> Table:
    """Measures of ties between groups that come without people.

    ``groups`` has ``group`` and ``size``; ``ties`` has ``source``, ``target`` (groups) and ``ties``, how many there are.

    >>> import colead
    >>> groups = {"group": ["north", "south"], "size": [10, 12]}
    >>> ties = {"source": ["north", "north"], "target": ["north", "south"], "ties": [20, 5]}
    >>> colead.group_network(ties, groups, direction="source looks to target")[0]["value"]
    -0.6
    """
    least = _whole(min_group, "min_group")
    return Table._of(_core.group_network(ties, groups, text(direction, "direction"), least))
