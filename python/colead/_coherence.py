"""Coherence: does leadership stay of one piece as pressure rises? And concordance: do leaders rank alike?"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Literal

from . import _core
from ._arguments import text, wrong_type
from ._errors import InputError
from ._tables import Table


def _read(what: str, tables: dict[str, Any], seed: int, **arguments: Any) -> Table:
    if isinstance(seed, bool) or not isinstance(seed, int):
        wrong_type(seed, "seed", "a whole number", "give a whole number from 0")
    if not 0 <= seed < 1 << 64:
        message = f"`{seed}` is not a whole number from 0"
        raise InputError(message, code="out_of_range", path="seed", help="give a whole number from 0")
    given = {name: table for name, table in tables.items() if table is not None}
    return Table._of(_core.facets(given, json.dumps({"read": what, "seed": seed, **arguments})))


def coherence(
    *,
    rankings: Any = None,
    declared: Any = None,
    decisions: Any = None,
    decision_effects: Any = None,
    organization: Any = None,
    layers: Sequence[str] | None = None,
    seed: int = 0,
) -> Table:
    """Facets of coherence of every unit, wave and pressure, in the long form. **For the owner of the data.**

    Each table is anything with ``__arrow_c_stream__`` or a mapping from column to list or array, with the columns of
    ``assess``; ``rankings`` or ``decisions`` is needed. ``layers`` names the layers from the top, where ``organization``
    does not tell their order. Columns: ``unit layer to wave pressure since facet measure variant estimand found value se
    lower upper chance p n items status``; an interval is given only where one covers.

    Raises:
        InputError: ``missing_table``, ``unknown_layer``, ``duplicate_layer``, ``unknown_unit``, ``unknown_decision``
            and every fault of a cell, with row and column.

    >>> import colead
    >>> decisions = {"decision": ["a", "b"], "unit": ["berth", "berth"], "layer": ["1", "1"]}
    >>> effects = {"decision": ["a", "b"], "priority": ["safety", "safety"], "effect": [1, -1]}
    >>> table = colead.coherence(decisions=decisions, decision_effects=effects)
    >>> [row["value"] for row in table if row["measure"] == "decision_reinforcement"]
    [-1.0, -1.0]
    """
    tables = {
        "rankings": rankings,
        "declared": declared,
        "decisions": decisions,
        "decision_effects": decision_effects,
        "organization": organization,
    }
    if layers is not None:
        if isinstance(layers, str):
            wrong_type(layers, "layers", "a list of names", "name each layer, from the top")
        layers = [text(layer, "layers") for layer in layers]
    return _read("coherence", tables, seed, layers=layers)


def concordance(
    rankings: Any,
    *,
    by: Literal["whole", "unit", "layer"] = "whole",
    declared: Any = None,
    seed: int = 0,
) -> Table:
    """Agreement of leaders on priorities, by group and condition. **For the owner of the data.**

    Rows ``kendall_w`` (with its chance value and the probability of as much by chance), ``mean_spearman``, ``camps``
    (``found`` says ``one_view``, ``two_camps`` or ``neither``) and, with ``declared``, ``declared_fidelity``.

    Raises:
        InputError: ``unknown_name``, and every fault of a cell, with row and column.

    >>> import colead
    >>> rows = {"ranker": list("aabbcc"), "unit": ["u"] * 6, "layer": ["1"] * 6,
    ...         "priority": ["x", "y"] * 3, "rank": [1, 2] * 3}
    >>> colead.concordance(rows, by="whole")[0]["value"]
    1.0
    """
    return _read("concordance", {"rankings": rankings, "declared": declared}, seed, by=text(by, "by"))
