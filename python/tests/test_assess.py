"""The pipeline, and the door."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path
from typing import Any

import colead
import pytest
from conftest import ROOT, pulse_dict, refusal


def tables(folder: Path) -> dict[str, Any]:
    import polars

    names = [p.stem for p in folder.glob("*.csv")]
    return {name: polars.read_csv(folder / f"{name}.csv", infer_schema_length=None) for name in names}


def test_a_folder_and_its_tables_say_the_same(harbour: Path, assessed: colead.Assessment) -> None:
    ends = "source looks to target"  # as the folder's colead.toml says
    other = colead.assess(instrument="collective-leadership", seed=20, direction=ends, **tables(harbour))
    assert other.judgments == assessed.judgments and other.measures == assessed.measures
    assert other.scores == assessed.scores
    assert other.manifest["evidence_sha256"] == assessed.manifest["evidence_sha256"]


def test_what_an_assessment_holds(assessed: colead.Assessment) -> None:
    assert assessed.framework == colead.Framework.builtin()
    assert "harbour" in assessed.units and "one-culture" in assessed.challenges
    judgments = assessed.judgments
    assert {"subject", "kind", "question", "status", "answer"} <= set(judgments.columns)
    for row in list(judgments)[:40]:
        judgment = assessed.judgment(row["subject"], row["question"])
        assert (judgment.question, judgment.status) == (row["question"], row["status"])
        if isinstance(judgment.answer, str):
            assert row["answer"] == judgment.answer
    measures = assessed.measures
    assert {r["origin"] for r in measures if r["status"] == "known"} >= {"responses", "facts", "challenges"}
    assert all((r["status"] == "known") == (r["value"] is not None or r["category"] is not None) for r in measures)
    assert refusal(colead.InputError, lambda: assessed.judgment("nobody", "direction")) == ("unknown_subject", "subject")
    assert refusal(colead.InputError, lambda: assessed.judgment("harbour", "nope")) == ("unknown_question", "question")


def test_no_person_is_ever_a_subject(harbour: Path, assessed: colead.Assessment) -> None:
    people = set(tables(harbour)["members"]["person"].to_list())
    assert people and not people & set(assessed.judgments["subject"])
    text = assessed.release(colead.DisclosurePolicy.unrestricted()).to_json()
    assert not [person for person in people if f'"{person}"' in text]


def test_one_interview_is_enough() -> None:
    facts = [{"challenge": "merger", "criterion": c, "value": 0} for c in ("definable", "means_exist", "solvers_unchanged")]
    release = colead.assess(challenges=facts).release()
    assert release.judgments["answer"][0] == "complex" and "masked" not in release.judgments["status"]


def test_a_questionnaire_of_ones_own_is_enough() -> None:
    responses = {"unit": ["a"] * 6 + ["b"] * 6, "d1": [4, 5] * 6, "d2": [5, 4] * 6, "d3": [1, 2] * 6, "p1": [3] * 12}
    own = colead.Instrument.from_dict(pulse_dict())
    assessment = colead.assess(responses=responses, instrument=own)
    assert assessment.judgment("a", "direction").unvalidated
    assert assessment.manifest["instrument"]["id"] == "pulse"
    assert colead.assess(responses=responses, instrument=own, facts=None).judgments == assessment.judgments


def test_a_folder_names_its_own_settings(tmp_path: Path) -> None:
    (tmp_path / "pulse.json").write_text(json.dumps(pulse_dict()))
    (tmp_path / "colead.toml").write_text(
        'instrument = "pulse.json"\nconfidence = 0.8\nseed = 7\n[policy]\nmin_group = 6\npurpose = "research"\n'
    )
    (tmp_path / "responses.csv").write_text("unit,d1,d2,d3,p1\n" + "a,4,4,2,3\n" * 6 + "b,4,4,2,3\n" * 5)
    (tmp_path / "notes.md").write_text("for people")
    assessment = colead.assess(tmp_path)
    assert assessment.policy == colead.DisclosurePolicy(6, "research")
    assert (assessment.manifest["confidence"], assessment.manifest["seed"]) == (0.8, 7)
    release = assessment.release()
    assert release.policy["min_group"] == 6
    assert dict(zip(release.units["unit"], release.units["masked"], strict=True))["b"] is True
    over = colead.assess(tmp_path, confidence=0.95, seed=1)
    assert (over.manifest["confidence"], over.manifest["seed"]) == (0.95, 1)
    (tmp_path / "respones.csv").write_text("unit\na\n")
    assert refusal(colead.InputError, lambda: colead.assess(tmp_path))[0] == "unknown_table"


def test_a_framework_of_the_folder_travels(tmp_path: Path) -> None:
    from test_rules import OWN

    (tmp_path / "own.toml").write_text(OWN)
    (tmp_path / "colead.toml").write_text('framework = "own.toml"\n')
    (tmp_path / "facts.csv").write_text("unit,measure,value\na,pace,7\n")
    judgment = colead.assess(tmp_path).judgment("a", "speed")
    assert judgment.answer == "high"
    assert pickle.loads(pickle.dumps(judgment.framework)) == judgment.framework == colead.Framework.from_toml(OWN)
    assert colead.assess(tmp_path, framework=colead.Framework.from_toml(OWN)).judgment("a", "speed") == judgment


def test_small_units_are_masked(harbour: Path, assessed: colead.Assessment) -> None:
    release = assessed.release()
    assert release.policy["purpose"] == "development" and release.policy["min_group"] == 5
    shown = [r for r in release.units if r["n"] is not None]
    assert shown and all(r["n"] >= 5 for r in shown)
    masked = {r["unit"] for r in release.units if r["masked"]}
    assert masked
    for row in release.scores:
        if row["unit"] in masked and row["status"] == "masked":
            assert row["value"] is row["se"] is row["n"] is None
    assert {r["status"] for r in release.scores if r["unit"] in masked} == {"masked"} or release.scores["wave"]
    everything = assessed.release(colead.DisclosurePolicy.unrestricted())
    assert "masked" not in everything.judgments["status"]
    assert "UNRESTRICTED" in everything.to_text() and everything.policy["unrestricted"]
    unit = sorted(masked)[0]
    question = next(r["question"] for r in release.judgments if r["subject"] == unit and r["status"] == "masked")
    assert "masked" in release.explain(unit, question)


def test_a_release_knows_no_way_back(assessed: colead.Assessment) -> None:
    release = assessed.release()
    held = [getattr(release, name) for name in type(release).__slots__]
    assert {type(thing) for thing in held} <= {str, dict, colead.Ledger}
    secret = assessed.measures
    hidden = {r["unit"] for r in release.units if r["masked"]}
    assert hidden & set(secret["subject"])
    data = pickle.dumps(release)
    back = pickle.loads(data)
    assert back == release and back.scores == release.scores and back.to_text() == release.to_text()
    assert back.explain("harbour", "direction") == release.explain("harbour", "direction")


def test_documents_of_a_release(assessed: colead.Assessment) -> None:
    release = assessed.release()
    assert json.loads(release.to_json()) == release.to_dict()
    assert release.to_dict()["schema"] == "colead-release/1"
    assert release.to_json() == assessed.release().to_json()
    assert release.manifest["framework"]["sha256"] == assessed.framework.sha256
    assert len(release.judgments) == len(assessed.judgments)
    assert str(release) == release.to_text() and "questions answered" in repr(release)
    assert refusal(colead.InputError, lambda: release.explain("harbuor", "direction")) == ("unknown_subject", "unit")
    assert refusal(colead.InputError, lambda: release.explain("harbour", "x")) == ("unknown_question", "question")
    wrong: Any = 5
    assert refusal(colead.InputError, lambda: release.explain(wrong, "x")) == ("wrong_type", "unit")
    assert refusal(colead.InputError, lambda: assessed.release(wrong)) == ("wrong_type", "policy")
    assert refusal(colead.InputError, lambda: assessed.release(ledger=wrong)) == ("wrong_type", "ledger")


def test_the_ledger_refuses_a_telling_difference(harbour: Path, tmp_path: Path, assessed: colead.Assessment) -> None:
    first = assessed.release()
    assert first.ledger.version == 1
    assert first.ledger.entries[0].keys() == {"wave", "unit", "cut", "category", "n", "purpose"}
    assert assessed.release(ledger=first.ledger).ledger.version == 2
    folder = shutil.copytree(harbour, tmp_path / "later")
    lines = (folder / "responses.csv").read_text().splitlines(keepends=True)
    (folder / "responses.csv").write_text("".join(lines[:-1]))
    later = colead.assess(folder)
    code, path = refusal(colead.DisclosureError, lambda: later.release(ledger=first.ledger))
    assert code == "difference_exposed" and path.startswith("ledger, unit ")
    assert colead.Ledger.from_json(first.ledger.to_json()) == first.ledger
    assert pickle.loads(pickle.dumps(first.ledger)) == first.ledger


def test_assessments_and_their_judgments_travel(harbour: Path, assessed: colead.Assessment) -> None:
    back = pickle.loads(pickle.dumps(assessed))
    assert back.judgments == assessed.judgments and back.manifest == assessed.manifest
    assert back.release() == assessed.release()
    judgment = assessed.judgment("harbour", "direction")
    assert judgment.unvalidated and pickle.loads(pickle.dumps(judgment)) == judgment
    own = colead.assess(facts=[{"unit": "a", "measure": "shared_work", "value": 1}], confidence=0.8, seed=3)
    assert pickle.loads(pickle.dumps(own)).manifest == own.manifest


def test_policies() -> None:
    policy = colead.DisclosurePolicy()
    assert (policy.min_group, policy.purpose, policy.is_unrestricted) == (5, "development", False)
    for one in (policy, colead.DisclosurePolicy(7, "research"), colead.DisclosurePolicy.unrestricted()):
        assert pickle.loads(pickle.dumps(one)) == one and hash(one) == hash(pickle.loads(pickle.dumps(one)))
        assert one.to_dict()["min_group"] == one.min_group
    assert policy != colead.DisclosurePolicy(6) and eval(repr(policy), vars(colead)) == policy


def test_simulations(tmp_path: Path) -> None:
    made = colead.simulate(seed=3, teams=6, departments=2, team_size=(6, 9))
    again = colead.simulate(seed=3, teams=6, departments=2, team_size=[6, 9])
    assert dict(made.files) == dict(again.files) and made.truth == again.truth
    assert colead.simulate(seed=4, teams=6, departments=2).files["responses.csv"] != made.files["responses.csv"]
    names = made.write(tmp_path / "deep" / "folder")
    assert sorted(names) == sorted(p.name for p in (tmp_path / "deep" / "folder").iterdir())
    from_folder = colead.assess(tmp_path / "deep" / "folder")
    assert made.assess().judgments == from_folder.judgments
    by_table = colead.assess(instrument="collective-leadership", **made.tables)
    assert by_table.judgments == from_folder.judgments
    assert pickle.loads(pickle.dumps(made)).truth == made.truth
    with pytest.raises(TypeError):
        made.files["x"] = b""  # type: ignore[index]
    assert colead.simulate(seed=2**63 + 1, teams=2, departments=1).truth["seed"] == str(2**63 + 1)


def test_the_shipped_example_is_its_own_simulation(harbour: Path) -> None:
    made = colead.simulate("harbour")
    for name, data in made.files.items():
        assert (harbour / name).read_bytes() == data, name


def test_simulations_that_are_refused() -> None:
    call: Any = colead.simulate
    assert refusal(colead.InputError, lambda: call(teems=3))[0] == "unknown_key"
    assert refusal(colead.InputError, lambda: call(teams=0))[0] == "out_of_range"
    assert refusal(colead.InputError, lambda: call(teams="many"))[0] == "type_mismatch"
    assert refusal(colead.InputError, lambda: call(teams=object())) == ("wrong_type", "spec")
    assert refusal(colead.InputError, lambda: call("harbor"))[0] == "unknown_name"
    assert refusal(colead.InputError, lambda: call("harbour", teams=3)) == ("unknown_key", "teams")
    assert refusal(colead.InputError, lambda: call(seed=1.5)) == ("wrong_type", "seed")
    assert ROOT.is_dir()
