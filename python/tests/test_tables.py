"""Tables in from every data frame library, and out to each of them."""

from __future__ import annotations

import array
import datetime
import math
import pickle
import sys
from typing import Any

import colead
import duckdb
import numpy
import pandas
import polars
import pyarrow
import pytest
from conftest import refusal

FRAMEWORK = colead.Framework.builtin()
CELLS: dict[str, list[Any]] = {
    "unit": ["a", "b", "c", "d"],
    "definable": [0.0, 1.0, None, 0.5],
    "means_exist": [0, 1, 1, 0],
    "solvers_unchanged": [False, True, None, False],
}
WANTED = FRAMEWORK.judge_table(CELLS)


def frames() -> dict[str, Any]:
    pa = pyarrow.table(CELLS)
    encoded = pa.set_column(0, "unit", pa["unit"].dictionary_encode())
    chunks = pyarrow.concat_tables([pa.slice(0, 1), pa.slice(1, 0), pa.slice(1, 3)])
    pdf = pandas.DataFrame(CELLS).astype({"unit": "category"})
    relation = "SELECT * FROM pa"
    return {
        "pyarrow table": pa,
        "pyarrow dictionary": encoded,
        "pyarrow chunks": chunks,
        "pyarrow batch": pa.to_batches()[0],
        "pyarrow reader": pa.to_reader(),
        "pyarrow views": pa.set_column(0, "unit", pa["unit"].cast(pyarrow.string_view())),
        "pandas": pandas.DataFrame(CELLS),
        "pandas category": pdf,
        "pandas nullable": pandas.DataFrame(CELLS).convert_dtypes(),
        "pandas filtered": pandas.concat([pandas.DataFrame(CELLS), pandas.DataFrame(CELLS)]).iloc[4:],
        "pandas index": pandas.DataFrame(CELLS).set_index("unit"),
        "polars": polars.DataFrame(CELLS),
        "polars category": polars.DataFrame(CELLS).with_columns(polars.col("unit").cast(polars.Categorical)),
        "duckdb": duckdb.sql(relation),
        "dict": CELLS,
        "tuples": {name: tuple(cells) for name, cells in CELLS.items()},
        "numpy": {**CELLS, "means_exist": numpy.array([0, 1, 1, 0], dtype="int8")},
        "objects": {name: numpy.array(cells, dtype=object) for name, cells in CELLS.items()},
        "series": {name: pandas.Series(cells) for name, cells in CELLS.items()},
        "polars series": {name: polars.Series(cells) for name, cells in CELLS.items()},
        "pyarrow arrays": {name: pyarrow.array(cells) for name, cells in CELLS.items()},
        "rows": [dict(zip(CELLS, row, strict=True)) for row in zip(*CELLS.values(), strict=True)],
        "sparse rows": [
            {k: v for k, v in zip(CELLS, row, strict=True) if v is not None}
            for row in zip(*CELLS.values(), strict=True)
        ],
        "own": colead.Table(CELLS),
    }


@pytest.mark.parametrize("name", frames())
def test_every_library_says_the_same(name: str) -> None:
    table = FRAMEWORK.judge_table(frames()[name])
    # An index of pandas comes last.
    assert {column: table[column] for column in WANTED.columns} == WANTED.to_dict()


@pytest.mark.parametrize(
    "dtype", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64", "bool", "<f4", ">f8", ">i4"]
)
def test_numpy_types(dtype: str) -> None:
    cells = numpy.array([0, 1, 1], dtype=dtype)
    table = colead.Table({"x": cells, "stride": numpy.repeat(cells, 2)[::2], "back": cells[::-1]})
    assert [float(x) for x in table["x"]] == [float(x) for x in table["stride"]] == [0, 1, 1]
    assert [float(x) for x in table["back"]] == [1, 1, 0]


def test_other_columns_of_python() -> None:
    day = datetime.date(2024, 2, 29)
    table = colead.Table(
        {
            "array": array.array("h", [1, 2]),
            "range": range(2),
            "memory": memoryview(array.array("d", [0.5, 1.5])),
            "masked": numpy.ma.array([1, 999], mask=[False, True]),
            "day": [day, datetime.datetime(2024, 2, 29, 23, 59)],
            "numpy scalars": [numpy.int8(1), numpy.float32(0.5)],
            "nothing": [None, None],
            "na": [pandas.NA, 1],
            "nat": [pandas.NaT, day],
            "days": numpy.array(["2024-02-29", "NaT"], dtype="datetime64[D]"),
            "mixed numbers": [True, 2],
            "index": pandas.Index(["a", "b"]),
        }
    )
    assert table["array"] == [1, 2] and table["range"] == [0, 1] and table["memory"] == [0.5, 1.5]
    assert table["masked"] == [1, None]
    assert table["day"] == ["2024-02-29"] * 2
    assert table["numpy scalars"] == [1.0, 0.5]
    assert table["nothing"] == [None, None]
    assert table["na"] == [None, 1] and table["nat"] == [None, "2024-02-29"]
    assert table["days"] == ["2024-02-29", None]
    assert table["mixed numbers"] == [1, 2] and table["index"] == ["a", "b"]


def test_missing_of_pandas_without_arrow_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = pandas.DataFrame(CELLS)

    def without(self: object, requested_schema: object = None) -> object:
        raise ImportError("no pyarrow")

    monkeypatch.setattr(pandas.DataFrame, "__arrow_c_stream__", without)
    assert FRAMEWORK.judge_table(frame) == WANTED


