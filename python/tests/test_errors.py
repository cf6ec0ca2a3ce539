"""Wrong input of every kind gets an InputError that names the argument, and never a bare TypeError."""

from __future__ import annotations

import math
import pickle
from pathlib import Path
from typing import Any

import colead
import pytest
from colead import _core
from conftest import refusal

HUGE = 10**400
F = colead.Framework.builtin()


class Explodes:
    """An object whose every use fails in its own way."""

    def items(self) -> Any:
        raise RuntimeError("mine")

    def keys(self) -> Any:
        return []


class ExplodesAsTable:
    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        raise RuntimeError("mine")


JUDGE = [
    (1, {}, "wrong_type", "question"),
    (None, {}, "wrong_type", "question"),
    ("\ud800", {}, "bad_text", "question"),
    ("chalenge", {}, "unknown_question", "question"),
    ("challenge", None, "wrong_type", "measures"),
    ("challenge", 7, "wrong_type", "measures"),
    ("challenge", "definable", "wrong_type", "measures"),
    ("challenge", [("definable", 1)], "wrong_type", "measures"),
    ("challenge", {1: 1}, "wrong_type", "measures, keys"),
    ("challenge", {"\ud800": 1}, "bad_text", "measures, keys"),
    ("challenge", {"definabel": 1}, "unknown_measure", "measures, definabel"),
    ("challenge", {"definabel": None}, "unknown_measure", "measures, definabel"),
    ("challenge", {"definable": 2}, "out_of_range", "measures, definable"),
    ("challenge", {"definable": HUGE}, "out_of_range", "measures, definable"),
    ("challenge", {"definable": math.nan}, "not_finite", "measures, definable"),
    ("challenge", {"definable": -math.inf}, "not_finite", "measures, definable"),
    ("challenge", {"definable": (1, math.nan)}, "not_finite", "measures, definable"),
    ("challenge", {"definable": (1, -0.1)}, "negative_se", "measures, definable"),
    ("challenge", {"definable": (1, 0.1, -1)}, "not_a_count", "measures, definable, n"),
    ("challenge", {"definable": (1, 0.1, 2.5)}, "not_a_count", "measures, definable, n"),
    ("challenge", {"definable": (1, "0.1")}, "wrong_type", "measures, definable, se"),
    ("challenge", {"definable": (1, True)}, "wrong_type", "measures, definable, se"),
    ("challenge", {"definable": (1, 2, 3, 4)}, "wrong_type", "measures, definable"),
    ("challenge", {"definable": ()}, "wrong_type", "measures, definable"),
    ("challenge", {"definable": "yes"}, "type_mismatch", "measures, definable"),
    ("challenge", {"definable": ("yes", 0.1)}, "wrong_type", "measures, definable"),
    ("challenge", {"definable": 1j}, "wrong_type", "measures, definable"),
    ("challenge", {"definable": b"1"}, "wrong_type", "measures, definable"),
    ("challenge", {"definable": {}}, "wrong_type", "measures, definable"),
    ("challenge", {"definable": object()}, "wrong_type", "measures, definable"),
]


@pytest.mark.parametrize(("question", "measures", "code", "path"), JUDGE)
def test_judge(question: Any, measures: Any, code: str, path: str) -> None:
    assert refusal(colead.InputError, lambda: F.judge(question, measures)) == (code, path)


@pytest.mark.parametrize("confidence", ["0.9", True, 0.5, 1, -1, math.nan, HUGE, [0.9], 0.9j])
def test_confidence(confidence: Any) -> None:
    code, path = refusal(colead.InputError, lambda: F.judge("challenge", {}, confidence=confidence))
    assert code in ("wrong_type", "bad_confidence", "out_of_range") and path == "confidence"
    assert refusal(colead.InputError, lambda: colead.classify_challenge({}, confidence=confidence))[1] == "confidence"


