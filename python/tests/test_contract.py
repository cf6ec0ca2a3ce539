"""The names that others rely on."""

from __future__ import annotations

import inspect
import pickle
from typing import Any

import colead
import pytest

NAMES: dict[str, list[str]] = {
    "Framework": [
        "builtin", "from_toml", "from_json", "from_path", "id", "version", "sha256", "logic_sha256", "confidence",
        "concepts", "rules", "questions", "measures", "prompts", "judge", "judge_table",
    ],
    "Judgment": [
        "question", "status", "answer", "remaining", "excluded", "needs", "because", "cites", "hypotheses", "flags",
        "parts", "unvalidated", "confidence", "explain", "explanation", "counterfactuals", "next_questions",
        "evidence_needed", "robustness", "confidence_flips", "to_dict", "to_json",
    ],
    "Instrument": ["builtin", "from_toml", "from_path", "from_dict", "scales", "items"],
    "Tally": [
        "add", "to_bytes", "from_bytes", "digest", "scores", "items", "favorability", "reliability", "agreement",
        "aggregation", "__add__", "__sub__",
    ],
    "Table": ["to_pandas", "to_polars", "to_pyarrow", "to_dict", "columns", "__len__", "__arrow_c_stream__"],
    "Assessment": ["measures", "judgments", "release"],
    "Release": ["scores", "groups", "judgments", "ledger", "explain", "sheet", "to_text", "to_dict", "to_json"],
    "DisclosurePolicy": ["unrestricted", "min_group", "coalition", "purpose"],
    "Ledger": ["from_json", "to_json", "advance", "entries"],
    "Audit": ["is_safe", "leaks", "to_dict", "to_json"],
    "Diagnostic": ["code", "severity", "message", "line", "column", "path", "help", "witness"],
}  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_name_of_the_contract_is_there(name: str) -> None:
    thing = getattr(colead, name)
    missing = [member for member in NAMES[name] if not hasattr(thing, member)]
    assert not missing


def parameters(function: Any) -> dict[str, Any]:
    return {p.name: (p.kind.name, p.default) for p in inspect.signature(function).parameters.values()}


def test_signatures() -> None:
    empty = inspect.Parameter.empty
    assert parameters(colead.classify_challenge) == {
        "facts": ("POSITIONAL_OR_KEYWORD", empty),
        "components": ("KEYWORD_ONLY", None),
        "framework": ("KEYWORD_ONLY", None),
        "confidence": ("KEYWORD_ONLY", None),
    }
    assert list(parameters(colead.Framework.judge)) == ["self", "question", "measures", "confidence"]
    assert list(parameters(colead.Framework.judge_table)) == ["self", "table", "questions", "confidence"]
    tally = parameters(colead.tally)
    assert list(tally)[:2] == ["data", "instrument"] and tally["unit"] == ("KEYWORD_ONLY", empty)
    assert {"organization", "wave", "weight"} <= set(tally)
    assess = parameters(colead.assess)
    assert assess["folder"] == ("POSITIONAL_OR_KEYWORD", None)
    assert assess["evidence"][0] == "VAR_KEYWORD"
    assert {"framework", "instrument", "confidence", "seed"} <= set(assess)
    release = parameters(colead.Assessment.release)
    assert release["policy"][1] is None and release["ledger"] == ("KEYWORD_ONLY", None)
    policy = parameters(colead.DisclosurePolicy)
    assert (policy["min_group"][1], policy["purpose"][1]) == (5, "development")


def test_exceptions_stand_in_one_family() -> None:
    assert issubclass(colead.InputError, colead.ColeadError) and issubclass(colead.InputError, ValueError)
    assert issubclass(colead.RulebookError, colead.ColeadError) and issubclass(colead.RulebookError, ValueError)
    assert issubclass(colead.DisclosureError, colead.ColeadError)
    assert not issubclass(colead.DisclosureError, ValueError)


def test_public_things_call_themselves_public() -> None:
    for name in colead.__all__:
        thing = getattr(colead, name)
        assert thing is not None
        if isinstance(thing, type):
            assert (thing.__module__, thing.__name__) == ("colead", name)
        if callable(thing):
            assert thing.__doc__, name


def test_nothing_is_made_by_hand_that_only_the_library_makes() -> None:
    makers = [colead.Framework, colead.Judgment, colead.Instrument, colead.Assessment, colead.Release]
    for kind in makers:
        with pytest.raises(TypeError):
            kind()


def test_instances_are_frozen(framework: colead.Framework, assessed: colead.Assessment) -> None:
    judgment = framework.judge("challenge", {})
    things = [framework, judgment, assessed, assessed.release(), colead.Table({}), colead.DisclosurePolicy()]
    things += [colead.Ledger(), colead.Instrument.builtin(), framework.measures()[0], framework.rules()[0]]
    for thing in things:
        name = "id" if hasattr(thing, "id") else "status"
        with pytest.raises((AttributeError, TypeError)):
            setattr(thing, name, "other")
        with pytest.raises((AttributeError, TypeError)):
            thing.something_new = 1  # type: ignore[union-attr]


def test_representations_are_short_and_show_no_evidence(assessed: colead.Assessment, pulse: colead.Instrument) -> None:
    tally = colead.tally({"unit": ["secret"] * 2, **{i.id: [1, 5] for i in pulse.items}}, pulse, unit="unit")
    things: list[Any] = [assessed, assessed.release(), tally, pulse, assessed.scores, colead.Framework.builtin()]
    for thing in things:
        assert len(repr(thing)) < 120
        assert "secret" not in repr(thing)


def test_an_instrument_speaks_languages_and_shows_its_keys() -> None:
    own = {
        "id": "pulse",
        "version": "1",
        "license": "CC0-1.0",
        "language": "en",
        "options": [1, 5],
        "items": [{"id": "d1", "text": "We know where we go."}, {"id": "d2"}],
        "scales": [{"id": "direction", "title": "Direction", "items": ["d1", "-d2"]}],
        "locales": {"de": {"scales": {"direction": "Richtung"}, "items": {"d1": "Wir wissen, wohin."}}},
    }
    english = colead.Instrument.from_dict(own)
    german = english.in_language("de-AT")
    assert (english.language, english.languages, german.language) == ("en", ["de"], "de")
    assert german.scales[0].title == "Richtung"
    assert german.items[0].text == "Wir wissen, wohin."
    assert german.logic_sha256 == english.logic_sha256
    assert german != english
    assert pickle.loads(pickle.dumps(german)) == german
    with pytest.raises(colead.InputError) as refused:
        english.in_language("fr")
    assert refused.value.code == "unknown_language"
    assert english.map()[1] == {
        "scale": "direction",
        "item": "d2",
        "column": "d2",
        "lo": 1,
        "hi": 5,
        "reversed": True,
    }
