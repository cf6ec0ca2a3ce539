"""Disclosure control as a user of the package meets it."""

from __future__ import annotations

import pickle
from typing import Any

import colead
import pytest

QUESTIONNAIRE = {
    "id": "own", "version": "1", "license": "CC0-1.0", "options": [1, 5],
    "scales": [{"id": "direction", "items": ["d"]}],
}  # fmt: skip
TREE = {"unit": ["port", "north", "south", "tugs"], "parent": [None, "port", "port", "port"]}


def rows(north: int = 12) -> list[dict[str, Any]]:
    sizes = [("north", north), ("south", 9), ("tugs", 3)]
    tenure = ["new", "long"]
    return [{"unit": u, "tenure": tenure[i % 2], "d": 1 + i % 5} for u, n in sizes for i in range(n)]


def assessed(**options: Any) -> colead.Assessment:
    instrument = colead.Instrument.from_dict(QUESTIONNAIRE)
    answers = options.pop("responses", rows())
    return colead.assess(organization=TREE, responses=answers, instrument=instrument, **options)


def test_cuts_leave_as_groups() -> None:
    release = assessed(cuts=["tenure"]).release()
    groups = release.groups.to_dict()
    known = {(u, c) for u, c, s in zip(groups["unit"], groups["category"], groups["status"], strict=True) if s == "known"}
    assert {("port", "new"), ("port", "long"), ("north", "new")} <= known
    assert not any(unit == "tugs" for unit, _ in known)
    assert {entry["cut"] for entry in release.ledger.entries} == {"", "tenure"}
    assert colead.audit(release).is_safe and colead.audit([release, release.ledger]).is_safe
    assert "Never shown" in release.sheet() and release.to_dict()["sheet"]["purpose"] == "development"


def test_an_assessment_with_cuts_survives_pickling() -> None:
    assessment = assessed(cuts=["tenure"])
    again = pickle.loads(pickle.dumps(assessment))
    assert again.release() == assessment.release()
    audit = colead.audit(assessment.release())
    assert pickle.loads(pickle.dumps(audit)).to_json() == audit.to_json()
    policy = colead.DisclosurePolicy(6, "research", 1)
    assert pickle.loads(pickle.dumps(policy)) == policy and policy.coalition == 1


def test_one_who_came_late_is_held_back() -> None:
    ledger = assessed(cuts=["tenure"]).release().ledger
    with pytest.raises(colead.DisclosureError) as late:
        assessed(cuts=["tenure"], responses=rows(13)).release(ledger=ledger)
    assert late.value.code == "difference_exposed"


def test_of_two_releases_one_follows() -> None:
    stored = colead.Ledger()
    assessment = assessed(cuts=["tenure"])
    one, two = assessment.release(ledger=stored), assessment.release(ledger=stored)
    stored = stored.advance(one.ledger)
    with pytest.raises(colead.DisclosureError) as conflict:
        stored.advance(two.ledger)
    assert conflict.value.code == "ledger_conflict" and stored == one.ledger


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"cuts": "tenure"}, "wrong_type"),
        ({"cuts": ["tenur"]}, "missing_column"),
        ({"cuts": ["unit"]}, "bad_cut"),
    ],
)
def test_bad_cuts(options: dict[str, Any], code: str) -> None:
    with pytest.raises(colead.InputError) as error:
        assessed(**options)
    assert error.value.code == code


@pytest.mark.parametrize("coalition", [-1, 0.5, 10**7])
def test_bad_coalitions(coalition: Any) -> None:
    with pytest.raises(colead.DisclosureError) as error:
        colead.DisclosurePolicy(coalition=coalition)
    assert error.value.code == "bad_coalition"


def test_tables_of_other_tools() -> None:
    cells = [{"cell": "t", "n": 20}, {"cell": "a", "n": 12}, {"cell": "b", "n": 5}, {"cell": "c", "n": 3, "released": False}]
    parts = [{"total": "t", "part": part} for part in "abc"]
    audit = colead.audit(cells=cells, relations=parts)
    assert not audit.is_safe and [leak["cell"] for leak in audit.leaks] == ["c"] and "1 leaks" in repr(audit)
    with pytest.raises(colead.InputError) as error:
        colead.audit(cells=cells, relations=parts[:2])
    assert error.value.code == "incomplete_relation"
    with pytest.raises(colead.InputError):
        colead.audit()
    with pytest.raises(colead.InputError):
        colead.audit(3)  # type: ignore[arg-type]
