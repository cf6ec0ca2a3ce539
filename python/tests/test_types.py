"""Types: the package under mypy --strict, a user's sample, and the stub of the native half against the real one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PYTHON = Path(__file__).resolve().parents[1]


def mypy(*arguments: str) -> None:
    command = [sys.executable, "-m", *arguments]
    run = subprocess.run(command, cwd=PYTHON, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_package_is_typed() -> None:
    mypy("mypy")


def test_a_user_is_served_with_types() -> None:
    mypy("mypy", "--strict", "--config-file", "pyproject.toml", "tests/typed_sample.py")


def test_the_stub_tells_the_truth() -> None:
    mypy("mypy.stubtest", "colead._core", "--mypy-config-file", "pyproject.toml")
