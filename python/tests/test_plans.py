"""Plans, frameworks of one's own, and two side by side: the Python side and the command."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from pathlib import Path

import colead
import pytest
from colead._cli import main

COMPLEX = {"challenge": "complex", "stage": "make_sense"}
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str | Path) -> tuple[int, str, str]:
        code = main([str(a) for a in arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


def test_a_plan_is_linted_from_every_form(tmp_path: Path) -> None:
    framework = colead.Framework.builtin()
    file = tmp_path / "plan.toml"
    file.write_text("[[lever]]\nlever = 'appoint_leaders'\nhow_many = 3\n[[lever]]\nlever = 'take_part'\n")
    pulled = [{"lever": "appoint_leaders", "how_many": 3}, "take_part"]
    forms = [pulled, {"lever": [pulled[0], {"lever": "take_part"}]}, file, str(file)]
    lints = [framework.lint(form, judgments=COMPLEX) for form in forms]
    assert len({lint.to_json() for lint in lints}) == 1
    lint = lints[0]
    assert [(w["kind"], w["option"], w["levers"]) for w in lint.warnings] == [
        ("warning", "more_leaders", ["appoint_leaders"])
    ]
    assert lint.warnings[0]["cites"] and not lint.sound and "warning: more leaders" in str(lint)
    assert pickle.loads(pickle.dumps(lint)) == lint == copy.deepcopy(lint)
    lint.warnings.clear()
    assert lint.warnings
    with pytest.raises(AttributeError):
        lint.sound = True  # type: ignore[misc]


def test_judgments_are_a_diagnosis() -> None:
    framework = colead.Framework.builtin()
    challenge = colead.classify_challenge({"definable": 0, "means_exist": 0, "solvers_unchanged": 0})
    obstacle = framework.judge("obstacle", {"unowned_share": 0.5})
    lint = framework.lint(["train_individuals"], judgments=[challenge, obstacle])
    assert {w["option"] for w in lint.warnings if w["kind"] == "warning"} == {"training_for_process", "leaders_only"}
    offered = [lever.id for lever in framework.suggest(judgments=obstacle)]
    assert "one_owner_each_decision" in offered and "appoint_leaders" not in offered


def test_faults_have_codes() -> None:
    framework = colead.Framework.builtin()
    for plan, known, code in [
        (["appoint_leader"], {}, "unknown_lever"),
        ([{"lever": "take_part", "how_many": 0}], {}, "not_a_count"),
        (3, {}, "wrong_type"),
        ([], {"measures": {"definable": 2}}, "out_of_range"),
        ([], {"judgments": {"challenge": "hard"}}, "unknown_option"),
        ([], {"judgments": [3]}, "wrong_type"),
        ("no/such/plan.toml", {}, "cannot_read"),
    ]:
        with pytest.raises(colead.InputError) as error:
            framework.lint(plan, **known)  # type: ignore[arg-type]
        assert error.value.code == code
    with pytest.raises(colead.InputError) as error:
        colead.compare([framework], {})
    assert error.value.code == "too_few"


def test_the_command_lints(run: Run, tmp_path: Path) -> None:
    plan, facts = tmp_path / "plan.toml", tmp_path / "facts.json"
    plan.write_text("title = 'by decree'\n[[lever]]\nlever = 'appoint_leaders'\n[[lever]]\nlever = 'take_part'\n")
    code, out, _ = run("lint", plan)
    assert code == 1 and out.startswith("by decree\nconditional: more leaders") and "[solvers_unchanged]" in out
    facts.write_text('{"definable": "no", "means_exist": "no", "solvers_unchanged": "no"}')
    code, out, _ = run("lint", plan, "--facts", facts, "--json")
    assert code == 1 and [w["kind"] for w in json.loads(out)["warnings"]] == ["warning"]
    facts = tmp_path / "facts.toml"
    facts.write_text("[judgments]\nchallenge = 'technical'\n")
    assert run("lint", plan, "--facts", facts)[0] == 0
    facts.write_text("[judgement]\n[measures]\n")
    assert run("lint", plan, "--facts", facts)[0] == 2
    code, out, _ = run("lint", "--levers")
    assert code == 0 and "take_part (followers; changes process)" in out
    assert run("lint")[0] == 2


def test_a_new_framework_is_checked_assessed_and_compared(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "our-ward"
    code, out, _ = run("new-framework", folder)
    assert code == 0 and "colead check" in out
    assert run("new-framework", folder)[0] == 2
    code, out, _ = run("check", folder)
    assert (code, out) == (0, "0 errors, 0 warnings\n")
    code, out, _ = run("assess", folder)
    assert code == 0 and "our-ward" in out
    own = colead.Framework.from_path(folder)
    assert own.id == "our-ward" and own == pickle.loads(pickle.dumps(own))
    facts = tmp_path / "case.json"
    facts.write_text('{"definable": 1, "handovers_gone_wrong": 2}')
    code, out, _ = run("compare", "builtin", folder, "--facts", facts)
    assert code == 0 and "only our-ward asks handover" in out and "not read by collective-leadership" in out
    code, out, _ = run("compare", "builtin", folder, "--facts", facts, "--json")
    assert json.loads(out)["case"] == "case"
    plan = tmp_path / "plan.toml"
    plan.write_text("[[lever]]\nlever = 'talk_handovers_through'\n")
    assert run("lint", plan, "--framework", folder)[0] == 0


def test_a_copy_of_the_built_in_folder_loads(tmp_path: Path) -> None:
    from conftest import ROOT

    for file in (ROOT / "core" / "rulebook").glob("*.toml"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    copied = colead.Framework.from_path(tmp_path)
    assert copied.sha256 == colead.Framework.builtin().sha256
