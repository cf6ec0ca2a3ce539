"""The command `colead`."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import colead
import pytest
from colead._cli import main
from conftest import KNOWN

RULEBOOK = """
[framework]
id = "mine"
version = "1.0.0"
[measure.warmth]
score = [0, 10]
[question.q]
options = ["warm"]
mode = "independent"
[[rule]]
id = "warm"
says = ["q", "warm"]
strength = "typical"
when = { gt = ["warmth", 5] }
basis = { kind = "user" }
because = "it is warm"
"""
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    def call(*argv: object, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        try:
            code = main([str(a) for a in argv])
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        out, err = capsys.readouterr()
        return code, out, err

    return call


def test_classify_by_options(run: Run) -> None:
    given = [f"--{name.replace('_', '-')}=yes" for name in [*KNOWN, "solvers_unchanged"]]
    code, out, err = run("classify", *given, "--complicated", "yes", "--urgent=unknown")
    assert code == 0 and out.startswith("challenge: technical") and not err
    assert "source: drath-2003-leading-together" in out and "rulebook: collective-leadership" in out
    same = colead.classify_challenge({**dict.fromkeys(KNOWN, 1), "solvers_unchanged": 1, "complicated": 1, "urgent": None})
    assert run("classify", *given, "--complicated", "yes", "--json")[1].strip() == same.to_json()
    assert "Facing the unknown" in run("classify", *given, "--full")[1]
    assert run("classify", "--solvers_unchanged", "no")[0] == 0


def test_classify_asks_the_most_telling_first_and_stops_when_settled(run: Run) -> None:
    code, out, err = run("classify", typed="n\nno\n\nmaybe\nNO\nyes\nyes\nyes\n")
    assert code == 0 and out.startswith("challenge: complex")
    asked = [line for line in err.split("? ") if line]
    assert "keep the roles" in asked[0] and "yes, partly or no" in err and "yes, partly, no, or nothing" in err
    # solvers, definable, means (don't know), predictable (twice, for `maybe`): settled.
    assert err.count("?") == 5


def test_classify_answers_when_nobody_answers(run: Run) -> None:
    code, out, _ = run("classify", typed="")
    assert code == 0 and out.startswith("challenge: insufficient evidence")
    code, out, err = run("classify", "--json", typed="\n" * 40)
    assert code == 0 and json.loads(out)["status"] == "insufficient" and err.count("?") <= 11


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        ({"definable": False, "means_exist": "no", "solvers_unchanged": 0}, "complex"),
        ([{"definable": 0, "means_exist": 0, "solvers_unchanged": 0}] * 3, "complex"),
        ({"facts": {}, "components": {"a": dict.fromkeys([*KNOWN, "solvers_unchanged"], "yes")}}, "technical"),
        ({"components": {"a": {"definable": None, "urgent": "unknown"}}}, None),
    ],
)
def test_classify_from_a_file(run: Run, tmp_path: Path, facts: object, answer: str | None) -> None:
    (tmp_path / "facts.json").write_text(json.dumps(facts))
    code, out, _ = run("classify", "--facts", tmp_path / "facts.json", "--json")
    assert code == 0 and json.loads(out)["answer"] == answer
    assert run("classify", "--facts", "-", "--json", typed=json.dumps(facts))[1] == out


BAD = [
    (["classify", "--facts", "-"], "{", "error[syntax]", "standard input:1:2"),
    (["classify", "--facts", "-"], '{"definable": 1, "definable": 0}', "error[duplicate_key]", "standard input"),
    (["classify", "--facts", "-"], '{"definable": NaN}', "error[not_finite]", "standard input"),
    (["classify", "--facts", "-"], '{"definable": "perhaps"}', "error[wrong_type]", "facts, definable"),
    (["classify", "--facts", "-"], '{"facts": {}, "parts": {}}', "error[unknown_key]", "-"),
    (["classify", "--facts", "-"], "7", "error[wrong_type]", "facts"),
    (["classify", "--facts", "-"], "[" * 100_000, "error[", "standard input"),
    (["classify", "--facts", "nowhere.json"], "", "error[cannot_read]", "nowhere.json"),
    (["classify", "--facts", "-", "--urgent", "no"], "{}", "error[usage]", ""),
    (["classify", "--urgent", "perhaps"], "", "error[usage]", ""),
    (["classify", "--confidence", "2", "--urgent", "no"], "", "error[bad_confidence]", "confidence"),
    (["classify", "--confidence", "x"], "", "error[usage]", ""),
    (["classify", "--framework", "nowhere"], "", "error[cannot_read]", "nowhere"),
    (["questions", "--question", "nope"], "", "error[unknown_question]", "question"),
    (["explain", "nope"], "", "error[unknown_question]", "question"),
    (["explain", "challenge", "definable"], "", "error[usage]", "measures"),
    (["explain", "challenge", "definable=1", "definable=1"], "", "error[duplicate_key]", "measures"),
    (["explain", "challenge", "definable=x"], "", "error[not_a_number]", "measures, definable"),
    (["explain", "challenge", "definable=1±x"], "", "error[not_a_number]", "measures, definable"),
    (["explain", "challenge", "definable=nan"], "", "error[not_finite]", "measures, definable"),
    (["explain", "challenge", "nope=1"], "", "error[unknown_measure]", "measures, nope"),
    (["explain", ".", "--unit", "a"], "", "error[usage]", ""),
    (["check", "nowhere.toml"], "", "error[cannot_read]", "nowhere.toml"),
    (["assess", "nowhere"], "", "error[cannot_read]", "nowhere"),
    (["simulate", "x", "--teams", "0"], "", "error[out_of_range]", ""),
    (["simulate", "x", "--spec", "-"], "[]", "error[wrong_type]", "-"),
    (["simulate", "x", "--spec", "-"], '{"teems": 3}', "error[unknown_key]", ""),
    ([], "", "error[usage]", ""),
    (["frobnicate"], "", "error[usage]", ""),
]


@pytest.mark.parametrize(("argv", "typed", "code", "place"), BAD, ids=lambda v: " ".join(v) if isinstance(v, list) else None)
def test_errors_are_told_and_never_traced(run: Run, argv: list[str], typed: str, code: str, place: str) -> None:
    status, out, err = run(*argv, typed=typed)
    assert status == 2 and not out
    assert code in err and "Traceback" not in err
    if place:
        assert f"  at {place}" in err or place in err.split("\n")[1]


def test_questions(run: Run) -> None:
    code, out, _ = run("questions")
    assert code == 0 and "challenge: Kind of challenge" in out and "prompts" in out
    code, out, _ = run("questions", "--question", "challenge")
    assert code == 0 and out.index("solvers_unchanged (0 to 1)") < out.index("definable (0 to 1)")
    documents = json.loads(run("questions", "--json")[1])
    assert len(documents["prompts"]) == len(colead.Framework.builtin().prompts())
    one = json.loads(run("questions", "--question", "direction", "--json")[1])
    assert [q["id"] for q in one["questions"]] == ["direction"] and [m["id"] for m in one["measures"]] == ["direction"]


def test_check(run: Run, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.toml", tmp_path / "bad.toml"
    good.write_text('[framework]\nid = "x"\nversion = "1.0.0"\n')
    bad.write_text('[framework]\nid = "x"\nversion = "one"\n')
    assert run("check", good) == (0, "0 errors, 0 warnings\n", "")
    code, out, _ = run("check", bad)
    assert code == 1 and " --> bad.toml:3:11\n  |\n3 | version = \"one\"\n  |           ^^^^^\n" in out
    assert "= at: framework.version" in out
    assert "1 error, 0 warnings" in out
    assert json.loads(run("check", bad, "--json")[1])[0]["code"] == "bad_version"
    code, out, _ = run("check", tmp_path)
    assert code == 1 and "duplicate_id" in out
    bad.unlink()
    assert run("check", tmp_path)[0] == 0


def test_mutants(run: Run, tmp_path: Path) -> None:
    text = (
        '[framework]\nid = "f"\nversion = "1.0.0"\n[measure.warmth]\nscore = [0, 10]\nstep = 1\n[[rule]]\nid = "warm"\n'
        'strength = "defines"\nwhen = { ge = ["warmth", 5] }\nbasis = { kind = "user", text = "half" }\n'
        'because = "it is warm"\ntest = [ { given = { warmth = 5 }, expect = "holds" } ]\n'
    )
    file = tmp_path / "own.toml"
    file.write_text(text)
    code, out, _ = run("mutants", file)
    suggested = "{ given = { warmth = 4 }, expect = \"fails\" }"
    assert code == 1 and suggested in out
    survivor = json.loads(run("mutants", file, "--json")[1])["survivors"][0]
    assert (survivor["given"], survivor["expect"]) == ({"warmth": 4}, "fails")
    file.write_text(text.replace("test = [ ", f"test = [ {suggested}, "))
    assert run("mutants", file)[0] == 0
    assert run("mutants", "builtin")[0] == 0


def test_diff(run: Run, tmp_path: Path) -> None:
    old, new, cases = tmp_path / "old.toml", tmp_path / "new.toml", tmp_path / "cases.json"
    old.write_text(RULEBOOK)
    new.write_text(RULEBOOK.replace("1.0.0", "1.1.0").replace('"warmth", 5', '"warmth", 7'))
    assert run("diff", old, old)[0] == 0
    cases.write_text('{"mild": {"warmth": 6}}')
    code, out, _ = run("diff", old, new, "--cases", cases)
    assert code == 1 and "mild: rule warm: holds -> fails" in out
    assert json.loads(run("diff", old, new, "--cases", cases, "--json")[1])["verdicts"][0]["rule"] == "warm"
    assert run("diff", "builtin", "builtin")[0] == 0
    assert run("diff", old, tmp_path / "none.toml")[0] == 2


def test_schema(run: Run) -> None:
    code, out, _ = run("schema")
    assert code == 0 and json.loads(out) == colead.schema()


def test_explain_a_question(run: Run) -> None:
    measures = ["decision_days=40", "decisions_slow=", "priority_agreement=0.2±0.1", "approvals=9+-1"]
    code, out, _ = run("explain", "slow_decisions", *measures, "--json")
    same = colead.Framework.builtin().judge(
        "slow_decisions", {"decision_days": 40, "decisions_slow": None, "priority_agreement": (0.2, 0.1), "approvals": (9, 1)}
    )
    assert code == 0 and out.strip() == same.to_json()
    assert "priorities_read_differently" in run("explain", "slow_decisions", *measures)[1]
    assert run("explain", "challenge", "definable=partly", "--full")[1].startswith("Kind of challenge")
    assert json.loads(run("explain", "direction", "direction=70±3", "--confidence", "0.6", "--json")[1])["answer"] == "moderate"


def test_assess_prints_and_writes(run: Run, harbour: Path, tmp_path: Path, assessed: colead.Assessment) -> None:
    out_dir = tmp_path / "out"
    code, out, err = run("assess", harbour, "--out", out_dir)
    release = assessed.release()
    assert code == 0 and out == release.to_text() and str(out_dir) in err
    assert sorted(os.listdir(out_dir)) == [
        "groups.csv", "judgments.csv", "ledger.json", "release.json", "report.txt", "scores.csv", "sheet.txt", "units.csv",
    ]  # fmt: skip
    assert (out_dir / "release.json").read_text() == release.to_json() == run("assess", harbour, "--json")[1].strip()
    with (out_dir / "judgments.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(release.judgments) and {r["unvalidated"] for r in rows} == {"true", "false"}
    assert colead.Ledger.from_json((out_dir / "ledger.json").read_text()).version == 1
    assert run("assess", harbour, "--out", out_dir)[0] == 0
    assert colead.Ledger.from_json((out_dir / "ledger.json").read_text()).version == 2


def test_cuts_and_pools_of_a_release(run: Run, tmp_path: Path) -> None:
    people = [("north", "new")] * 6 + [("north", "long")] * 6 + [("south", "new")] * 5 + [("tugs", "long")] * 3
    rows = [f"{unit},{tenure},{1 + i % 5},{1 + i % 4}" for i, (unit, tenure) in enumerate(people)]
    (tmp_path / "responses.csv").write_text("unit,tenure,d,a\n" + "\n".join(rows) + "\n")
    (tmp_path / "organization.csv").write_text("unit,parent\nport,\nnorth,port\nsouth,port\ntugs,port\n")
    own = {"id": "own", "version": "1", "license": "CC0-1.0", "options": [1, 5]}
    own["scales"] = [{"id": "direction", "items": ["d", "a"]}]  # type: ignore[assignment]
    (tmp_path / "own.json").write_text(json.dumps(own))
    (tmp_path / "colead.toml").write_text("instrument = 'own.json'\n")
    release = json.loads(run("assess", tmp_path, "--json", "--cut", "tenure", "--pooling")[1])
    groups = {(g["unit"], g["cut"], g["category"]): g for g in release["groups"]}
    assert groups["port", "tenure", "new"]["n"] == 11
    assert groups["port", "pooled", "south + tugs"]["n"] == 8
    assert "tenure" not in run("assess", tmp_path)[1]
    assert run("assess", tmp_path, "--cut", "age")[0] == 2


def test_the_terms_of_a_release(run: Run, harbour: Path) -> None:
    release = json.loads(run("assess", harbour, "--json", "--min-group", "10", "--purpose", "research")[1])
    assert release["policy"]["min_group"] == 10 and release["policy"]["purpose"] == "research"
    assert "UNRESTRICTED" in run("assess", harbour, "--unrestricted")[1]
    for terms in (["--purpose", "pay"], ["--min-group", "1"], ["--unrestricted", "--min-group", "9"]):
        code, out, err = run("assess", harbour, *terms)
        assert code == 2 and not out and "error[" in err


def test_a_ledger_that_forbids(run: Run, harbour: Path, tmp_path: Path) -> None:
    ledger = tmp_path / "ledger.json"
    assert run("assess", harbour, "--ledger", ledger)[0] == 0
    before = json.loads(ledger.read_text())
    # One more person had answered when it left before.
    people = next(iter(before["waves"].values()))[0]["people"]
    people[0][2] += 1
    if people[0][3] is not None:
        people[0][3] = [n + 1 for n in people[0][3]]
    ledger.write_text(json.dumps(before))
    code, out, err = run("assess", harbour, "--ledger", ledger)
    assert code == 2 and not out and "error[difference_exposed]" in err
    assert json.loads(ledger.read_text()) == before


def test_explain_a_folder(run: Run, harbour: Path, assessed: colead.Assessment) -> None:
    wanted = assessed.release().explain("harbour", "direction")
    assert run("explain", harbour, "--unit", "harbour", "--question", "direction") == (0, wanted, "")
    code, _, err = run("explain", harbour, "--unit", "harbor", "--question", "direction")
    assert code == 2 and "did you mean `harbour`" in err


def test_simulate(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("simulate", tmp_path / "a", "--seed", 3, "--teams", 4, "--departments", 2)
    assert code == 0 and (tmp_path / "a" / "truth.json").exists() and "responses.csv" in out
    made = colead.simulate(seed=3, teams=4, departments=2)
    assert (tmp_path / "a" / "responses.csv").read_bytes() == made.files["responses.csv"]
    assert run("simulate", tmp_path / "b", "--example", "harbour")[0] == 0
    assert run("simulate", tmp_path / "c", "--spec", "-", typed='{"teams": 4, "icc": 0.2}')[0] == 0
    assert run("assess", tmp_path / "a")[0] == 0
    (tmp_path / "file").write_text("")
    assert "error[cannot_write]" in run("simulate", tmp_path / "file", "--teams", 4)[2]


def test_help_of_every_command(run: Run) -> None:
    for command in ([], ["classify"], ["questions"], ["check"], ["explain"], ["assess"], ["simulate"]):
        code, out, _ = run(*command, "--help")
        assert code == 0 and "usage: colead" in out
    assert run("--version")[1].strip() == f"colead {colead.__version__}"


def test_the_installed_command() -> None:
    here = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C"}
    command = [sys.executable, "-m", "colead", "explain", "direction", "direction=70±3", "--full"]
    run = subprocess.run(command, capture_output=True, env=here, check=True)
    assert b"moderate" in run.stdout and not run.stderr
    script = Path(sys.executable).with_name("colead")
    assert subprocess.run([script, "--version"], capture_output=True, text=True, check=True).stdout.startswith("colead ")
    closed = subprocess.run(f"'{script}' questions | head -1", shell=True, capture_output=True, text=True, check=True)
    assert closed.stdout.startswith("challenge:") and not closed.stderr
