"""Plans held against a diagnosis."""

from __future__ import annotations

import copy
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from ._arguments import read_text, to_json, wrong_type
from ._records import Document

if TYPE_CHECKING:
    from ._rules import Judgment

#: A lever by its id, or with what is free about it: ``lever``, and perhaps ``who``, ``how_many``, ``note``.
Pulled: TypeAlias = str | Mapping[str, Any]
#: Judgments by question: an option that holds, or option to ``"holds"``, ``"fails"``, ``"insufficient"``, bool or None.
Judgments: TypeAlias = Mapping[str, str | Mapping[str, str | bool | None] | None]


class Lint(Document):
    """A plan held against a diagnosis: what the rulebook warns of; ``str()`` tells it in words. Immutable."""

    __slots__ = ()

    @property
    def sound(self) -> bool:
        """Whether no rule warns, and none could; hints do not count."""
        return bool(self._document["sound"])

    @property
    def warnings(self) -> list[dict[str, Any]]:
        """What the rules say: ``kind question option rule strength because levers needs concepts cites``.

        ``kind`` is ``warning``, ``conditional`` (it depends on ``needs``) or ``hint``.
        """
        return copy.deepcopy(self._document["warnings"])

    @property
    def offers(self) -> list[dict[str, Any]]:
        """Levers that the framework offers for the same diagnosis and the plan has not."""
        return copy.deepcopy(self._document["offers"])


def plan_text(plan: object) -> str:
    """A plan as the core reads it: TOML or JSON."""
    if isinstance(plan, str | os.PathLike):
        return read_text(Path(plan))
    if isinstance(plan, Mapping):
        return to_json(dict(plan), "plan")
    if not isinstance(plan, Iterable):
        wrong_type(plan, "plan", "a plan", "give a path, a list of levers, or a mapping with `lever`")
    levers = [{"lever": pulled} if isinstance(pulled, str) else pulled for pulled in plan]
    return to_json({"lever": levers}, "plan")


def diagnosis_text(
    measures: Mapping[str, Any] | None, judgments: Judgments | Judgment | Iterable[Judgment] | None
) -> str:
    """A diagnosis as the core reads it."""
    from ._rules import Judgment

    told: dict[str, Any] = {}
    if isinstance(judgments, Judgment):
        judgments = [judgments]
    if isinstance(judgments, Mapping):
        told = dict(judgments)
    elif judgments is not None:
        for judgment in judgments:
            if not isinstance(judgment, Judgment):
                wrong_type(judgment, "judgments", "a Judgment", "give Judgments, or a mapping from question to option")
            found = judgment.to_dict()
            one = found["answer"]
            told[judgment.question] = (
                one if isinstance(one, str) else {o["option"]: o["verdict"] for o in found["options"]}
            )
    document = {"measures": {} if measures is None else measures, "judgments": told}
    return to_json(document, "diagnosis")
