"""What single calls cost from Python: the best of seven rounds. Run with colead installed (`make demo` leaves .venv):

.venv/bin/python python/benches/classify.py
"""

import timeit

import colead

CRITERIA = ("definable", "means_exist", "predictable", "authority_knows", "assumptions_hold", "solvers_unchanged")
FACTS = {criterion: True for criterion in CRITERIA}


def main() -> None:
    framework = colead.Framework.builtin()
    judgment = colead.classify_challenge(FACTS, framework=framework)
    calls = {
        "classify_challenge": lambda: colead.classify_challenge(FACTS, framework=framework),
        "classify_challenge, built-in framework": lambda: colead.classify_challenge(FACTS),
        "Framework.judge": lambda: framework.judge("challenge", FACTS),
        "Judgment.explain": lambda: judgment.explain(),
    }
    for name, call in calls.items():
        seconds = min(timeit.repeat(call, number=2000, repeat=7)) / 2000
        print(f"{name}: {seconds * 1e6:.1f} us a call")


if __name__ == "__main__":
    main()
