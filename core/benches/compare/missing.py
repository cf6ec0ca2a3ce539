"""Counts what engines conclude from missing data, all in one run.

Three conditions (`a > 0.5`, `b > 0.5`, `c > 0.5`) joined by all, by any, and by at least two of three; each of a, b, c is 0,
1 or missing, where missing is once null and once absent: 27 x 3 x 2 cases. A conclusion is supported when every way to fill
in what is missing gives it (Kleene). Run with the packages of requirements.txt and colead installed:

    python core/benches/compare/missing.py
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Callable

import celpy
import colead
import numpy as np
import polars as pl
import zen
from json_logic import jsonLogic

NAMES = ("a", "b", "c")
JOINS = ("all", "any", "two of three")
Case = dict[str, float | None]
Verdict = bool | None  # None: the tool does not conclude, or refuses


def truth(join: str, yes: int) -> bool:
    return yes >= {"all": 3, "any": 1, "two of three": 2}[join]


def supported(join: str, case: Case) -> Verdict:
    known = [case.get(n) for n in NAMES]
    gaps = sum(v is None for v in known)
    yes = sum(v == 1.0 for v in known)
    results = {truth(join, yes + more) for more in range(gaps + 1)}
    return results.pop() if len(results) == 1 else None


def colead_tool() -> Callable[[str, Case], Verdict]:
    measures = "".join(f"[measure.{n}]\nscore = [0, 1]\n" for n in NAMES)
    parts = ", ".join(f'{{ gt = ["{n}", 0.5] }}' for n in NAMES)
    forms = {
        "all": f"{{ all = [{parts}] }}",
        "any": f"{{ any = [{parts}] }}",
        "two of three": f"{{ at_least = {{ points = 2, of = [{parts}] }} }}",
    }
    frameworks = {}
    for join, form in forms.items():
        text = (
            '[framework]\nid = "compare"\nversion = "1.0.0"\n'
            + measures
            + '[question.q]\noptions = ["yes"]\nmode = "independent"\n[[rule]]\nid = "q.yes"\nsays = ["q", "yes"]\n'
            + f'strength = "defines"\nwhen = {form}\nbecause = "-"\nbasis = {{ kind = "user", text = "-" }}\n'
        )
        frameworks[join] = colead.Framework.from_toml(text)

    def judge(join: str, case: Case) -> Verdict:
        answer = frameworks[join].judge("q", case).to_dict()["options"][0]["verdict"]
        return {"holds": True, "fails": False}.get(answer)

    return judge


def json_logic(join: str, case: Case) -> Verdict:
    parts = [{">": [{"var": n}, 0.5]} for n in NAMES]
    pairs = [{"and": list(p)} for p in itertools.combinations(parts, 2)]
    rule = {"all": {"and": parts}, "any": {"or": parts}, "two of three": {"or": pairs}}[join]
    return bool(jsonLogic(rule, case))


def expression(join: str, conj: str, disj: str) -> str:
    parts = [f"{n} > 0.5" for n in NAMES]
    pairs = [f"({p} {conj} {q})" for p, q in itertools.combinations(parts, 2)]
    return {"all": f" {conj} ".join(parts), "any": f" {disj} ".join(parts), "two of three": f" {disj} ".join(pairs)}[join]


def zen_expression(join: str, case: Case) -> Verdict:
    try:
        return bool(zen.evaluate_expression(expression(join, "and", "or"), case))
    except RuntimeError:
        return None


def cel(join: str, case: Case) -> Verdict:
    environment = celpy.Environment()
    program = environment.program(environment.compile(expression(join, "&&", "||")))
    try:
        return bool(program.evaluate(celpy.json_to_cel(case)))
    except celpy.CELEvalError:
        return None


def numpy_nan(join: str, case: Case) -> Verdict:
    values = np.array([np.nan if case.get(n) is None else case[n] for n in NAMES])
    return truth(join, int((values > 0.5).sum()))


def polars_null(join: str, case: Case) -> Verdict:
    row = pl.DataFrame({n: [case.get(n)] for n in NAMES}, schema=dict.fromkeys(NAMES, pl.Float64))
    parts = [pl.col(n) > 0.5 for n in NAMES]
    pairs = [p & q for p, q in itertools.combinations(parts, 2)]
    form = {
        "all": parts[0] & parts[1] & parts[2],
        "any": parts[0] | parts[1] | parts[2],
        "two of three": pairs[0] | pairs[1] | pairs[2],
    }[join]
    return row.select(form.alias("v"))["v"][0]


def cases() -> list[Case]:
    out: list[Case] = []
    for values in itertools.product((0.0, 1.0, None), repeat=3):
        out.append(dict(zip(NAMES, values, strict=True)))
        out.append({n: v for n, v in zip(NAMES, values, strict=True) if v is not None})
    return out


def main() -> None:
    tools: dict[str, Callable[[str, Case], Verdict]] = {
        "colead": colead_tool(),
        "CEL (cel-python)": cel,
        "polars, null": polars_null,
        "zen, expression": zen_expression,
        "numpy, NaN": numpy_nan,
        "JSONLogic (json-logic-qubit)": json_logic,
    }
    print("| tool | right | unsupported conclusion | nothing concluded though it follows |\n|---|---|---|---|")
    report = {}
    for name, tool in tools.items():
        count: Counter[str] = Counter()
        for join, case in itertools.product(JOINS, cases()):
            want, got = supported(join, case), tool(join, case)
            count["right" if got == want else "unsupported" if got is not None else "lost"] += 1
        report[name] = dict(count)
        print(f"| {name} | {count['right']} | {count['unsupported']} | {count['lost']} |")
    print(json.dumps(report))


if __name__ == "__main__":
    main()
