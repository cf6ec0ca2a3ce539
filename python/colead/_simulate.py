"""Organizations with known truth."""

from __future__ import annotations

import json
import os
from types import MappingProxyType
from typing import Any

from . import _core
from ._arguments import a_path, text, to_json, write_bytes
from ._assess import Assessment, assess_files
from ._errors import InputError
from ._records import Frozen
from ._tables import Table


class Simulation(Frozen):
    """A simulated organization: evidence as files, and what is true of it. Immutable.

    Simulated data say what a method does on data of this kind. They say nothing about real organizations.
    """

    __slots__ = ("_files", "_truth")
    _files: dict[str, bytes]
    _truth: str

    def __init__(self) -> None:
        raise TypeError("a Simulation comes from simulate()")

    @classmethod
    def _of(cls, files: list[tuple[str, bytes]], truth: str) -> Simulation:
        simulation = object.__new__(cls)
        object.__setattr__(simulation, "_files", dict(files))
        object.__setattr__(simulation, "_truth", truth)
        return simulation

    @property
    def files(self) -> MappingProxyType[str, bytes]:
        """The files of a folder that ``assess`` reads, by name, with ``colead.toml`` and ``truth.json``."""
        return MappingProxyType(self._files)

    @property
    def tables(self) -> dict[str, Table]:
        """The evidence as tables: keywords of ``assess``."""
        csv = {name.removesuffix(".csv"): data for name, data in self._files.items() if name.endswith(".csv")}
        return {name: Table._of(_core.read_csv(name, data)) for name, data in csv.items()}

    @property
    def truth(self) -> dict[str, Any]:
        """What is true."""
        truth: dict[str, Any] = json.loads(self._truth)
        return truth

    def write(self, folder: str | os.PathLike[str]) -> list[str]:
        """Writes the files into a folder and gives their names."""
        place = a_path(folder, "folder")
        for name, data in self._files.items():
            write_bytes(place / name, data)
        return list(self._files)

    def assess(self, **options: Any) -> Assessment:
        """Assesses it, with the arguments of ``assess``."""
        return assess_files(self._files, **options)

    def __repr__(self) -> str:
        return f"<Simulation: {len(self._files)} files>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Simulation._of, (list(self._files.items()), self._truth)


def simulate(example: str | None = None, *, seed: int | None = None, **spec: Any) -> Simulation:
    """An organization with known truth; equal calls give equal bytes.

    ``example="harbour"`` is the shipped example told with another seed. Otherwise the keywords say what to simulate,
    all optional: ``teams``, ``departments``, ``team_size`` ``[lo, hi]``, ``waves``, ``mean``, ``icc``, ``person_sd``,
    ``item_sd``, ``discrimination`` ``[lo, hi]`` (the graded response model), ``habits`` (``{"positive", "acquiescence",
    "straightlining"}``), ``response_rate``, ``response_slope``, ``missing_rate``, ``dont_know_rate``, ``planted`` (a list
    of ``{"unit", "scale", "wave", "shift"}``), ``splits``, ``obstacles``, ``scales``, ``priorities``, ``divergence``,
    ``decisions`` and more.

    >>> import colead
    >>> made = colead.simulate(seed=3, teams=8, departments=2)
    >>> "responses.csv" in made.files and "truth.json" in made.files
    True

    Raises:
        InputError: ``unknown_key``, ``out_of_range`` and the like, with the path of the field.
    """
    if example is not None:
        if text(example, "example") != "harbour":
            raise InputError(f"unknown example `{example}`", code="unknown_name", path="example", help="known: `harbour`")
        if spec:
            message = "an example takes a seed and nothing else"
            raise InputError(message, code="unknown_key", path=next(iter(spec)), help="leave the example out")
        return Simulation._of(*_core.simulate_harbour(seed))
    chosen = {name: value for name, value in spec.items() if value is not None}
    if seed is not None:
        if isinstance(seed, bool) or not isinstance(seed, int):
            raise InputError("the seed is not a whole number", code="wrong_type", path="seed", help="give an int")
        # Beyond 64 bits of a JSON number the core takes a seed as text.
        chosen["seed"] = str(seed)
    return Simulation._of(*_core.simulate_spec(to_json(chosen, "spec")))
