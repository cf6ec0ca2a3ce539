"""The conformance vectors of `tests/vectors`, run through Python: the same answers as in every other language."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import colead
import pytest
from conftest import ROOT

VECTORS = ROOT / "tests" / "vectors"
READ: list[Callable[[colead.Tally], colead.Table]] = [
    lambda t: t.scores(),
    lambda t: t.items(),
    lambda t: t.differences(),
    lambda t: t.favorability(),
    lambda t: t.reliability(),
    lambda t: t.agreement(),
    lambda t: t.aggregation(),
]


class Vector:
    def __init__(self, kind: str, name: str) -> None:
        self.stem = VECTORS / kind / name

    def find(self, part: str) -> str | None:
        path = self.stem.with_name(f"{self.stem.name}.{part}")
        return path.read_text(encoding="utf-8") if path.exists() else None

    def text(self, part: str) -> str:
        found = self.find(part)
        assert found is not None, f"{self.stem}.{part} is missing"
        return found

    def json(self, part: str) -> Any:
        found = self.find(part)
        return None if found is None else json.loads(found)


def cases(kind: str) -> list[str]:
    names = sorted({p.name.split(".")[0] for p in (VECTORS / kind).iterdir()})
    # Cases named `json_...` are about the text of a document; Python takes values.
    return [name for name in names if not name.startswith("json_")]


def told(error: colead.ColeadError) -> dict[str, Any]:
    """An error as the core's document has it."""
    family = {colead.InputError: "input", colead.RulebookError: "rulebook", colead.DisclosureError: "disclosure"}
    found = [diagnostic(d) for d in error.diagnostics]
    return {
        "family": family[type(error)],
        "code": error.code,
        "message": error.message,
        "path": error.path,
        "help": error.help,
        "diagnostics": found,
    }


def diagnostic(found: colead.Diagnostic) -> dict[str, Any]:
    return found.to_dict()


def agrees(vector: Vector, call: Callable[[Vector], str]) -> None:
    expected = vector.text("expected")
    try:
        assert call(vector) == expected
    except colead.ColeadError as error:
        assert vector.stem.name.startswith("bad_"), error
        assert told(error) == json.loads(expected)
    else:
        assert not vector.stem.name.startswith("bad_")


@pytest.mark.parametrize("name", cases("classify"))
def test_classify(name: str) -> None:
    def call(v: Vector) -> str:
        facts, components = v.json("facts.json"), v.json("components.json")
        return colead.classify_challenge(facts, components=components, confidence=v.json("confidence")).to_json() + "\n"

    agrees(Vector("classify", name), call)


@pytest.mark.parametrize("name", cases("judge"))
def test_judge(name: str) -> None:
    def call(v: Vector) -> str:
        own = v.find("rulebook.toml")
        framework = colead.Framework.builtin() if own is None else colead.Framework.from_toml(own)
        question, measures = v.text("question").rstrip("\n"), v.json("measures.json")
        return framework.judge(question, measures, confidence=v.json("confidence")).to_json() + "\n"

    agrees(Vector("judge", name), call)


@pytest.mark.parametrize("name", cases("check"))
def test_check(name: str) -> None:
    v = Vector("check", name)
    assert [diagnostic(d) for d in colead.check(v.text("rulebook.toml"))] == v.json("expected")


def framework_of(v: Vector) -> colead.Framework:
    own = v.find("rulebook.toml")
    return colead.Framework.builtin() if own is None else colead.Framework.from_toml(own)


@pytest.mark.parametrize("name", cases("lint"))
def test_lint(name: str) -> None:
    v = Vector("lint", name)
    known = v.json("diagnosis.json") or {}
    measures, judgments, confidence = known.get("measures"), known.get("judgments"), v.json("confidence")
    expected = [json.loads(line) for line in v.text("expected").splitlines()]
    try:
        framework = framework_of(v)
        lint = framework.lint(v.json("plan.json"), measures, judgments=judgments, confidence=confidence)
        offered = framework.suggest(measures, judgments=judgments, confidence=confidence)
    except colead.ColeadError as error:
        assert name.startswith("bad_"), error
        assert told(error) == expected[0]
        return
    assert [lint.to_dict(), [lever.to_dict() for lever in offered]] == expected


