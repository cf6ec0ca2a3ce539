"""The conformance vectors of ``tests/vectors``, run through Python. Their README says what they are."""

from __future__ import annotations

import dataclasses
import json
import pathlib
from collections.abc import Callable
from typing import Any

import colead
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "vectors"
WHAT = ("scores", "items", "differences", "favorability", "reliability", "agreement", "aggregation")
FAMILIES = {colead.InputError: "input", colead.RulebookError: "rulebook", colead.DisclosureError: "disclosure"}


@dataclasses.dataclass(frozen=True)
class Vector:
    """The files of one case."""

    folder: pathlib.Path
    name: str

    def find(self, part: str) -> str | None:
        path = self.folder / f"{self.name}.{part}"
        return path.read_bytes().decode() if path.exists() else None

    def text(self, part: str) -> str:
        text = self.find(part)
        assert text is not None, f"{self.name}.{part} is missing"
        return text

    def document(self, part: str) -> Any:
        text = self.find(part)
        return None if text is None else json.loads(text)

    def confidence(self) -> float | None:
        text = self.find("confidence")
        return None if text is None else float(text)


def plain(record: Any) -> dict[str, Any]:
    """A diagnostic as the core's document has it: the excerpt is Python's own."""
    document = dataclasses.asdict(record)
    del document["excerpt"]
    return document


def refusal(error: colead.ColeadError) -> dict[str, Any]:
    return {
        "family": FAMILIES[type(error)],
        "code": error.code,
        "message": error.message,
        "path": error.path,
        "help": error.help,
        "diagnostics": [plain(d) for d in error.diagnostics],
    }


def classify(v: Vector) -> None:
    judgment = colead.classify_challenge(
        v.document("facts.json"), components=v.document("components.json"), confidence=v.confidence()
    )
    assert judgment.to_json() + "\n" == v.text("expected")


def judge(v: Vector) -> None:
    rulebook = v.find("rulebook.toml")
    framework = colead.Framework.builtin() if rulebook is None else colead.Framework.from_toml(rulebook)
    question = v.text("question").rstrip("\n")
    judgment = framework.judge(question, v.document("measures.json"), confidence=v.confidence())
    assert judgment.to_json() + "\n" == v.text("expected")


def check(v: Vector) -> None:
    assert [plain(d) for d in colead.check(v.text("rulebook.toml"))] == v.document("expected")


def count(v: Vector, instrument: colead.Instrument, part: str) -> tuple[colead.Tally, Any]:
    header, *rows = (line.split(",") for line in v.text(part).splitlines() if line)
    columns = {name: [row[i] or None for row in rows] for i, name in enumerate(header)}
    tally = colead.Tally(instrument)
    return tally, tally.add(columns, unit="unit")


def tally(v: Vector) -> None:
    instrument = colead.Instrument.from_toml(v.text("instrument.toml"))
    tally, report = count(v, instrument, "responses.csv")
    if v.find("more.csv") is not None:
        tally = tally + count(v, instrument, "more.csv")[0]
    if v.find("less.csv") is not None:
        tally = tally - count(v, instrument, "less.csv")[0]
    loss, digest, *tables = v.text("expected").splitlines()
    assert dataclasses.asdict(report) | {"ignored_columns": list(report.ignored_columns)} == json.loads(loss)
    assert tally.digest == digest
    for what, expected in zip(WHAT, tables, strict=True):
        table = getattr(tally, what)()
        documents = json.loads(expected)
        assert len(table) == len(documents)
        for row, document in zip(table, documents, strict=True):
            # A table leaves out the columns that no row fills.
            assert row == {column: document.get(column) for column in table.columns}
            assert all(document[key] is None for key in document.keys() - set(table.columns))


def assess(v: Vector) -> None:
    terms, ledger = v.document("policy.json"), v.find("ledger.json")
    policy = None
    if terms is not None:
        unrestricted = terms.pop("unrestricted", False)
        policy = colead.DisclosurePolicy.unrestricted() if unrestricted else colead.DisclosurePolicy(**terms)
    assessment = colead.assess(v.folder / v.name)
    before = None if ledger is None else colead.Ledger.from_json(ledger)
    release = assessment.release(policy, ledger=before)
    got = f"{release.to_json()}\n{release.ledger.to_json()}\n{release.to_text()}"
    assert got == v.text("expected")


KINDS: dict[str, Callable[[Vector], None]] = {
    "classify": classify,
    "judge": judge,
    "check": check,
    "tally": tally,
    "assess": assess,
}


def cases() -> list[Any]:
    found = []
    for kind in KINDS:
        for path in sorted((ROOT / kind).glob("*.expected")):
            # Those are about the text of a document; Python takes values.
            if not path.name.startswith("json_"):
                found.append(pytest.param(kind, path.name.removesuffix(".expected"), id=f"{kind}/{path.stem}"))
    return found


@pytest.mark.parametrize(("kind", "name"), cases())
def test_vector(kind: str, name: str) -> None:
    v = Vector(ROOT / kind, name)
    expected = v.text("expected")
    try:
        KINDS[kind](v)
    except colead.ColeadError as error:
        assert refusal(error) == json.loads(expected.splitlines()[0])


def test_every_kind_has_its_cases() -> None:
    folders = sorted(path.name for path in ROOT.iterdir() if path.is_dir())
    assert folders == sorted(KINDS)
    for kind in KINDS:
        assert sum(case.values[0] == kind for case in cases()) >= 6