CLASSIFY = [
    (5, None, "wrong_type", "facts"),
    ("yes", None, "wrong_type", "facts"),
    ([1], None, "wrong_type", "facts, rater 1"),
    ([{}, "x"], None, "wrong_type", "facts, rater 2"),
    ({"definable": "yes"}, None, "wrong_type", "facts, definable"),
    ({"definable": (1, 0.1)}, None, "wrong_type", "facts, definable"),
    ({"definable": 1.5}, None, "out_of_range", "facts, definable"),
    ({"definable": math.nan}, None, "not_finite", "facts, definable"),
    ([{"definable": 1}, {"definable": math.inf}], None, "not_finite", "facts, definable, rater 2"),
    ({"rater_disagreement": 0.5}, None, "unknown_criterion", "facts, rater_disagreement"),
    ({"direction": 0.5}, None, "unknown_criterion", "facts, direction"),
    ({2: 1}, None, "wrong_type", "facts, keys"),
    ({}, 5, "wrong_type", "components"),
    ({}, {1: {}}, "wrong_type", "components, keys"),
    ({}, {"a": 5}, "wrong_type", "components, a"),
    ({}, {"a": {"definable": 5}}, "out_of_range", "components, a, definable"),
    ({}, {"a": {"nope": 1}}, "unknown_criterion", "components, a, nope"),
]


@pytest.mark.parametrize(("facts", "components", "code", "path"), CLASSIFY)
def test_classify(facts: Any, components: Any, code: str, path: str) -> None:
    call = lambda: colead.classify_challenge(facts, components=components)  # noqa: E731
    assert refusal(colead.InputError, call) == (code, path)


def test_a_framework_of_another_kind() -> None:
    wrong: Any = "builtin"
    assert refusal(colead.InputError, lambda: colead.classify_challenge({}, framework=wrong)) == ("wrong_type", "framework")


def test_errors_of_the_caller_pass_through() -> None:
    with pytest.raises(RuntimeError, match="mine"):
        F.judge("challenge", {"definable": _Number()})
    assert refusal(colead.InputError, lambda: F.judge_table(ExplodesAsTable())) == ("stream_failed", "table")


class _Number:
    def __float__(self) -> float:
        raise RuntimeError("mine")


@pytest.mark.parametrize("text", [None, 5, b"", "\ud800"])
def test_texts_of_rulebooks_and_instruments(text: Any) -> None:
    calls = [colead.Framework.from_toml, colead.Framework.from_json, colead.check, colead.Instrument.from_toml]
    for call in calls:
        assert refusal(colead.InputError, lambda call=call: call(text))[1] == "text"


@pytest.mark.parametrize("path", [None, 5, b"x", "no such file", "a\0b"])
def test_paths(path: Any, tmp_path: Path) -> None:
    for call in (colead.Framework.from_path, colead.Instrument.from_path, lambda p: colead.assess(p or 7)):
        code, _ = refusal(colead.InputError, lambda call=call: call(path))
        assert code in ("wrong_type", "cannot_read")
    (tmp_path / "latin.toml").write_bytes(b"id = '\xe4'")
    assert refusal(colead.InputError, lambda: colead.Framework.from_path(tmp_path / "latin.toml"))[0] == "bad_text"
    (tmp_path / "empty").mkdir()
    assert refusal(colead.InputError, lambda: colead.Framework.from_path(tmp_path / "empty"))[0] == "no_files"


TABLES = [
    (5, "wrong_type", "table"),
    ("definable", "wrong_type", "table"),
    ({1: [1]}, "wrong_type", "table, column names"),
    ({"definable": 1}, "wrong_type", "table, column definable"),
    ({"definable": "1"}, "wrong_type", "table, column definable"),
    ({"definable": b"1"}, "wrong_type", "table, column definable"),
    ({"definable": {1, 0}}, "wrong_type", "table, column definable"),
    ({"definable": (x for x in [1])}, "wrong_type", "table, column definable"),
    ({"definable": [[1]]}, "wrong_type", "table, row 1, column definable"),
    ({"definable": [1, object()]}, "wrong_type", "table, row 2, column definable"),
    ({"definable": [1, "1"]}, "mixed_column", "table, row 2, column definable"),
    ({"definable": [1, 2**70]}, "out_of_range", "table, row 2, column definable"),
    ({"definable": [1, math.nan]}, "not_finite", "table, row 2, column definable"),
    ({"definable": [1, 7]}, "out_of_range", "table, row 2, column definable"),
    ({"definable": ["\ud800"]}, "bad_text", "table, row 1, column definable"),
    ({"definable": [1], "means_exist": [1, 0]}, "unequal_columns", "table"),
    ({"definabel": [1]}, "unknown_measure", "table, column definabel"),
    ({"definable.se": [0.1]}, "missing_column", "table"),
    ([5], "wrong_type", "table, row 1"),
    ([{"definable": 1}, {"definable": "x"}], "mixed_column", "table, row 2, column definable"),
]


