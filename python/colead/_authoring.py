"""Frameworks of one's own: to begin one, and to see it beside another."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Mapping
from typing import Any

from . import _core
from ._arguments import text as text_of
from ._arguments import to_json, wrong_type
from ._records import Document
from ._rules import Framework, Value


class Comparison(Document):
    """Several frameworks over one case; ``str()`` tells it in words. Lists with a place for each are in their order."""

    __slots__ = ()

    @property
    def shared(self) -> list[dict[str, Any]]:
        """Questions that several ask: ``question agree sides why``.

        A side has ``status answer headline options because``, or is None; ``why`` lists the rules that differ
        (``rule verdicts replaces because``).
        """
        return copy.deepcopy(self._document["shared"])

    @property
    def alone(self) -> list[dict[str, Any]]:
        """For each framework, ``questions`` and ``measures`` that no other has."""
        return copy.deepcopy(self._document["alone"])

    @property
    def unread(self) -> list[list[dict[str, Any]]]:
        """For each framework, the measures of the case that it cannot read: ``measure code message``."""
        return copy.deepcopy(self._document["unread"])


def compare(frameworks: Iterable[Framework], case: Mapping[str, Value], *, name: str = "case") -> Comparison:
    """Several frameworks over one case, side by side; they are never merged.

    ``case`` maps measures to values, as ``Framework.judge`` takes them. A value that one of the frameworks cannot read
    counts as missing there and is listed in ``unread``.

    >>> import colead
    >>> framework = colead.Framework.builtin()
    >>> all(question["agree"] for question in colead.compare([framework, framework], {"definable": 1}).shared)
    True

    Raises:
        InputError: ``too_few``, ``wrong_type``, ``not_finite`` ...
    """
    given = list(frameworks)
    for framework in given:
        if not isinstance(framework, Framework):
            wrong_type(framework, "frameworks", "a Framework", "give a list of colead.Framework")
    if not isinstance(case, Mapping):
        wrong_type(case, "case", "a mapping", "map each measure to its value")
    told = to_json({text_of(name, "name"): dict(case)}, "case")
    return Comparison._of(*_core.compare([framework._native for framework in given], told))


def starter(id: str) -> dict[str, str]:
    """The files of a new framework named ``id``: a commented rulebook that extends the built-in one, and a small folder
    to assess with it. ``colead new-framework DIR`` writes them.

    >>> import colead
    >>> colead.check(colead.starter("our-ward")["framework.toml"])
    []
    """
    files: dict[str, str] = json.loads(_core.starter(text_of(id, "id")))
    return files
