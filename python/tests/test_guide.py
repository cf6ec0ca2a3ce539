"""Every Python example of the README and the guide runs, each page from top to bottom; every command prints what it shows.

`COLEAD_BLESS=1` writes what the commands print into the pages.
"""

from __future__ import annotations

import os
import pathlib
import re
import shlex

import pytest
from colead._cli import main

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)

SESSION = re.compile(r"^```console\n\$ colead (.*)\n((?:.*\n)*?)^```", re.MULTILINE)


@pytest.mark.parametrize("page", [p for p in PAGES if BLOCK.search(p.read_text())], ids=lambda p: p.name)
def test_examples_run(page: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    text = page.read_text()
    for block in BLOCK.finditer(text):
        line = text[: block.start()].count("\n") + 1
        # Line numbers of a failure are those of the page.
        exec(compile("\n" * line + block.group(1), os.fspath(page), "exec"), names)


@pytest.mark.parametrize("page", [p for p in PAGES if SESSION.search(p.read_text())], ids=lambda p: p.name)
def test_commands_print_what_the_page_shows(page: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    def printed(session: re.Match[str]) -> str:
        assert main(shlex.split(session.group(1))) == 0
        lines = capsys.readouterr().out.splitlines()
        # The digest of the rulebook is another with every change of it.
        shown = [line for line in lines if not line.startswith("  rulebook: ")]
        return "\n".join(["```console", f"$ colead {session.group(1)}", *shown, "```"])

    text = page.read_text()
    now = SESSION.sub(printed, text)
    if os.environ.get("COLEAD_BLESS"):
        page.write_text(now)
    assert page.read_text() == now


def test_there_are_examples() -> None:
    assert sum(len(BLOCK.findall(p.read_text())) for p in PAGES) >= 10
