"""What several tests share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import colead
import pytest

ROOT = Path(__file__).resolve().parents[2]
KNOWN = ["definable", "means_exist", "predictable", "authority_knows", "assumptions_hold"]


@pytest.fixture(scope="session")
def framework() -> colead.Framework:
    return colead.Framework.builtin()


@pytest.fixture(scope="session")
def harbour() -> Path:
    return ROOT / "examples" / "harbour"


@pytest.fixture(scope="session")
def assessed(harbour: Path) -> colead.Assessment:
    return colead.assess(harbour)


@pytest.fixture(scope="session")
def pulse() -> colead.Instrument:
    """Two scales of one to three items; the third is reversed."""
    return colead.Instrument.from_dict(pulse_dict())


def pulse_dict() -> dict[str, Any]:
    return {
        "id": "pulse",
        "version": "1",
        "license": "CC0-1.0",
        "options": [1, 5],
        "scales": [{"id": "direction", "items": ["d1", "d2", "-d3"]}, {"id": "pace", "items": ["p1"]}],
    }


@pytest.fixture
def answers() -> dict[str, list[Any]]:
    return {
        "unit": ["a", "a", "a", "b", "b", "b"],
        "d1": [4, 4, 5, 2, 1, 2],
        "d2": [4, 5, None, 2, 1, 1],
        "d3": [2, 1, 1, 5, 4, 4],
        "p1": [4, 4, 5, 3, 4, None],
    }


def refusal(kind: type[colead.ColeadError], call: Any) -> tuple[str, str]:
    """The code and place of the error that a call raises."""
    with pytest.raises(kind) as caught:
        call()
    error = caught.value
    assert error.message and error.message in str(error)
    assert error.message[0].islower() or not error.message[0].isalpha(), error.message
    assert not error.message.endswith("."), error.message
    return error.code, error.path


def with_help(error: colead.ColeadError) -> bool:
    return bool(error.help)
