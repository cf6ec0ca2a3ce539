"""Tables of results: columns that every data frame library can take over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, overload

from . import _core
from ._errors import InputError
from ._records import Frozen

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow


class Table(Frozen):
    """A table of columns, each a list with None for missing. Immutable.

    It speaks Arrow (``__arrow_c_stream__``), so that pandas, polars, pyarrow, DuckDB and others read it directly.
    """

    __slots__ = ("_native",)
    _native: _core.Table

    def __init__(self, data: Any = None, *, name: str = "table") -> None:
        """A table from anything with ``__arrow_c_stream__``, or from a mapping from column to list or array."""
        object.__setattr__(self, "_native", _core.Table.read({} if data is None else data, name))

    @classmethod
    def _of(cls, core: _core.Table) -> Table:
        table = object.__new__(cls)
        object.__setattr__(table, "_native", core)
        return table

    @property
    def columns(self) -> list[str]:
        """The names of its columns."""
        return [name for name, _ in self._native.schema]

    def __len__(self) -> int:
        return len(self._native)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Its rows, each a dict from column to cell."""
        columns = self.columns
        for row in zip(*(self[name] for name in columns), strict=True):
            yield dict(zip(columns, row, strict=True))

    @overload
    def __getitem__(self, key: str) -> list[Any]: ...
    @overload
    def __getitem__(self, key: int) -> dict[str, Any]: ...
    def __getitem__(self, key: str | int) -> list[Any] | dict[str, Any]:
        """The cells of a column by its name, or a row by its number from 0."""
        if isinstance(key, int):
            columns = self.to_dict()
            if not -len(self) <= key < len(self):
                raise IndexError(f"row {key} of {len(self)}")
            return {name: cells[key] for name, cells in columns.items()}
        cells = self._native.column(key)
        if cells is None:
            known = ", ".join(f"`{name}`" for name in self.columns)
            raise KeyError(f"no column `{key}`; known: {known}")
        return cells

    def to_dict(self) -> dict[str, list[Any]]:
        """Its columns as a dict of lists."""
        return {name: self[name] for name in self.columns}

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The table as an Arrow stream (the Arrow PyCapsule protocol)."""
        return self._native.__arrow_c_stream__(requested_schema)

    def to_pandas(self) -> pandas.DataFrame:
        """The table as a pandas data frame; pyarrow is not needed. Missing whole numbers become ``Int64`` with NA."""
        import pandas

        return pandas.DataFrame({name: self._pandas(pandas, name, kind) for name, kind in self._native.schema})

    def _pandas(self, pandas: Any, name: str, kind: str) -> Any:
        cells = self[name]
        missing = None in cells
        match kind:
            case "int":
                return pandas.array(cells, dtype="Int64" if missing else "int64")
            case "bool":
                return pandas.array(cells, dtype="boolean" if missing else "bool")
            case "float":
                return pandas.array(cells, dtype="float64")
            case "dictionary":
                return pandas.Categorical(cells)
        return pandas.array(cells, dtype="str")

    def to_polars(self) -> polars.DataFrame:
        """The table as a polars data frame."""
        import polars

        return polars.DataFrame(self)

    def to_pyarrow(self) -> pyarrow.Table:
        """The table as a pyarrow table."""
        import pyarrow

        return pyarrow.table(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Table):
            return NotImplemented
        return self._native.schema == other._native.schema and self.to_dict() == other.to_dict()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<Table {self._native.name}: {len(self)} rows, {len(self.columns)} columns>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _table, (self._native,)


def _table(core: _core.Table) -> Table:
    if not isinstance(core, _core.Table):
        raise InputError("the stored table is of another version of colead", code="bad_state")
    return Table._of(core)
