"""Arguments, read with errors that name them; and files, opened here so that the core opens none."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NoReturn

from ._errors import InputError


def wrong_type(value: object, path: str, wanted: str, help: str) -> NoReturn:
    """Refuses a value of the wrong type."""
    message = f"expected {wanted}, found `{type(value).__name__}`"
    raise InputError(message, code="wrong_type", path=path, help=help)


def text(value: object, path: str) -> str:
    """Text that UTF-8 can write."""
    if not isinstance(value, str):
        wrong_type(value, path, "text", "give a str")
    try:
        value.encode()
    except UnicodeEncodeError:
        message = "the text holds half a character (a lone surrogate)"
        raise InputError(message, code="bad_text", path=path, help="give text that UTF-8 can write") from None
    return value


def a_path(value: object, path: str = "path") -> Path:
    """A path."""
    if not isinstance(value, str | os.PathLike):
        wrong_type(value, path, "a path", "give a str or a pathlib.Path")
    return Path(value)


def read_bytes(path: Path) -> bytes:
    """The bytes of a file, with errors that name it."""
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise InputError(
            f"cannot read `{path}`: {reason}", code="cannot_read", path=str(path), help="check the path"
        ) from error


def read_text(path: Path) -> str:
    """The text of a file, with errors that name it."""
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"`{path}` is not UTF-8 text", code="bad_text", path=str(path), help="save it as UTF-8"
        ) from error


def write_bytes(path: Path, data: bytes) -> None:
    """Writes a file, with errors that name it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise InputError(
            f"cannot write `{path}`: {reason}", code="cannot_write", path=str(path), help="check the path"
        ) from error


def to_json(document: object, path: str) -> str:
    """Plain Python data as JSON, strictly."""

    def other(value: Any) -> Any:
        # Scalars of numpy and its kin hold a plain value.
        if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
            return value.item()
        wrong_type(value, path, "plain data", "give dict, list, tuple, str, int, float, bool or None")

    try:
        return json.dumps(document, default=other, allow_nan=False, ensure_ascii=False)
    except TypeError as error:
        help = "give dict with str keys, list, tuple, str, int, float, bool or None"
        raise InputError(f"not plain data: {error}", code="wrong_type", path=path, help=help) from error
    except RecursionError:
        raise InputError("the data nest too deep", code="too_deep", path=path, help="nest less") from None
    except ValueError as error:
        if isinstance(error, InputError):
            raise
        raise InputError(str(error).lower(), code="not_finite", path=path, help="give finite numbers") from error


def request(what: str, arguments: Mapping[str, Any]) -> str:
    """A request to the core: what to read, and the arguments that were given."""
    given = {key: value for key, value in arguments.items() if value is not None}
    for key, value in given.items():
        if isinstance(value, str):
            text(value, key)
    return to_json({"read": what, **given}, what)
