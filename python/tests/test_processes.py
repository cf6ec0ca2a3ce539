"""Everything travels between threads and processes, and a forked child works."""

from __future__ import annotations

import concurrent.futures
import copy
import multiprocessing
import os
import pickle
import subprocess
import sys
import threading
from typing import Any

import colead
import pytest
from conftest import pulse_dict

FACTS = {"definable": 0, "means_exist": 0, "solvers_unchanged": 0}


def things() -> dict[str, Any]:
    framework = colead.Framework.builtin()
    judgment = framework.judge("challenge", {"definable": (1, 0.1, 7), "means_exist": None})
    classified = colead.classify_challenge([FACTS, FACTS], components={"a": FACTS, "b": [FACTS, {"urgent": 1}]})
    pulse = colead.Instrument.from_dict(pulse_dict())
    answers = {"unit": ["a", "b"], "d1": [1, 2], "d2": [3, None], "d3": [5, 5], "p1": [1, 1]}
    assessment = colead.assess(facts=[{"unit": "a", "measure": "shared_work", "value": 1}])
    return {
        "framework": framework,
        "own framework": colead.Framework.from_toml('[framework]\nid = "x"\nversion = "1.0.0"\n'),
        "judgment": judgment,
        "classified": classified,
        "part": classified.parts["b"],
        "assessed": assessment.judgment("a", "source_demanded"),
        "release": assessment.release(),
        "instrument": pulse,
        "tally": colead.tally(answers, pulse, unit="unit"),
        "table": framework.judge_table({"definable": [1, None]}),
        "policy": colead.DisclosurePolicy(7, "research"),
        "ledger": assessment.release().ledger,
        "diagnostic": colead.check("x = 1")[0],
        "need": judgment.needs[0],
        "next question": judgment.next_questions()[0],
        "counterfactual": colead.classify_challenge(FACTS).counterfactuals()[0],
        "rule": framework.rules()[0],
        "concept": framework.concepts()[0],
        "measure": framework.measures()[0],
        "item": pulse.items[0],
        "error": colead.InputError("no", code="no", path="here", help="yes"),
    }


@pytest.mark.parametrize("name", things())
def test_everything_pickles(name: str) -> None:
    thing = things()[name]
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        back = pickle.loads(pickle.dumps(thing, protocol))
        assert type(back) is type(thing)
        assert vars(back) == vars(thing) if isinstance(thing, Exception) else back == thing
    for back in (copy.copy(thing), copy.deepcopy(thing)):
        assert vars(back) == vars(thing) if isinstance(thing, Exception) else back == thing


def test_records_keep_what_they_carry() -> None:
    made = things()
    for name in ("need", "next question"):
        back = pickle.loads(pickle.dumps(made[name]))
        assert vars(back) == vars(made[name]) and back.asks


def classify(facts: dict[str, float]) -> str:
    return colead.classify_challenge(facts).to_json()


def refuse(facts: dict[str, float]) -> str:
    try:
        colead.classify_challenge({**facts, "definable": 7})
    except colead.InputError:
        raise
    return "not refused"


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_worker_processes(method: str) -> None:
    context = multiprocessing.get_context(method)
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=context) as pool:
        assert set(pool.map(classify, [FACTS] * 8)) == {classify(FACTS)}
        judgment = pool.submit(colead.classify_challenge, FACTS).result()
        assert judgment == colead.classify_challenge(FACTS)
        with pytest.raises(colead.InputError) as caught:
            pool.submit(refuse, FACTS).result()
        assert (caught.value.code, caught.value.path) == ("out_of_range", "facts, definable")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_child_works_while_threads_work() -> None:
    stop = threading.Event()
    tally = things()["tally"]
    answers = {"unit": ["a"], "d1": [1], "d2": [3], "d3": [5], "p1": [1]}

    def work() -> None:
        while not stop.is_set():
            tally.add(answers)
            classify(FACTS)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(10):
            child = os.fork()
            if child == 0:
                ok = colead.classify_challenge(FACTS).answer == "complex" and len(tally.scores()) > 0
                os._exit(0 if ok else 1)
            deadline = threading.Timer(60, os.kill, (child, 9))
            deadline.start()
            _, status = os.waitpid(child, 0)
            deadline.cancel()
            assert os.waitstatus_to_exitcode(status) == 0
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_threads_share_what_never_changes() -> None:
    framework = colead.Framework.builtin()
    judgment = framework.judge("challenge", FACTS)
    wanted = judgment.to_json(), judgment.explain()

    def work(_: int) -> tuple[str, str]:
        one = framework.judge("challenge", FACTS)
        assert judgment.needs == one.needs and judgment.because == one.because
        return one.to_json(), judgment.explain()

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert set(pool.map(work, range(200))) == {wanted}


def test_threads_add_to_one_tally() -> None:
    pulse = colead.Instrument.from_dict(pulse_dict())
    batches = [{"unit": [f"u{i % 3}"], "d1": [1 + i % 5], "d2": [3], "d3": [5], "p1": [1]} for i in range(200)]
    shared = colead.Tally(pulse)

    def work(batch: dict[str, Any]) -> int:
        shared.scores()
        return shared.add(batch).rows

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(work, batches)) == 200
    assert shared == sum(colead.tally(batch, pulse, unit="unit") for batch in batches)
    assert shared + shared - shared == shared


def test_other_threads_run_while_the_core_works() -> None:
    """The interpreter is released: a counter goes on while a large table is judged."""
    counted = 0
    done = threading.Event()

    def count() -> None:
        nonlocal counted
        while not done.is_set():
            counted += 1

    thread = threading.Thread(target=count)
    table = colead.Table({"definable": [1, 0] * 200_000, "means_exist": [1, 0] * 200_000})
    thread.start()
    before = counted
    judged = colead.Framework.builtin().judge_table(table)
    moved = counted - before
    done.set()
    thread.join()
    assert len(judged) == 400_000 and moved > 1000


def test_import_needs_nothing_else() -> None:
    """No runtime dependencies: with site-packages shut off the package still judges."""
    source = os.path.dirname(os.path.dirname(colead.__file__))
    code = f"import sys; sys.path.insert(0, {source!r}); import colead; print(colead.classify_challenge({FACTS!r}).answer)"
    run = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "complex"