def test_a_nan_is_refused_with_its_place() -> None:
    for table in ({"definable": [1.0, math.nan]}, {"definable": numpy.array([1, math.nan])}):
        assert refusal(colead.InputError, lambda t=table: FRAMEWORK.judge_table(t)) == (
            "not_finite",
            "table, row 2, column definable",
        )
    frame = polars.DataFrame({"definable": [1.0, math.inf]})
    assert refusal(colead.InputError, lambda: FRAMEWORK.judge_table(frame))[0] == "not_finite"


REFUSED = {
    "lazy": (lambda: polars.LazyFrame(CELLS), "wrong_type"),
    "decimal": (lambda: pyarrow.table({"x": pyarrow.array([1], pyarrow.decimal128(5, 2))}), "unsupported_type"),
    "list": (lambda: polars.DataFrame({"x": [[1], [2]]}), "unsupported_type"),
    "struct": (lambda: polars.DataFrame({"x": [{"a": 1}]}), "unsupported_type"),
    "twice": (lambda: pyarrow.Table.from_arrays([pyarrow.array([1])] * 2, names=["x", "x"]), "duplicate_column"),
    "u64": (lambda: pyarrow.table({"x": pyarrow.array([2**64 - 1], pyarrow.uint64())}), "out_of_range"),
    "numpy u64": (lambda: {"x": numpy.array([2**64 - 1], dtype="uint64")}, "out_of_range"),
    "matrix": (lambda: {"x": numpy.zeros((2, 2))}, "wrong_type"),
    "point": (lambda: {"x": numpy.array(1.0)}, "wrong_type"),
    "complex": (lambda: {"x": numpy.array([1j])}, "wrong_type"),
    "array": (lambda: pyarrow.array([1]), "wrong_type"),
    "chunks": (lambda: pyarrow.chunked_array([[1]]), "not_a_table"),
    "series": (lambda: polars.Series([1]), "not_a_table"),
    "pandas series": (lambda: pandas.Series([1]), "not_a_table"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_place_in_a_table(name: str) -> None:
    make, code = REFUSED[name]
    with pytest.raises(colead.InputError) as caught:
        colead.Table(make())
    assert caught.value.code == code and caught.value.path.startswith("table"), caught.value


def test_a_stream_is_read_once() -> None:
    reader = pyarrow.table(CELLS).to_reader()
    capsule = reader.__arrow_c_stream__()

    class Again:
        def __arrow_c_stream__(self, requested_schema: object = None) -> object:
            return capsule

    assert len(colead.Table(Again())) == 4
    assert refusal(colead.InputError, lambda: colead.Table(Again()))[0] == "released_stream"


def test_a_stream_that_fails_says_so() -> None:
    def batches() -> Any:
        yield pyarrow.record_batch({"x": [1]})
        raise RuntimeError("the disk is gone")

    reader = pyarrow.RecordBatchReader.from_batches(pyarrow.schema({"x": pyarrow.int64()}), batches())
    with pytest.raises(colead.InputError, match="the disk is gone") as caught:
        colead.Table(reader)
    assert caught.value.code == "stream_failed"


def test_out_to_every_library() -> None:
    table = colead.Table({**CELLS, "ratio": [0.5, None, 1.5, 2.0]}, name="mine")
    frame = table.to_pandas()
    assert list(frame.columns) == table.columns and frame["means_exist"].dtype == "int64"
    assert frame["solvers_unchanged"].dtype == "boolean" and frame["solvers_unchanged"].isna().tolist()[2]
    assert frame["ratio"].dtype == "float64" and frame["ratio"].isna().sum() == 1
    assert table.to_polars().to_dict(as_series=False) == table.to_dict()
    assert table.to_pyarrow().to_pydict() == table.to_dict()
    assert pyarrow.table(table).schema.field("means_exist").type == pyarrow.int64()
    assert polars.DataFrame(table).shape == (4, 5)
    assert pandas.DataFrame.from_arrow(table).shape == (4, 5)
    view = table.to_pyarrow()  # noqa: F841
    assert duckdb.sql("SELECT sum(means_exist), count(*) FROM view").fetchall() == [(2, 4)]
    assert duckdb.from_arrow(view).fetchall()[0][0] == "a"


def test_a_requested_schema_is_followed() -> None:
    table = colead.Table({"x": [1, None]})
    wanted = pyarrow.schema({"x": pyarrow.float64()})
    stream = table.__arrow_c_stream__(wanted.__arrow_c_schema__())
    assert pyarrow.RecordBatchReader._import_from_c_capsule(stream).read_all().schema == wanted


def test_pandas_needs_no_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    frame = colead.Table({"x": [1, None], "y": ["a", None]}).to_pandas()
    assert frame["x"].dtype == "Int64" and frame["y"].isna().tolist() == [False, True]
    with pytest.raises(ImportError):
        colead.Table({}).to_pyarrow()


def test_reading_a_table() -> None:
    table = colead.Table(CELLS)
    assert len(table) == 4 and table.columns == list(CELLS) and "unit" in table.columns
    assert table["unit"] == CELLS["unit"] and table[-1] == list(table)[3] and table[0]["definable"] == 0.0
    with pytest.raises(IndexError):
        table[4]
    with pytest.raises(KeyError, match="unit"):
        table["units"]
    assert len(colead.Table({})) == 0 and list(colead.Table()) == []
    table["unit"].append("spoilt")
    assert table["unit"] == CELLS["unit"]


def test_tables_travel() -> None:
    encoded = pyarrow.table({"d": pyarrow.array(["x", None, "x"]).dictionary_encode(), "n": [None, None, None]})
    for table in (colead.Table(CELLS), colead.Table(encoded), colead.Table({}), WANTED):
        back = pickle.loads(pickle.dumps(table))
        assert back == table and back.columns == table.columns and repr(back) == repr(table)
        assert back.to_pyarrow().schema == table.to_pyarrow().schema
