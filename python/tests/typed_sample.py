"""What a user writes; mypy --strict reads it, and `assert_type` pins what the stubs promise."""

from __future__ import annotations

from typing import Any, assert_type

import colead


def rules() -> None:
    framework = colead.Framework.builtin()
    assert_type(framework.confidence, float)
    assert_type(framework.rules(), list[colead.Rule])
    judgment = framework.judge("challenge", {"definable": 1, "means_exist": (0.5, 0.1), "urgent": None, "kind": "x"})
    assert_type(judgment.status, str)
    assert_type(judgment.answer, str | dict[str, str] | None)
    assert_type(judgment.needs, list[colead.Need])
    assert_type(judgment.needs[0].measure, str | None)
    assert_type(judgment.next_questions(), list[colead.NextQuestion])
    assert_type(judgment.counterfactuals(freeze=["definable"])[0].changes[0].to, float | str)
    assert_type(judgment.evidence_needed(size=9).could[0].respondents[0].needed, int | None)
    assert_type(judgment.robustness().least, float | None)
    assert_type(judgment.parts, dict[str, colead.Judgment])
    assert_type(colead.check("")[0].line, int | None)
    person: dict[str, bool | float | None] = {"definable": True, "urgent": None}
    assert_type(colead.classify_challenge([person, person], components={"a": person}), colead.Judgment)
    table = framework.judge_table({"definable": [1, None]}, ["challenge"])
    assert_type(table["challenge.status"], list[Any])
    assert_type(table[0], dict[str, Any])
    framework.judge("challenge", {"definable": [1]})  # type: ignore[dict-item]
    framework.confidence = 0.8  # type: ignore[misc]


def answers(data: object) -> None:
    instrument = colead.Instrument.builtin()
    assert_type(instrument.scales, list[colead.Scale])
    tally = colead.tally(data, instrument, unit="unit")
    assert_type(tally + tally - tally, colead.Tally)
    assert_type(tally.add(data), colead.Loss)
    assert_type(tally.to_bytes(), bytes)
    assert_type(tally.scores(missing_rule="half"), colead.Table)
    colead.tally(data, instrument)  # type: ignore[call-arg]


def release(folder: str) -> None:
    assessment = colead.assess(folder, facts={"unit": ["a"]}, confidence=0.9)
    assert_type(assessment, colead.Assessment)
    assert_type(assessment.measures, colead.Table)
    done = assessment.release(colead.DisclosurePolicy(7, purpose="research"), ledger=colead.Ledger())
    assert_type(done, colead.Release)
    assert_type(done.ledger, colead.Ledger)
    assert_type(done.explain("a", "direction"), str)
    try:
        assessment.release(colead.DisclosurePolicy.unrestricted())
    except colead.DisclosureError as error:
        assert_type(error.code, str)
        assert_type(error.diagnostics, tuple[colead.Diagnostic, ...])