@pytest.mark.parametrize("name", cases("compare"))
def test_compare(name: str) -> None:
    v = Vector("compare", name)
    given = v.json("cases.json")
    label, case = next(iter(given.items())) if isinstance(given, dict) else ("1", given[0])
    try:
        found = colead.compare([colead.Framework.builtin(), framework_of(v)], case, name=label)
    except colead.ColeadError as error:
        assert name.startswith("bad_"), error
        assert told(error) == v.json("expected")
        return
    assert found.to_dict() == v.json("expected")


def count(v: Vector, instrument: colead.Instrument, part: str) -> tuple[colead.Tally, colead.Loss]:
    rows = list(csv.DictReader(v.text(part).splitlines()))
    columns = {name: [row[name] or None for row in rows] for name in rows[0]}
    tally = colead.Tally(instrument)
    return tally, tally.add(columns)


def long_rows(table: colead.Table) -> list[dict[str, Any]]:
    """Rows as the core's documents have them: one key for what a row is about."""
    rows = []
    for row in table:
        about = {k: row.pop(k) for k in ("scale", "item", "pair", "judge", "respondent") if k in row}
        rows.append({"wave": None, "unit": None, **row, **{k: v for k, v in about.items() if v is not None}})
    return rows


@pytest.mark.parametrize("name", cases("tally"))
def test_tally(name: str) -> None:
    v = Vector("tally", name)
    expected = v.text("expected")
    try:
        instrument = colead.Instrument.from_toml(v.text("instrument.toml"))
        tally, loss = count(v, instrument, "responses.csv")
        if v.find("more.csv") is not None:
            tally += count(v, instrument, "more.csv")[0]
        if v.find("less.csv") is not None:
            tally -= count(v, instrument, "less.csv")[0]
    except colead.ColeadError as error:
        assert name.startswith("bad_"), error
        assert told(error) == json.loads(expected)
        return
    lines = expected.splitlines()
    assert loss.to_dict() == json.loads(lines[0])
    assert tally.digest == lines[1]
    for read, line in zip(READ, lines[2:], strict=True):
        assert long_rows(read(tally)) == json.loads(line)


def columns(text: str) -> dict[str, list[str | None]]:
    header, *rows = list(csv.reader(text.splitlines()))
    return {name: [row[i] or None for row in rows] for i, name in enumerate(header)}


@pytest.mark.parametrize("name", cases("network"))
def test_network(name: str) -> None:
    v = Vector("network", name)
    expected = v.text("expected")
    found: list[Any] = []
    try:
        ties = columns(v.text("ties.csv"))
        groups, nodes = v.find("groups.csv"), v.find("nodes.csv")
        if groups is not None:
            direction: Any = v.text("direction").rstrip("\n")
            found.append(list(colead.group_network(ties, columns(groups), direction=direction)))
        else:
            network = colead.network(ties, None if nodes is None else columns(nodes), **v.json("options.json"))
            found.append(network.summary)
            for line in v.text("requests").splitlines():
                request = json.loads(line)
                found.append(list(getattr(network, request.pop("read"))(**request)))
    except colead.ColeadError as error:
        assert name.startswith("bad_"), error
        assert told(error) == json.loads(expected)
        return
    assert found == [json.loads(line) for line in expected.splitlines()]


TABLES = ("organization", "rankings", "declared", "decisions", "decision_effects")


