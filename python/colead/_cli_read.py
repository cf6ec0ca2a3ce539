"""What the command `colead` is told, read from files and arguments."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from ._arguments import read_text
from ._errors import InputError

WORDS: Mapping[str, float | None] = {"yes": 1.0, "partly": 0.5, "no": 0.0, "unknown": None}


def facts_of(name: str) -> tuple[Any, Any]:
    """Facts and components of a challenge, from a file."""
    doc = read_json(name)
    if isinstance(doc, dict) and ("facts" in doc or "components" in doc):
        unknown = [key for key in doc if key not in ("facts", "components")]
        if unknown:
            message = f"unknown key `{unknown[0]}`"
            raise InputError(message, code="unknown_key", path=name, help="known: `facts`, `components`")
        components = doc.get("components")
        if isinstance(components, dict):
            components = {part: worded(facts) for part, facts in components.items()}
        return worded(doc.get("facts")), components
    return worded(doc), None


def worded(facts: Any) -> Any:
    """Facts in which yes, partly, no and unknown are written out."""
    if isinstance(facts, list):
        return [worded(rater) for rater in facts]
    if isinstance(facts, dict):
        return {k: WORDS.get(v.lower(), v) if isinstance(v, str) else v for k, v in facts.items()}
    return facts


def read_json(name: str) -> Any:
    """A JSON file, read strictly; `-` is standard input."""
    if name == "-":
        text = sys.stdin.read()
        place = "standard input"
    else:
        text = read_text(Path(name))
        place = name

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in pairs:
            if key in found:
                raise InputError(f"duplicate key `{key}`", code="duplicate_key", path=place, help="keep one of them")
            found[key] = value
        return found

    def refuse(constant: str) -> NoReturn:
        raise InputError(f"`{constant}` is not a number", code="not_finite", path=place, help="use null for unknown")

    try:
        return json.loads(text, object_pairs_hook=once, parse_constant=refuse)
    except json.JSONDecodeError as error:
        where = f"{place}:{error.lineno}:{error.colno}"
        raise InputError(error.msg.lower(), code="syntax", path=where, help="give well-formed JSON") from error
    except RecursionError:
        raise InputError("the file nests too deep", code="too_deep", path=place, help="nest less") from None


def known_of(name: str) -> dict[str, Any]:
    """What is known, from a file: measures, or `measures` and `judgments`; yes, partly and no may be written out."""
    if name.endswith(".toml"):
        try:
            doc: Any = tomllib.loads(read_text(Path(name)))
        except tomllib.TOMLDecodeError as error:
            help = "give well-formed TOML"
            raise InputError(str(error).lower(), code="syntax", path=name, help=help) from error
    else:
        doc = read_json(name)
    if not isinstance(doc, dict):
        raise InputError("expected an object", code="wrong_type", path=name, help="map each measure to its value")
    if "measures" not in doc and "judgments" not in doc:
        doc = {"measures": doc}
    return {**doc, "measures": worded(doc.get("measures") or {})}


def value_of(name: str, text: str, categories: Sequence[str] | None) -> Any:
    """What stands behind `measure=` on the command line."""
    if categories is not None:
        return None if text in ("", "unknown") else text
    if text == "" or text in WORDS:
        return WORDS[text or "unknown"]
    value, sign, se = re.sub(r"\+/?-", "±", text).partition("±")
    try:
        return (float(value), float(se)) if sign else float(value)
    except ValueError:
        raise InputError(
            f"`{text}` is not a number",
            code="not_a_number",
            path=f"measures, {name}",
            help="give a number, number±se, yes, partly, no, or nothing",
        ) from None
