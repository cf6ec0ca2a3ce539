"""What colead raises: one family of exceptions with a code, a place and a help."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ._records import Diagnostic

__all__ = ["ColeadError", "DisclosureError", "InputError", "RulebookError"]


class ColeadError(Exception):
    """Something colead refuses. Nothing was changed by the refused call.

    ``code`` is stable and machine-readable, ``message`` says what is wrong, ``path`` where, ``help`` what to do.
    A refused file keeps every finding in ``diagnostics``.
    """

    code: str
    message: str
    path: str
    help: str
    diagnostics: tuple[Diagnostic, ...]

    def __init__(
        self,
        message: str,
        *,
        code: str = "refused",
        path: str = "",
        help: str = "",
        diagnostics: Sequence[Diagnostic] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.path = path
        self.help = help
        self.diagnostics = tuple(diagnostics)

    def __str__(self) -> str:
        where = f" (at {self.path})" if self.path else ""
        what_to_do = f"; {self.help}" if self.help else ""
        return f"{self.message}{where}{what_to_do}"

    def __reduce__(self) -> tuple[Any, ...]:
        # What was added to the exception since, such as notes, travels as its state.
        return _remake, (type(self), self.message, self.code, self.path, self.help, self.diagnostics), self.__dict__


class InputError(ColeadError, ValueError):
    """Evidence, arguments or stored state that cannot be accepted."""


class RulebookError(ColeadError, ValueError):
    """A rulebook, catalogue or instrument file that cannot be accepted."""


class DisclosureError(ColeadError):
    """A release that may not be made."""


def _remake(
    kind: type[ColeadError], message: str, code: str, path: str, help: str, diagnostics: tuple[Diagnostic, ...]
) -> ColeadError:
    return kind(message, code=code, path=path, help=help, diagnostics=diagnostics)


_FAMILIES: dict[str, type[ColeadError]] = {
    "input": InputError,
    "rulebook": RulebookError,
    "disclosure": DisclosureError,
}


def from_core(family: str, code: str, message: str, path: str, help: str, diagnostics: str) -> ColeadError:
    """The exception for an error of the core; the native half calls this."""
    kind = _FAMILIES.get(family, ColeadError)
    found = [Diagnostic.from_doc(doc) for doc in json.loads(diagnostics)]
    return kind(message, code=code, path=path, help=help, diagnostics=found)
