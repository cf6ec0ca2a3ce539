"""Guided use: what some data could answer, and interviews filled in over several sittings."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import _core
from ._arguments import a_path, read_text, text, wrong_type, write_bytes
from ._errors import InputError
from ._rules import Framework


@dataclass(frozen=True)
class Preflight:
    """Which questions some data could ever answer, and what each missing piece would open. Its text is ``str()``."""

    _document: str = field(repr=False)
    _text: str = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The whole as a dict: ``schema``, ``measures``, ``counts``, ``questions``, ``pieces``."""
        document: dict[str, Any] = json.loads(self._document)
        return document

    def to_json(self) -> str:
        """The whole as canonical JSON."""
        return self._document

    @property
    def counts(self) -> dict[str, int]:
        """How many questions could be answered in ``full``, in part (``partial``) and ``never``."""
        return dict(self.to_dict()["counts"])

    @property
    def questions(self) -> list[dict[str, Any]]:
        """Every question: ``question``, ``title``, ``reach`` (``full``, ``partial``, ``never``) and its ``options``."""
        return list(self.to_dict()["questions"])

    @property
    def pieces(self) -> list[dict[str, Any]]:
        """What is missing, what opens most first: ``kind``, ``source``, ``measures``, ``asks``, ``whom``, ``opens``, ``helps``."""
        return list(self.to_dict()["pieces"])

    def __getitem__(self, question: str) -> dict[str, Any]:
        for found in self.questions:
            if found["question"] == question:
                return found
        raise KeyError(question)

    def __str__(self) -> str:
        return self._text


@dataclass(frozen=True)
class Interview:
    """A form that is filled in over several sittings: each fact once, and room for who said what, where and when.

    Made by ``framework.interview(...)``, saved as text or JSON, filled in with any editor, and read back with
    :meth:`read`. It holds names of informants and belongs to the owner of the data.
    """

    framework: Framework
    _document: str = field(repr=False)
    _text: str = field(repr=False)
    _state: str = field(repr=False)

    @classmethod
    def read(cls, *sittings: str | os.PathLike[str], framework: Framework | None = None) -> Interview:
        """One or several sittings as one: files of text or JSON, in this order. Nothing is lost, nothing stands twice.

        Raises:
            InputError: with the file and the line of the first fault; ``other_unit`` and its like for forms that do not
                belong together.
        """
        paths = [a_path(sitting, "sittings") for sitting in sittings]
        return cls._of_texts(_own(framework), [(str(path), read_text(path)) for path in paths])

    @classmethod
    def from_text(cls, form: str, *, framework: Framework | None = None) -> Interview:
        """A form from its text or its JSON."""
        return cls._of_texts(_own(framework), [("interview", text(form, "form"))])

    @classmethod
    def _of_texts(cls, framework: Framework, sittings: list[tuple[str, str]]) -> Interview:
        return cls(framework, *_core.read_interview(framework._native, sittings))

    def merge(self, *others: Interview) -> Interview:
        """This sitting and others as one."""
        for other in others:
            if not isinstance(other, Interview):
                wrong_type(other, "others", "an Interview", "give a colead.Interview")
        sittings = [(f"sitting {i}", form.to_json()) for i, form in enumerate((self, *others), 1)]
        return self._of_texts(self.framework, sittings)

    def to_dict(self) -> dict[str, Any]:
        """The form as a dict: ``schema``, ``framework``, ``unit``, ``challenge``, ``facts``."""
        document: dict[str, Any] = json.loads(self._document)
        return document

    def to_json(self) -> str:
        """The form as canonical JSON."""
        return self._document

    def to_text(self) -> str:
        """The form as text to be filled in."""
        return self._text

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the form: JSON where the name ends in ``.json``, else text."""
        where = a_path(path)
        write_bytes(where, (self.to_json() if where.suffix == ".json" else self.to_text()).encode())

    @property
    def unit(self) -> str | None:
        """The unit that the facts are about."""
        unit: str | None = self.to_dict()["unit"]
        return unit

    @property
    def challenge(self) -> str | None:
        """The challenge that the criteria are about."""
        challenge: str | None = self.to_dict()["challenge"]
        return challenge

    @property
    def facts(self) -> list[dict[str, Any]]:
        """Every fact: ``measure``, ``about``, ``asks``, ``whom``, ``answers``, ``why`` and what was ``said``."""
        return list(self.to_dict()["facts"])

    @property
    def progress(self) -> tuple[int, int]:
        """How many facts have an answer, ``do not know`` included, and how many there are."""
        state = json.loads(self._state)
        return state["answered"], state["asked"]

    @property
    def contradictions(self) -> list[dict[str, Any]]:
        """Facts on which answers differ: ``measure``, ``between`` (``sittings`` or ``informants``), ``said``, ``text`` ..."""
        return list(json.loads(self._state)["contradictions"])

    def __str__(self) -> str:
        return self._text

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.framework, self._document)


def _again(framework: Framework, document: str) -> Interview:
    return Interview._of_texts(framework, [("interview", document)])


def make_interview(
    framework: Framework,
    questions: Sequence[str],
    known: Any,
    unit: str | None,
    challenge: str | None,
) -> Interview:
    """An empty form."""
    if isinstance(questions, str):
        wrong_type(questions, "questions", "a list of question ids", 'give a list, such as ["challenge"]')
    request = {"questions": list(questions), "known": known, "unit": unit, "challenge": challenge}
    try:
        document = json.dumps(request, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"the request cannot be written: {error}", code="wrong_type", path="known", help="give plain values"
        ) from error
    return Interview(framework, *_core.interview(framework._native, document))


def _own(framework: Framework | None) -> Framework:
    return Framework.builtin() if framework is None else framework
