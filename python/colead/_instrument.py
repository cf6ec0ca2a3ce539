"""A questionnaire."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from . import _core
from ._arguments import a_path, read_text, text, to_json, wrong_type
from ._errors import InputError
from ._records import Frozen, Item, Scale
from ._tables import Table


class Instrument(Frozen):
    """A questionnaire: which items exist, how they are answered, and which scales they make. Immutable."""

    __slots__ = ("_native",)
    _native: _core.Instrument

    def __init__(self) -> None:
        raise TypeError("use Instrument.builtin(id), .from_toml(text), .from_dict(d) or .from_path(path)")

    @classmethod
    def _of(cls, core: _core.Instrument) -> Instrument:
        instrument = object.__new__(cls)
        object.__setattr__(instrument, "_native", core)
        return instrument

    @classmethod
    def builtin(cls, id: str = "collective-leadership") -> Instrument:
        """An instrument that ships with the library: ``collective-leadership`` or ``ccl-dac``."""
        return cls._of(_core.Instrument.builtin(id))

    @classmethod
    def from_toml(cls, text: str) -> Instrument:
        """An instrument from TOML text.

        Raises:
            RulebookError: with every finding in ``diagnostics``.
        """
        return cls._from_file("", _text(text))

    @classmethod
    def from_json(cls, text: str) -> Instrument:
        """An instrument from JSON text: the same grammar as TOML."""
        return cls._from_file("", _text(text))

    @classmethod
    def from_path(cls, path: str | os.PathLike[str]) -> Instrument:
        """An instrument from a file, TOML or JSON."""
        place = a_path(path)
        return cls._from_file(place.name, read_text(place))

    @classmethod
    def from_dict(cls, d: Mapping[str, Any]) -> Instrument:
        """An instrument from plain Python data; an item with a leading ``-`` is reversed.

        >>> import colead
        >>> scales = [{"id": "direction", "items": ["d1", "d2", "-d3"]}]
        >>> own = {"id": "pulse", "version": "1", "license": "CC0-1.0", "options": [1, 5], "scales": scales}
        >>> [item.id for item in colead.Instrument.from_dict(own).items if item.reversed]
        ['d3']
        """
        if not isinstance(d, Mapping):
            wrong_type(d, "d", "a mapping", "give a dict with id, version, license, options and scales")
        return cls._from_file("", to_json(d, "d"))

    @classmethod
    def _from_file(cls, name: str, source: str) -> Instrument:
        return cls._of(_core.Instrument.from_file(name, source))

    @property
    def id(self) -> str:
        """Its id."""
        return self._native.id

    @property
    def version(self) -> str:
        """Its version."""
        return self._native.version

    @property
    def title(self) -> str:
        """Its name for people, or empty."""
        return self._native.title

    @property
    def license(self) -> str:
        """The licence of its wording."""
        return self._native.license

    @property
    def validated(self) -> bool:
        """Whether it has published validation; lines that rest on one without say so."""
        return self._native.validated

    @property
    def options(self) -> tuple[int, int]:
        """The lowest and the highest answer code, unless a scale has its own."""
        return self._native.options

    @property
    def labels(self) -> list[str]:
        """The wording of the options, lowest first, or empty."""
        return self._native.labels

    @property
    def dont_know(self) -> list[int]:
        """Answer codes that mean "don't know"."""
        return self._native.dont_know

    @property
    def missing_rule(self) -> str | int:
        """How many items of a scale a person must have answered: ``half``, ``all`` or a number."""
        return self._native.missing_rule

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Declared pairs of scales, whose differences a tally can read."""
        return self._native.pairs

    @property
    def scales(self) -> list[Scale]:
        """Its scales."""
        return [Scale.from_doc(doc) for doc in json.loads(self._native.scales())]

    @property
    def items(self) -> list[Item]:
        """Its items."""
        return [Item.from_doc(doc) for doc in json.loads(self._native.items())]

    @property
    def language(self) -> str:
        """The language of its texts, such as ``en``; empty when not stated."""
        return self._native.language

    @property
    def languages(self) -> list[str]:
        """The other languages it has texts in."""
        return self._native.languages

    def in_language(self, language: str) -> Instrument:
        """The same instrument with its texts in another language; keys and numbers stay the same.

        Raises:
            InputError: ``unknown_language``, with those there are.
        """
        return Instrument._of(self._native.in_language(language))

    @classmethod
    def from_definitions(
        cls,
        table: Any,
        *,
        id: str,
        scale: str,
        items: str,
        options: tuple[int, int],
        index: str | None = None,
        item_column: str | None = None,
        dont_know: Sequence[int] = (),
        version: str | None = None,
        license: str | None = None,
    ) -> Instrument:
        """An instrument of the table in which an existing survey defines its scales, one row a scale.

        ``scale`` and ``items`` name the columns that name each scale and list its items (``-`` before a reversed one);
        ``index`` names the column of a wider index; ``item_column`` such as ``Q{}`` says how the column of question
        ``{}`` is called where items are numbers.

        >>> import colead
        >>> table = {"part": ["Autonomy", "Pay"], "questions": ["Q.13, -14", "Q.71"]}
        >>> survey = colead.Instrument.from_definitions(
        ...     table, id="survey", scale="part", items="questions", options=(1, 5), item_column="Q{}"
        ... )
        >>> [item.id for item in survey.items]
        ['Q13', 'Q14', 'Q71']
        """
        settings = {
            "id": text(id, "id"),
            "scale": text(scale, "scale"),
            "items": text(items, "items"),
            "options": list(options),
            "index": index,
            "item_column": item_column,
            "dont_know": list(dont_know),
            "version": version,
            "license": license,
        }
        return cls._of(_core.Instrument.from_definitions(table, to_json(settings, "settings")))

    def map(self, columns: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
        """How it is keyed: for every item of every scale its ``scale``, ``item``, ``column``, range ``lo`` to ``hi``, and
        whether it is ``reversed``. ``columns`` says which columns of an export are which items; others stand in the
        column of their name.

        >>> import colead
        >>> colead.Instrument.builtin("ccl-dac").map()[0]["item"]
        'DIR1'
        """
        keyed: list[dict[str, Any]] = json.loads(self._native.map(_columns(columns)))
        return keyed

    def apply_map(self, export: Any, columns: Mapping[str, str]) -> Table:
        """An export with its columns named as the items are, ready to be counted."""
        return Table._of(self._native.apply_map(export, _columns(columns)))

    @property
    def logic_sha256(self) -> str:
        """Digest of what decides numbers: ids, ranges, reversal, scales; wording left out."""
        return self._native.logic_sha256

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Instrument):
            return NotImplemented
        return self._state() == other._state()

    def __hash__(self) -> int:
        return hash((self.id, self.version, self.logic_sha256))

    def _state(self) -> tuple[Any, ...]:
        mine = self._native
        texts = mine.title, mine.license, mine.language, mine.languages
        return mine.id, mine.version, texts, mine.validated, mine.scales(), mine.items()

    def __repr__(self) -> str:
        return f"<Instrument {self.id} {self.version}: {len(self.scales)} scales, {len(self.items)} items>"

    def __reduce__(self) -> tuple[Any, ...]:
        source = self._native.source()
        return (Instrument.builtin, (self.id,)) if source is None else (Instrument._from_file, source)


def instrument_of(value: object, path: str = "instrument") -> _core.Instrument:
    """The native instrument in an argument: an Instrument, or the id of one that ships with the library."""
    if isinstance(value, Instrument):
        return value._native
    if isinstance(value, str):
        return _core.Instrument.builtin(value)
    wrong_type(value, path, "an Instrument", "give a colead.Instrument or the id of a built-in one")


def _text(value: object) -> str:
    return text(value, "text")


def _columns(columns: Mapping[str, str] | None) -> str | None:
    return None if columns is None else to_json({"columns": dict(columns)}, "columns")
