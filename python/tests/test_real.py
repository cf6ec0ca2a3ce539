"""Real data, read from ``../shared`` and never copied: army leadership climate by company, a public-sector survey with
"don't know", and one interview."""

from __future__ import annotations

import csv
import os
import pathlib

import colead
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
REAL = ROOT / "tests" / "real"
SHARED = pathlib.Path(os.environ.get("COLEAD_SHARED", ROOT.parent / "shared")) / "data" / "survey"


def rows(name: str) -> list[dict[str, str]]:
    path = SHARED / name
    if not path.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{name} must be there in continuous integration")
        pytest.skip(f"{name} is not at hand")
    with path.open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def columns(data: list[dict[str, str]], instrument: colead.Instrument) -> dict[str, list[int | None]]:
    return {item.id: [int(r[item.id]) if r[item.id] else None for r in data] for item in instrument.items}


def released(release: colead.Release, scale: str, unit: str) -> dict[str, object]:
    found = [
        r for r in release.scores if r["scale"] == scale and r["unit"] == unit and r["estimand"] == "respondents"
    ]
    assert len(found) == 1
    return found[0]


def test_army_companies() -> None:
    data = rows("multilevel_lq2002.csv")
    instrument = colead.Instrument.from_path(REAL / "lq2002.toml")
    responses = {"unit": [r["COMPID"] for r in data], **columns(data, instrument)}
    responses = {k: v for k, v in responses.items() if not k.startswith("HOSTIL")}
    assessment = colead.assess(responses=responses, instrument=instrument)
    release = assessment.release()
    companies = {r["COMPID"] for r in data}
    for company in ["2", "46", "49"]:
        assert company in companies
        answers = [[int(r[f"TSIG0{i}"]) for i in (1, 2, 3)] for r in data if r["COMPID"] == company]
        mean = sum(sum(a) / 3 for a in answers) / len(answers)
        row = released(release, "direction", company)
        assert row["n"] == len(answers)
        assert row["value"] == pytest.approx((mean - 1) / 4 * 100, abs=0.05)
    report = release.to_text()
    assert "(2042 respondents)" in report
    assert "not judged yet" in report
    assert "(unvalidated)" in report


def test_public_sector_with_dont_know() -> None:
    data = rows("wa_public_sector_eps2015.csv")
    instrument = colead.Instrument.from_path(REAL / "wa2015.toml")
    size = {"1": "small", "2": "medium", "3": "large"}
    answers = columns(data, instrument)
    unit = [size[r["AgencySize"]] for r in data]
    release = colead.assess(responses={"unit": unit, **answers}, instrument=instrument).release()
    scores = []
    for r, u in zip(data, unit, strict=True):
        given = [8 - int(r[i]) for i in ("A3i", "A3j", "A3k", "A3l") if r[i] and r[i] != "8"]
        if u == "small" and len(given) >= 2:
            scores.append(sum(given) / len(given))
    row = released(release, "commitment", "small")
    assert row["n"] == len(scores)
    assert row["value"] == pytest.approx((sum(scores) / len(scores) - 1) / 6 * 100, abs=0.05)
    dont_know = sum(1 for column in answers.values() for a in column if a == 8)
    assert dont_know > 1000
    assert f"{dont_know} don't know" in release.to_text()


def test_one_interview() -> None:
    release = colead.assess(REAL / "merger").release()
    report = release.to_text()
    assert "Kind of challenge: mixed" in report
    assert "part `one payroll`: technical" in report
    assert "Source that the context asks for: dialogue" in report
    assert "Masked" not in report