@pytest.mark.parametrize("name", cases("coherence"))
def test_coherence(name: str) -> None:
    v = Vector("coherence", name)
    expected = v.text("expected")
    found: list[Any] = []
    try:
        texts = {table: v.find(f"{table}.csv") for table in TABLES}
        tables = {table: columns(csv) for table, csv in texts.items() if csv is not None}
        for line in v.text("requests").splitlines():
            request = json.loads(line)
            if request.pop("read") == "concordance":
                ranked = {"rankings": tables.get("rankings"), "declared": tables.get("declared")}
                found.append(list(colead.concordance(**ranked, **request)))
            else:
                found.append(list(colead.coherence(**tables, **request)))
    except colead.ColeadError as error:
        assert name.startswith("bad_"), error
        assert told(error) == json.loads(expected)
        return
    assert found == [json.loads(line) for line in expected.splitlines()]


@pytest.mark.parametrize("name", cases("audit"))
def test_audit(name: str) -> None:
    v = Vector("audit", name)
    asked, expected = v.json("audit.json"), json.loads(v.text("expected"))
    try:
        found: Any = {"released": colead.suppress(**asked)} if asked.pop("suppress", False) else None
        found = found or colead.audit(**asked).to_dict()
    except colead.ColeadError as error:
        assert name.startswith("bad_"), error
        assert told(error) == expected
        return
    assert found == expected


def asked(line: str) -> tuple[str, dict[str, Any]]:
    """The method and the arguments of a request."""
    document = json.loads(line) if line.startswith("{") else {"read": line}
    renamed = {"from": "start", "to": "end"}
    return document.pop("read"), {renamed.get(k, k): v for k, v in document.items()}


def statistics(v: Vector) -> list[Any]:
    definitions, ratings, plans = v.find("definitions.csv"), v.find("ratings.csv"), v.find("plans")
    if definitions is not None:
        settings = v.json("settings.json")
        made = colead.Instrument.from_definitions(columns(definitions), **settings)
        return [made.map(v.json("columns.json")["columns"])]
    found: list[colead.Table] = []
    if plans is not None:
        for line in plans.splitlines():
            what, arguments = asked(line)
            found.append(colead.plan(what, **arguments))
    elif ratings is not None:
        for line in v.text("requests").splitlines():
            what, arguments = asked(line)
            found.append(colead.rank_agreement(columns(ratings), what, **arguments))  # type: ignore[arg-type]
    else:
        instrument = colead.Instrument.from_toml(v.text("instrument.toml"))
        responses = colead.Responses(columns(v.text("responses.csv")), instrument)
        tally = responses.tally()
        for part, whom in (("tally_requests", tally), ("requests", responses)):
            for line in (v.find(part) or "").splitlines():
                what, arguments = asked(line)
                read = getattr(whom, what, None)
                # What a tally cannot answer is no method of it.
                found.append(whom._read(what, **arguments) if read is None else read(**arguments))
    return [long_rows(table) for table in found]


@pytest.mark.parametrize("name", cases("statistics"))
def test_statistics(name: str) -> None:
    v = Vector("statistics", name)
    expected = v.text("expected")
    try:
        found = statistics(v)
    except (colead.ColeadError, AttributeError, TypeError) as error:
        assert name.startswith("bad_"), error
        if isinstance(error, colead.ColeadError):
            assert told(error) == json.loads(expected)
        return
    assert found == [json.loads(line) for line in expected.splitlines()]


@pytest.mark.parametrize("name", cases("assess"))
def test_assess(name: str) -> None:
    def call(v: Vector) -> str:
        terms = v.json("policy.json")
        policy = None
        if terms is not None:
            free = terms.pop("unrestricted", False)
            policy = colead.DisclosurePolicy.unrestricted() if free else colead.DisclosurePolicy(**terms)
        ledger = v.find("ledger.json")
        memory = None if ledger is None else colead.Ledger.from_json(ledger)
        release = colead.assess(Path(v.stem)).release(policy, ledger=memory)
        return f"{release.to_json()}\n{release.ledger.to_json()}\n{release.to_text()}"

    agrees(Vector("assess", name), call)


def test_there_are_vectors() -> None:
    assert all(len(cases(kind)) >= 6 for kind in ("assess", "audit", "check", "classify", "judge", "tally"))
