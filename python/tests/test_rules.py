"""Frameworks, judgments and diagnostics."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path
from typing import Any

import colead
import pyarrow as pa
import pytest
from conftest import KNOWN, ROOT, refusal

OWN = """
[framework]
id = "mine"
version = "1.0.0"
[measure.pace]
score = [0, 10]
asks = "How fast?"
[measure.kind]
category = ["slow", "fast"]
asks = "Which kind?"
[question.speed]
options = ["low", "high"]
mode = "exclusive"
asks = "How fast is it?"
[[rule]]
id = "speed.high"
says = ["speed", "high"]
strength = "defines"
when = { gt = ["pace", 5] }
because = "the pace is high"
basis = { kind = "convention", text = "half of the range" }
[[rule]]
id = "speed.low"
says = ["speed", "low"]
strength = "defines"
when = { any = [ { le = ["pace", 5] }, { is = ["kind", "slow"] } ] }
unless = { holds = "speed.high" }
because = "the pace is low"
basis = { kind = "convention", text = "half of the range" }
"""


def test_the_built_in_framework(framework: colead.Framework) -> None:
    assert (framework.id, framework.confidence) == ("collective-leadership", 0.9)
    assert len(framework.version.split(".")) == 3
    assert len(framework.sha256) == len(framework.logic_sha256) == 64
    assert [c.id for c in framework.concepts()] == [f"C{i:03}" for i in range(1, 254)]
    assert "challenge" in [q.id for q in framework.questions()]
    assert framework is not colead.Framework.builtin() and framework == colead.Framework.builtin()


@pytest.mark.parametrize("what", ["concepts", "prompts", "measures", "questions", "rules"])
def test_records_know_every_key_of_their_documents(framework: colead.Framework, what: str) -> None:
    records = getattr(framework, what)()
    documents = json.loads(framework._native.catalogue(what))
    assert records and len(records) == len(documents)
    for record, document in zip(records, documents, strict=True):
        assert record.to_dict() == document
        assert dict(record) == {name: getattr(record, name) for name in record.keys()}
        assert record["id"] == record.id
    with pytest.raises(KeyError):
        records[0]["nothing"]


def test_a_technical_a_complex_and_a_mixed_challenge() -> None:
    yes = dict.fromkeys(KNOWN, True)
    assert colead.classify_challenge({**yes, "solvers_unchanged": True}).answer == "technical"
    assert colead.classify_challenge({"definable": 0, "means_exist": 0.0, "solvers_unchanged": False}).answer == "complex"
    parts = {"pump": {**yes, "solvers_unchanged": 1}, "culture": {"definable": 0, "means_exist": 0, "solvers_unchanged": 0}}
    mixed = colead.classify_challenge({}, components=parts)
    assert mixed.answer == "mixed"
    assert {name: part.answer for name, part in mixed.parts.items()} == {"pump": "technical", "culture": "complex"}
    assert colead.classify_challenge(None, components=parts) == mixed


def test_several_raters_are_pooled() -> None:
    yes = {**dict.fromkeys(KNOWN, 1), "solvers_unchanged": 1}
    one = colead.classify_challenge(yes)
    three = colead.classify_challenge([yes, yes, yes])
    assert one.answer == three.answer == "technical"
    assert one.explanation() != three.explanation()
    assert any("one person" in flag for flag in one.flags)
    assert colead.classify_challenge(iter([yes, yes, yes])) == three


def test_insufficient_says_what_it_needs(framework: colead.Framework) -> None:
    judgment = framework.judge("challenge", dict.fromkeys(KNOWN, 1))
    assert (judgment.status, judgment.answer) == ("insufficient", None)
    assert judgment.excluded == ["complex"] and judgment.remaining == ["technical", "mixed"]
    need = judgment.needs[0]
    assert need == need.measure == "solvers_unchanged" and need.reason == "missing"
    assert need.asks.endswith("?") and need.whom
    question = judgment.next_questions()[0]
    assert question == "solvers_unchanged" and question.settles == question.tried == 3 and question.reason == "missing"
    assert "solvers_unchanged" in " ".join(judgment.because)


def test_a_need_without_a_measure_is_its_reason(framework: colead.Framework) -> None:
    needs = framework.judge("slow_decisions", {"decisions_slow": 0, "decision_days": 3}).needs
    assert [(str(n), n.measure, n.reason) for n in needs] == [("no_symptom", None, "no_symptom")]


def test_answers_by_mode(framework: colead.Framework) -> None:
    independent = framework.judge("slow_decisions", {"decisions_slow": 1, "priority_agreement": 0.1}).answer
    assert independent == {
        "priorities_read_differently": "holds",
        "too_many_approvals": "insufficient",
        "missing_information": "insufficient",
    }
    assert framework.judge("direction", {"direction": 90}).answer == "strong"
    assert framework.judge("direction", {"direction": (74.9, 5)}).answer is None


def test_what_a_value_may_be(framework: colead.Framework) -> None:
    import decimal
    import fractions

    import numpy

    def held(value: Any) -> str:
        return framework.judge("challenge", {"definable": value, "means_exist": value, "solvers_unchanged": value}).to_json()

    ones = [1, 1.0, True, numpy.float32(1), numpy.int8(1), numpy.bool_(True), numpy.array(1.0)]
    ones += [decimal.Decimal(1), fractions.Fraction(1), (1,), [1], (1, None), (1, None, None), (numpy.float64(1), None)]
    assert len({held(value) for value in ones}) == 1
    assert held(None) == held((None, None)) == framework.judge("challenge", {}).to_json()
    assert held((1, 0.1)) != held(1) != held((1, 0.1, 12))
    assert "n 12" in framework.judge("challenge", {"definable": (1, 0.1, 12)}).explain()


def test_pandas_missing_is_missing(framework: colead.Framework) -> None:
    import pandas

    row = pandas.Series({"definable": 1, "means_exist": pandas.NA}, dtype="Int64")
    assert framework.judge("challenge", row) == framework.judge("challenge", {"definable": 1, "means_exist": None})


def test_a_category_is_text() -> None:
    framework = colead.Framework.from_toml(OWN)
    assert framework.judge("speed", {"kind": "slow", "pace": 2}).answer == "low"
    assert refusal(colead.InputError, lambda: framework.judge("speed", {"kind": "sloow"}))[0] == "unknown_category"
    assert refusal(colead.InputError, lambda: framework.judge("speed", {"kind": 1})) == ("type_mismatch", "measures, kind")
    assert refusal(colead.InputError, lambda: framework.judge("speed", {"pace": "slow"}))[0] == "type_mismatch"


def test_counterfactuals_change_the_conclusion_when_followed(framework: colead.Framework) -> None:
    facts = {"definable": 0, "means_exist": 0, "solvers_unchanged": 0}
    for change in framework.judge("challenge", facts).counterfactuals():
        then = framework.judge("challenge", facts | {c.measure: c.to for c in change.changes})
        assert then.answer == change.becomes or then.answer is None
        assert change.changes[0]["from"] == facts[change.changes[0].measure]
        assert str(change).endswith(change.becomes)


def test_frozen_measures_stay(framework: colead.Framework) -> None:
    judgment = framework.judge("challenge", dict.fromkeys([*KNOWN, "solvers_unchanged"], 1))
    moved = {c.changes[0].measure for c in judgment.counterfactuals()}
    assert "solvers_unchanged" in moved and str(judgment.counterfactuals()[0]).endswith("mixed")
    assert "solvers_unchanged" not in {c.changes[0].measure for c in judgment.counterfactuals(freeze=["solvers_unchanged"])}
    assert judgment.counterfactuals(freeze="definable") == judgment.counterfactuals(freeze=("definable",))
    assert refusal(colead.InputError, lambda: judgment.counterfactuals(freeze=["x"])) == ("unknown_measure", "x")
    assert refusal(colead.InputError, lambda: judgment.counterfactuals(freeze=[1])) == ("wrong_type", "freeze")  # type: ignore[list-item]


def test_what_would_settle_it(framework: colead.Framework) -> None:
    asked = framework.judge("challenge", dict.fromkeys(KNOWN, 1)).evidence_needed()
    assert asked.surely == (("solvers_unchanged",),) and asked.respondents == ()
    assert str(asked) == "any answer to `solvers_unchanged` would settle it"
    close = framework.judge("direction", {"direction": (73, 3.2, 24)})
    evidence = close.evidence_needed(size=60)
    (more,) = evidence.could[0].respondents
    assert (more.now, more.settles, more.too_many) == (24, True, True) and more.needed > 60
    assert not close.evidence_needed(size=more.needed).respondents[0].too_many
    question = close.next_questions()[0]
    assert question == "direction" and question.reason == "too_close" and question.respondents.needed == more.needed
    assert pickle.loads(pickle.dumps(question)).respondents == question.respondents
    settled = framework.judge("direction", {"direction": 90}).evidence_needed()
    assert settled.could == settled.surely == settled.text == ()


def test_robustness(framework: colead.Framework) -> None:
    judgment = framework.judge("direction", {"direction": (61.5, 3.2, 24)})
    robustness = judgment.robustness()
    nearest = robustness.points[0]
    assert robustness.least == nearest.share == pytest.approx(abs(nearest.flips_at - nearest.threshold) / 100)
    assert nearest.distance_in_se == pytest.approx(nearest.distance / 3.2)
    assert "would change the conclusion" in str(nearest) and nearest["measure"] == "direction"
    flips = judgment.confidence_flips()
    assert flips.up_to is not None and flips.up_to.confidence > 0.9
    higher = framework.judge("direction", {"direction": (61.5, 3.2, 24)}, confidence=(1 + flips.up_to.confidence) / 2)
    assert higher.answer is None and "stands up to a confidence" in str(flips)


def test_forms_of_an_explanation(framework: colead.Framework) -> None:
    judgment = framework.judge("direction", {"direction": 90})
    line, short, full = (judgment.explain(form) for form in ("one_line", "short", "full"))
    assert "\n" not in line and line.startswith("Direction: strong") and full == judgment.explain()
    assert len(line) < len(short) < len(full)
    assert refusal(colead.InputError, lambda: judgment.explain("long")) == ("unknown_form", "form")  # type: ignore[arg-type]


def test_documents(framework: colead.Framework) -> None:
    judgment = framework.judge("challenge", {"definable": 1})
    assert json.loads(judgment.to_json()) == judgment.to_dict()
    assert judgment.explanation()["schema"] == "colead-explanation/2"
    assert judgment.to_json() == json.dumps(judgment.to_dict(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    document = judgment.to_dict()
    document["status"] = "spoilt"
    assert judgment.to_dict()["status"] == "insufficient"
    assert judgment.cites[0].work and str(judgment).startswith("challenge: ")
    assert all(len(repr(j)) < 300 for j in [judgment, framework.judge("slow_decisions", {})])


def test_confidence_moves_the_verdict(framework: colead.Framework) -> None:
    measures = {"direction": (77.0, 2.0)}
    assert framework.judge("direction", measures).status == "insufficient"
    assert framework.judge("direction", measures, confidence=0.6).answer == "strong"
    assert framework.judge("direction", measures, confidence=0.6).confidence == 0.6


def test_frameworks_from_files(tmp_path: Path, framework: colead.Framework) -> None:
    text = colead.Framework.from_toml(OWN)
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    assert colead.Framework.from_path(tmp_path / "own.toml") == text
    assert colead.Framework.from_path(str(tmp_path)) == text
    catalogue = {"works.toml", "concepts.toml", "prompts.toml"}
    (tmp_path / "rules").mkdir()
    for file in (ROOT / "core" / "rulebook").glob("*.toml"):
        if file.name not in catalogue:
            shutil.copy(file, tmp_path / "rules")
    folder = colead.Framework.from_path(tmp_path / "rules")
    assert {r.id for r in folder.rules()} == {r.id for r in framework.rules()}
    facts = {"definable": 0, "means_exist": 0, "solvers_unchanged": 0}
    assert folder.judge("challenge", facts).to_json() == framework.judge("challenge", facts).to_json()
    assert [w.code for w in text.warnings()].count("untested") == 6
    as_json = {"framework": {"id": "j", "version": "1.0.0"}, "measure": {}, "question": {}}
    assert colead.Framework.from_json(json.dumps(as_json)).id == "j"


def test_diagnostics_show_the_line_and_a_caret() -> None:
    bad = '[framework]\nid = "x"\nversion = "1.0.0"\n[[rule]]\n\tid = "ä b"\n'
    found = colead.check(bad)
    first = found[0]
    assert (first.code, first.severity, first.line, first.column) == ("bad_id", "error", 5, 7)
    lines = str(first).split("\n")
    assert lines[0].startswith("error[bad_id]: ")
    assert lines[1:5] == [" --> 5:7", "  |", '5 |     id = "ä b"', "  |          ^^^^^"]
    assert (first.end_line, first.end_column) == (5, 12)
    with pytest.raises(colead.RulebookError) as caught:
        colead.Framework.from_toml(bad)
    assert caught.value.diagnostics[0] == first
    assert [d.severity for d in colead.check(OWN)] == ["warning"] * len(colead.check(OWN))


def test_diagnostics_of_a_folder_name_their_file(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(OWN)
    (tmp_path / "b.toml").write_text("[[rule]]\nid = 'r'\nstrength = 'maybe'\nwhen = { gt = ['pace', 1] }\nbecause = ''\n")
    with pytest.raises(colead.RulebookError) as caught:
        colead.Framework.from_path(tmp_path)
    found = [d for d in caught.value.diagnostics if d.code == "unknown_name"][0]
    assert found.file == "b.toml" and "^" in str(found)


def test_json_has_lines_too() -> None:
    bad = '{"framework": {"id": "x",\n  "version": "1"}}'
    assert str(colead.check(bad)[0]).split("\n")[1:5] == [" --> 2:14", "  |", '2 |   "version": "1"}}', "  |              ^^^"]


def test_what_breaks_a_constraint_says_how_to_mend_it() -> None:
    person = OWN.replace('asks = "How fast?"', 'asks = "How fast?"\nlevel = "person"')
    found = [d for d in colead.check(person) if d.severity == "error"]
    assert {d.code for d in found} == {"person_level"} and "between people" in found[0].help
    allowed = person.replace('strength = "defines"', 'strength = "defines"\nallow = { person_level = "the pace of each" }')
    framework = colead.Framework.from_toml(allowed)
    assert framework.measures()[0].level == "person"
    assert framework.rules()[0].allow == {"person_level": "the pace of each"}
    slow = colead.Framework.builtin()
    assert next(q for q in slow.questions() if q.id == "slow_decisions").concludes == "cause"
    assert {m.set for m in slow.measures() if m.id in ("direction", "alignment")} == {"drath-2003"}


def test_two_versions_side_by_side() -> None:
    old = colead.Framework.from_toml(OWN)
    new = colead.Framework.from_toml(
        OWN.replace('"1.0.0"', '"1.1.0"').replace('gt = ["pace", 5]', 'gt = ["pace", 6]').replace("speed.low", "speed.slow")
    )
    cases = {"walk": {"pace": 3}, "run": {"pace": (5.5, 0.1), "kind": None}, "fly": {"pace": 5.5, "wings": 2}}
    diff = old.diff(new, cases)
    assert diff.matters and [(f["case"], f["old"]["answer"], f["new"]["answer"]) for f in diff.answers] == [
        ("run", "high", None),
        ("fly", "high", None),
    ]
    assert [(u["case"], u["measure"], u["version"]) for u in diff.unread] == [("fly", "wings", "old"), ("fly", "wings", "new")]
    document = diff.to_dict()
    assert document == json.loads(diff.to_json())
    assert document["unexplained"] == ["speed.low"] and document["rules"]["added"] == ["speed.slow"]
    assert "run: speed: high -> insufficient" in str(diff) and "gone without a word: `speed.low`" in str(diff)
    assert pickle.loads(pickle.dumps(diff)) == diff
    rows = pa.table({"unit": ["a", "b"], "pace": [3.0, 5.5], "pace.se": [None, 0.1]})
    assert [f["case"] for f in old.diff(new, rows).answers] == ["row 2 b"]
    assert [f["case"] for f in old.diff(new, [{"pace": 5.5}]).answers] == ["1"]
    assert not old.diff(old).matters
    assert refusal(colead.InputError, lambda: old.diff(new, {"a": {"pace": {}}})) == ("wrong_type", "cases, a, pace")
    wrong: Any = "new"
    assert refusal(colead.InputError, lambda: old.diff(wrong)) == ("wrong_type", "new")


def test_the_schema_is_the_published_one() -> None:
    assert colead.schema() == json.loads((ROOT / "core" / "rulebook.schema.json").read_text())


def test_judge_table_says_the_same_as_judge(framework: colead.Framework) -> None:
    columns: dict[str, list[Any]] = {
        "unit": ["a", "b", "c", "d"],
        "definable": [1, 0, 1, None],
        "means_exist": [1.0, 0.0, None, None],
        "predictable": [1, None, 1, None],
        "authority_knows": [1, None, 1, None],
        "solvers_unchanged": [True, False, True, None],
        "definable.se": [None, 0.01, 0.4, None],
        "definable.n": [None, 12, 3, None],
    }
    table = framework.judge_table(columns, ["challenge"])
    assert table.columns[:3] == ["unit", "challenge.status", "challenge.answer"]
    assert {"challenge.technical", "challenge.complex", "challenge.mixed"} <= set(table.columns)
    for row in range(4):
        measures = {
            name: (cells[row], columns.get(f"{name}.se", [None] * 4)[row], columns.get(f"{name}.n", [None] * 4)[row])
            for name, cells in columns.items()
            if name != "unit" and "." not in name
        }
        one = framework.judge("challenge", measures)
        assert (table["challenge.status"][row], table["challenge.answer"][row]) == (one.status, one.answer)
    assert set(table["challenge.technical"]) <= {1, 0, -1, -2, -3}
    assert len(framework.judge_table(columns).columns) > len(table.columns)
    assert framework.judge_table(columns, "challenge") == table


def test_a_finding_shows_a_case() -> None:
    overlap = OWN.replace('unless = { holds = "speed.high" }', "")
    found = {d.code: d for d in colead.check(overlap)}
    assert found["overlap"].severity == "error"
    assert dict(found["overlap"].witness) == {"kind": "slow", "pace": 8}
    assert "case: kind = slow, pace = 8" in str(found["overlap"])
    idle = {d.code: d for d in colead.check(OWN)}["leaf_never_decides"]
    assert idle.severity == "warning" and idle.message.startswith("`pace` at most 5 never decides")
