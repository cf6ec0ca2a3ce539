"""The examples in docstrings run."""

from __future__ import annotations

import doctest
import inspect

import colead


def test_docstrings() -> None:
    finder, runner = doctest.DocTestFinder(), doctest.DocTestRunner()
    seen = set()
    for name in colead.__all__:
        thing = getattr(colead, name)
        if inspect.isclass(thing) or inspect.isfunction(thing):
            # Public classes call themselves by their public module: no filter by where they were written.
            for test in finder.find(thing, name, module=False, globs={}):
                seen.update([name] if test.examples else [])
                runner.run(test)
    assert runner.summarize().failed == 0
    assert {"Framework", "Instrument", "assess", "classify_challenge", "simulate", "tally"} <= seen