@pytest.mark.parametrize(("table", "code", "path"), TABLES)
def test_tables(table: Any, code: str, path: str) -> None:
    assert refusal(colead.InputError, lambda: F.judge_table(table)) == (code, path)


@pytest.mark.parametrize(("questions", "path"), [(5, "questions"), ([5], "questions, 1"), (["nope"], "questions")])
def test_questions_of_a_table(questions: Any, path: str) -> None:
    assert refusal(colead.InputError, lambda: F.judge_table({"definable": [1]}, questions))[1] == path


def error() -> colead.RulebookError:
    with pytest.raises(colead.RulebookError) as caught:
        colead.Framework.from_toml("[framework]\nid = 'x'\n")
    return caught.value


def test_errors_travel() -> None:
    caught = error()
    caught.add_note("seen at noon")
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        back = pickle.loads(pickle.dumps(caught, protocol))
        assert type(back) is colead.RulebookError
        assert (back.code, back.message, back.path, back.help) == (caught.code, caught.message, caught.path, caught.help)
        assert back.diagnostics == caught.diagnostics and "^" in str(back.diagnostics[0])
        assert str(back) == str(caught) and back.__notes__ == ["seen at noon"]
    with pytest.raises(colead.DisclosureError) as refused:
        colead.DisclosurePolicy(5, "pay")
    assert pickle.loads(pickle.dumps(refused.value)).code == "purpose_refused"


def test_a_panic_is_an_error_like_others(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(colead.ColeadError) as caught:
        _core._panic()
    assert caught.value.code == "panic" and "on purpose" in caught.value.message
    assert type(caught.value) is colead.ColeadError
    # The library goes on working.
    assert F.judge("challenge", {}).status == "insufficient"


def test_policies_and_ledgers() -> None:
    policy: Any = colead.DisclosurePolicy
    assert refusal(colead.DisclosureError, lambda: policy(1)) == ("bad_min_group", "min_group")
    assert refusal(colead.DisclosureError, lambda: policy(-3))[0] == "bad_min_group"
    assert refusal(colead.DisclosureError, lambda: policy(5.5))[0] == "bad_min_group"
    assert refusal(colead.InputError, lambda: policy("5")) == ("wrong_type", "min_group")
    assert refusal(colead.InputError, lambda: policy(None)) == ("wrong_type", "min_group")
    assert refusal(colead.InputError, lambda: policy(5, 5)) == ("wrong_type", "purpose")
    assert refusal(colead.DisclosureError, lambda: policy(5, "promotion"))[0] == "purpose_refused"
    ledger: Any = colead.Ledger.from_json
    assert refusal(colead.InputError, lambda: ledger(5)) == ("wrong_type", "ledger")
    assert refusal(colead.InputError, lambda: ledger("{}"))[0] == "bad_ledger"


@pytest.mark.parametrize("seed", [-1, 2**53, 1.5, "1", True, 2**70])
def test_seeds(seed: Any) -> None:
    facts = [{"unit": "a", "measure": "shared_work", "value": 1}]
    code, path = refusal(colead.InputError, lambda: colead.assess(facts=facts, seed=seed))
    assert code in ("bad_seed", "wrong_type") and path == "seed"
    assert refusal(colead.InputError, lambda: colead.simulate("harbour", seed=seed))[1] == "seed"


def test_assess_refuses() -> None:
    facts: Any = {"unit": ["a"], "measure": ["shared_work"], "value": [2]}
    call: Any = colead.assess
    assert refusal(colead.InputError, call)[0] == "no_evidence"
    assert refusal(colead.InputError, lambda: call(factz=facts)) == ("unknown_table", "factz")
    assert refusal(colead.InputError, lambda: call(facts=5)) == ("wrong_type", "facts")
    code, path = refusal(colead.InputError, lambda: call(facts=facts))
    assert code == "out_of_range" and path.startswith("facts, row 1")
    assert refusal(colead.InputError, lambda: call(facts=facts, framework="x")) == ("wrong_type", "framework")
    assert refusal(colead.InputError, lambda: call(facts=facts, instrument=5)) == ("wrong_type", "instrument")
    assert refusal(colead.InputError, lambda: call(facts=facts, instrument="nope")) == ("unknown_instrument", "id")
    assert refusal(colead.InputError, lambda: call(responses={"unit": ["a"], "x": [1]}))[0] == "no_instrument"
