"""Tallies: exact, mergeable, retractable, and read as tables."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import colead
import numpy
import pandas
import polars
import pyarrow
import pytest
from conftest import pulse_dict, refusal

COLUMNS = ["measure", "variant", "estimand", "value", "se", "lower", "upper", "n", "status"]
READ: dict[str, Callable[[colead.Tally], colead.Table]] = {
    "scores": lambda t: t.scores(),
    "items": lambda t: t.items(),
    "favorability": lambda t: t.favorability(),
    "reliability": lambda t: t.reliability(),
    "agreement": lambda t: t.agreement(),
    "aggregation": lambda t: t.aggregation(),
    "differences": lambda t: t.differences(),
}


def one_item(options: tuple[int, int] = (1, 5)) -> colead.Instrument:
    scale = {"id": "s", "items": ["x"]}
    return colead.Instrument.from_dict(
        {"id": "one", "version": "1", "license": "CC0-1.0", "options": list(options), "scales": [scale]}
    )


def value(table: colead.Table, **wanted: Any) -> float | None:
    found = [row for row in table if all(row.get(k) == v for k, v in wanted.items())]
    assert len(found) == 1, found
    assert isinstance(found[0]["value"], float | None)
    return found[0]["value"]


def test_instruments(pulse: colead.Instrument) -> None:
    assert [s.id for s in pulse.scales] == ["direction", "pace"]
    assert [(i.id, i.reversed) for i in pulse.items] == [("d1", False), ("d2", False), ("d3", True), ("p1", False)]
    assert pulse.options == (1, 5) and pulse.missing_rule == "half" and not pulse.validated
    builtin = colead.Instrument.builtin("collective-leadership")
    assert builtin == colead.Instrument.builtin() and {"direction", "alignment", "commitment"} <= {s.id for s in builtin.scales}
    for instrument in (pulse, builtin):
        assert pickle.loads(pickle.dumps(instrument)) == instrument
    from_tuple = pulse_dict() | {"options": (numpy.int64(1), numpy.int64(5))}
    assert colead.Instrument.from_dict(from_tuple) == pulse


def test_instruments_that_are_refused() -> None:
    make: Any = colead.Instrument.from_dict
    assert refusal(colead.InputError, lambda: make(5)) == ("wrong_type", "d")
    assert refusal(colead.InputError, lambda: make({"id": object()})) == ("wrong_type", "d")
    assert refusal(colead.InputError, lambda: make({"id": float("nan")})) == ("not_finite", "d")
    assert refusal(colead.RulebookError, lambda: make({"id": "x"}))[0] == "missing_key"
    with pytest.raises(colead.RulebookError) as caught:
        colead.Instrument.from_toml('id = "x"\nversion = "1"\nlicense = "y"\noptions = [5, 1]\n')
    assert caught.value.diagnostics and "^" in str(caught.value.diagnostics[0])
    loop: dict[str, Any] = {}
    loop["again"] = loop
    assert refusal(colead.InputError, lambda: make(loop))[1] == "d"


@pytest.mark.parametrize("name", READ)
def test_tables_are_in_long_form(name: str, pulse: colead.Instrument, answers: dict[str, Any]) -> None:
    tally = colead.tally(answers, pulse, unit="unit")
    table = READ[name](tally)
    assert table.columns[0] == "unit" and table.columns[-len(COLUMNS) :] == COLUMNS
    assert set(table.columns[1 : -len(COLUMNS)]) <= {"scale", "item", "pair"}
    for row in table:
        assert (row["value"] is not None) == (row["status"] == "known")
        assert row["measure"] == row["measure"].lower() and " " not in row["measure"]
    assert table.to_polars().height == len(table) == table.to_pyarrow().num_rows == len(table.to_pandas())
    waves = READ[name](colead.tally(answers | {"wave": ["w1"] * 6}, pulse, unit="unit"))
    assert waves.columns[0] == "wave" and set(waves["wave"]) <= {"w1"}


def test_values_of_the_textbook() -> None:
    tally = colead.tally({"unit": ["u"] * 5, "x": [4, 4, 5, 3, 4]}, one_item(), unit="unit")
    assert value(tally.items(), item="x", measure="variance") == 0.5
    agreement = tally.agreement()
    assert value(agreement, item="x", measure="rwg", variant="uniform_raw") == 0.75
    assert value(agreement, item="x", measure="ad_m") == 0.4
    assert value(agreement, item="x", measure="awg") == pytest.approx(11 / 15, rel=1e-12)


def test_icc_of_the_textbook() -> None:
    cells = {"unit": list("aaabbbcccddd"), "x": [4, 5, 4, 2, 3, 2, 5, 5, 4, 3, 3, 3]}
    table = colead.tally(cells, one_item(), unit="unit").aggregation()
    assert value(table, measure="icc1", variant="n0") == pytest.approx(122 / 149, rel=1e-12)
    assert value(table, measure="icc2", variant="anova") == pytest.approx(122 / 131, rel=1e-12)


def test_missing_is_not_zero_and_dont_know_is_neither(answers: dict[str, Any]) -> None:
    told = pulse_dict() | {"dont_know": [9]}
    answers["p1"] = [4, 9, None, 3, 9, 5]
    tally = colead.Tally(colead.Instrument.from_dict(told))
    loss = tally.add(answers)
    assert (loss.rows, loss.missing_answers, loss.dont_know, loss.ignored_columns) == (6, 2, 2, ())
    items = tally.items()
    assert value(items, unit="a", item="p1", measure="mean") == 4.0
    assert value(items, unit="a", item="p1", measure="dont_know") == 1
    assert value(items, unit="a", item="p1", measure="missing") == 1


def test_merge_retract_and_ship(pulse: colead.Instrument, answers: dict[str, Any]) -> None:
    whole = colead.tally(answers, pulse, unit="unit")
    rows = [{name: [cells[i]] for name, cells in answers.items()} for i in range(6)]
    parts = [colead.tally(row, pulse, unit="unit") for row in rows]
    assert sum(parts) == sum(reversed(parts)) == whole
    assert sum(parts).to_bytes() == whole.to_bytes() and sum(parts).digest == whole.digest
    assert whole - parts[0] == sum(parts[1:])
    assert colead.Tally.from_bytes(whole.to_bytes()) == whole
    assert colead.Tally.from_bytes(memoryview(whole.to_bytes())).scores() == whole.scores()
    assert colead.Tally(pulse) + whole == whole
    back = pickle.loads(pickle.dumps(whole))
    assert back == whole and back.add(answers).rows == 6 and back == whole + whole


def test_what_tallies_refuse(pulse: colead.Instrument, answers: dict[str, Any]) -> None:
    tally = colead.tally(answers, pulse, unit="unit")
    before = tally.to_bytes()
    other = colead.tally({"unit": ["a"], "x": [1]}, one_item(), unit="unit")
    empty = colead.Tally(pulse)
    assert refusal(colead.InputError, lambda: tally + other)[0] == "instrument_mismatch"
    assert refusal(colead.InputError, lambda: empty - tally)[0] == "impossible_subtraction"
    code, path = refusal(colead.InputError, lambda: tally.add(answers | {"d1": [4, 4, 5, 2, 1, 6]}))
    assert (code, path) == ("out_of_range", "responses, row 6, column d1")
    assert refusal(colead.InputError, lambda: tally.add(answers | {"d1": [4, 4, 5, 2, 1, 1.5]}))[0] == "not_whole"
    assert refusal(colead.InputError, lambda: tally.add(answers, unit="team"))[0] == "missing_column"
    assert refusal(colead.InputError, lambda: tally.add({"unit": ["a"]}))[0] == "missing_item"
    assert refusal(colead.InputError, lambda: tally.add(answers | {"extra": [1] * 6}, strict=True))[0] == "unknown_item"
    assert tally.to_bytes() == before
    assert tally.add(answers | {"extra": [1] * 6}).ignored_columns == ("extra",)
    wrong: Any = 5
    assert refusal(colead.InputError, lambda: tally.add(wrong)) == ("wrong_type", "responses")
    assert refusal(colead.InputError, lambda: tally.add(answers, unit=wrong)) == ("wrong_type", "unit")
    assert refusal(colead.InputError, lambda: tally.add(answers, wave=wrong)) == ("wrong_type", "wave")
    assert refusal(colead.InputError, lambda: tally.scores(missing_rule="most")) == ("bad_missing_rule", "missing_rule")
    assert refusal(colead.InputError, lambda: colead.Tally(wrong)) == ("wrong_type", "instrument")
    weighted: Any = lambda: colead.tally(answers, pulse, unit="unit", weight="w")  # noqa: E731
    assert refusal(colead.InputError, weighted) == ("missing_column", "responses")
    assert refusal(colead.InputError, lambda: tally.add(answers, weight="unit")) == ("weights_mixed", "weight")
    assert refusal(colead.InputError, lambda: tally.add(answers, threads=0))[0] == "wrong_type"
    assert refusal(colead.InputError, lambda: colead.Tally(pulse, decimals=10))[0] == "wrong_type"
    for operation in (lambda: tally + wrong, lambda: tally - wrong):
        with pytest.raises(TypeError):
            operation()


def test_frames_and_threads_change_nothing(pulse: colead.Instrument) -> None:
    dice = numpy.random.default_rng(7)
    rows = 5_000
    answers: dict[str, Any] = {"unit": [f"u{k}" for k in dice.integers(0, 90, rows)]}
    for item in ("d1", "d2", "d3", "p1"):
        steps = dice.integers(1, 6, rows)
        answers[item] = [None if k < 3 else int(s) for k, s in zip(dice.integers(0, 100, rows), steps, strict=True)]
    want = colead.tally(answers, pulse, unit="unit")
    frame = polars.DataFrame(answers)
    frames = {
        "polars": frame,
        "chunks": polars.concat([frame[:999], frame[999:1000], frame[1000:]], rechunk=False),
        "categorical": frame.with_columns(polars.col("unit").cast(polars.Categorical)),
        "small": frame.with_columns(polars.col("d1").cast(polars.Int8), polars.col("d2").cast(polars.Float32)),
        "slice": polars.concat([frame[:3], frame])[3:],
        "pyarrow": frame.to_arrow(),
        "pandas": pandas.DataFrame(answers),
        "rows": frame.to_dicts(),
    }
    for name, data in frames.items():
        for threads in (1, 3):
            got = colead.tally(data, pulse, unit="unit", threads=threads)
            assert got.digest == want.digest, (name, threads)
    loss = colead.Tally(pulse).add(frame, threads=2)
    assert loss.rows == rows and loss.missing_answers == sum(frame[c].null_count() for c in ("d1", "d2", "d3", "p1"))


def test_the_place_of_a_bad_cell_counts_over_chunks(pulse: colead.Instrument, answers: dict[str, Any]) -> None:
    good = polars.DataFrame(answers)
    bad = polars.concat([good, good.with_columns(d2=polars.Series([1, 2, 3, 4, 6, 5]))], rechunk=False)
    tally = colead.Tally(pulse)
    for threads in (1, 2):
        code, path = refusal(colead.InputError, lambda threads=threads: tally.add(bad, threads=threads))
        assert (code, path) == ("out_of_range", "responses, row 11, column d2")
    assert tally.units == []
    twice = polars.concat([good, good]).with_columns(respondent=polars.Series(["a", *"bcdefghijk", "a"]))
    assert refusal(colead.InputError, lambda: tally.add(twice)) == (
        "duplicate_respondent",
        "responses, row 12, column respondent",
    )


def test_weights_are_counted_exactly(pulse: colead.Instrument, answers: dict[str, Any]) -> None:
    weights = [0.1, 0.2, 0.3, 1.5, 0.0, 2.0]
    weighted = answers | {"w": weights}
    whole = colead.tally(polars.DataFrame(weighted), pulse, unit="unit", weight="w", decimals=1)
    listed = colead.tally(weighted, pulse, unit="unit", weight="w", decimals=1)
    assert whole.decimals == 1 and whole.digest == listed.digest
    parts = [{k: v[cut] for k, v in weighted.items()} for cut in (slice(0, 3), slice(3, 6))]
    one, two = (colead.tally(part, pulse, unit="unit", weight="w", decimals=1) for part in parts)
    assert (one + two).digest == whole.digest and ((one + two) - two).digest == one.digest
    assert colead.Tally.from_bytes(whole.to_bytes()).digest == whole.digest
    people = colead.tally(answers, pulse, unit="unit")
    assert refusal(colead.InputError, lambda: people + whole)[0] == "weights_mixed"
    assert refusal(colead.InputError, lambda: whole.reliability())[0] == "weights_unsupported"
    assert refusal(colead.InputError, lambda: whole.add(answers))[0] == "weights_mixed"
    assert whole.scores()["variant"][0] == "weighted"
    for bad, code in ((-1.0, "bad_weight"), (float("nan"), "bad_weight"), (1e12, "bad_weight"), (None, "missing_weight")):
        spoilt = answers | {"w": [bad, *weights[1:]]}
        found = refusal(colead.InputError, lambda spoilt=spoilt: colead.tally(spoilt, pulse, unit="unit", weight="w"))
        assert found == (code, "responses, row 1, column w")


def test_one_row_a_unit(pulse: colead.Instrument, answers: dict[str, Any]) -> None:
    tally = colead.tally(answers, pulse, unit="unit")
    means, counts, scores = tally.means(), tally.counts(), tally.scores()
    scales = [f"{scale}{what}" for scale in ("direction", "pace") for what in ("", ".se", ".n")]
    assert means.columns == ["unit", "respondents", *scales] and means["unit"] == tally.units
    for unit, mean in zip(means["unit"], means["direction"], strict=True):
        assert mean == value(scores, unit=unit, scale="direction", measure="mean")
    answered = [sum(row[f"d1={k}"] for k in range(1, 6)) for row in counts]
    assert sum(answered) == sum(a is not None and a != 9 for a in answers["d1"])


@pytest.mark.parametrize(
    ("data", "code"), [(b"", "truncated"), (b"hello, world", "foreign"), ("text", "wrong_type"), (None, "wrong_type")]
)
def test_bytes_that_are_no_tally(data: Any, code: str) -> None:
    assert refusal(colead.InputError, lambda: colead.Tally.from_bytes(data))[0] == code


def test_damaged_bytes_are_refused_and_never_crash(pulse: colead.Instrument, answers: dict[str, Any]) -> None:
    data = colead.tally(answers, pulse, unit="unit").to_bytes()
    for i in range(0, len(data), 7):
        spoilt = bytearray(data)
        spoilt[i] ^= 0x41
        with pytest.raises(colead.InputError):
            colead.Tally.from_bytes(bytes(spoilt))
        with pytest.raises(colead.InputError):
            colead.Tally.from_bytes(data[:i])
    assert refusal(colead.InputError, lambda: colead.Tally.from_bytes(data, max_bytes=10))[0] == "too_large"
    assert refusal(colead.InputError, lambda: colead.Tally.from_bytes(data, instrument=one_item())) == (
        "instrument_mismatch",
        "instrument",
    )
    bare = colead.Tally.from_bytes(data)
    assert refusal(colead.InputError, lambda: bare.add(answers)) == ("no_instrument", "instrument")
    assert bare.instrument is None and colead.Tally.from_bytes(data, instrument=pulse).add(answers).rows == 6


def test_every_library_counts_the_same(pulse: colead.Instrument, answers: dict[str, Any]) -> None:
    wanted = colead.tally(answers, pulse, unit="unit").to_bytes()
    frame = pandas.DataFrame(answers)
    encoded = frame.astype({"unit": "category"})
    for data in (frame, encoded, frame.convert_dtypes(), polars.DataFrame(answers), pyarrow.table(answers)):
        assert colead.tally(data, pulse, unit="unit").to_bytes() == wanted
    assert colead.tally(frame.rename(columns={"unit": "team"}), pulse, unit="team").to_bytes() == wanted


def test_an_organization_rolls_up_without_averages_of_averages(pulse: colead.Instrument, answers: dict[str, Any]) -> None:
    organization = {"unit": ["top", "a", "b"], "parent": [None, "top", "top"], "size": [None, 4, 4]}
    answers = {name: [*cells, cells[0]] for name, cells in answers.items()}
    tally = colead.tally(answers, pulse, unit="unit", organization=organization)
    assert {r["unit"]: r["n"] for r in tally.respondents()} == {"top": 7, "a": 4, "b": 3}
    scores = tally.scores()
    pooled = colead.tally(answers | {"unit": ["top"] * 7}, pulse, unit="unit").scores()
    same = {"unit": "top", "scale": "pace", "measure": "mean"}
    assert value(scores, **same) == value(pooled, **same)
    known = [{r["estimand"] for r in table if r["status"] == "known"} for table in (scores, pooled)]
    assert "census" in known[0] - known[1]
    assert pickle.loads(pickle.dumps(tally)).scores() == scores
    wrong = organization | {"unit": ["top", "a", "c"]}
    refused = lambda: colead.tally(answers, pulse, unit="unit", organization=wrong)  # noqa: E731
    assert refusal(colead.InputError, refused)[0] == "unknown_unit"


def test_the_missing_rule_is_of_the_readers_choice(pulse: colead.Instrument, answers: dict[str, Any]) -> None:
    tally = colead.tally(answers, pulse, unit="unit")
    n = {
        rule: [r["n"] for r in tally.scores(missing_rule=rule) if r["scale"] == "direction" and r["measure"] == "mean"]
        for rule in ("half", "all", 3, None)
    }
    assert n["half"] == n[None] == [3, 3] and n["all"] == n[3] == [2, 3]
