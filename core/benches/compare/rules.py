"""Times rule engines for Python on one job, and counts what each concludes from missing data; all in one run.

30 rules, each of three thresholds on 20 measures, over cases with a tenth missing: the job and the numbers of
`engines/src/job.rs`. Cases are in each engine's own form before the clock starts; CPU time, the best of three runs.
Run with the packages of requirements.txt and colead installed:

    python core/benches/compare/rules.py
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable

# One thread each.
for variable in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"

import business_rules
import celpy
import colead
import numpy as np
import polars as pl
import zen
from business_rules.actions import BaseActions, rule_action
from business_rules.variables import BaseVariables, numeric_rule_variable
from json_logic import jsonLogic

MEASURES, RULES = 20, 30
NAMES = [f"m{m}" for m in range(MEASURES)]
Leaf = tuple[int, bool, float]
# Verdicts, one row a case and one column a rule: 1 holds, 0 fails, -1 not concluded.
Verdicts = np.ndarray


def rules() -> list[list[Leaf]]:
    def leaf(r: int, k: int) -> Leaf:
        return (7 * r + 3 * k + r // 20) % MEASURES, (r + k) % 3 != 0, 20.0 + (13 * r + 29 * k) % 60

    return [[leaf(r, k) for k in range(3)] for r in range(RULES)]


def cases(count: int) -> np.ndarray:
    """Numbers from 0 to 99.9 with one decimal, a tenth missing (NaN)."""
    with np.errstate(over="ignore"):
        z = np.uint64(2003) + np.arange(1, count * MEASURES + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    values = ((z >> np.uint64(32)) % np.uint64(1000)).astype(float) / 10.0
    values[z % np.uint64(10) == 0] = np.nan
    return values.reshape(count, MEASURES)


def truth(values: np.ndarray) -> Verdicts:
    """What follows from what is known (Kleene)."""
    out = np.empty((len(values), RULES), dtype=np.int8)
    for r, leaves in enumerate(rules()):
        no, yes = np.zeros(len(values), bool), np.ones(len(values), bool)
        for m, above, threshold in leaves:
            v = values[:, m]
            met = v > threshold if above else v < threshold
            yes &= met
            no |= ~met & ~np.isnan(v)
        out[:, r] = np.where(no, 0, np.where(yes, 1, -1))
    return out


def documents(values: np.ndarray) -> list[dict[str, float]]:
    return [{n: float(v) for n, v in zip(NAMES, row, strict=True) if not np.isnan(v)} for row in values]


def expression(leaves: Iterable[Leaf], join: str) -> str:
    return f" {join} ".join(f"m{m} {'>' if above else '<'} {threshold}" for m, above, threshold in leaves)


def timed(job: Callable[[], Verdicts]) -> tuple[float, Verdicts]:
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        out = job()
        best = min(best, time.process_time() - start)
    return best, out


def verdict(value: object) -> int:
    return int(value) if isinstance(value, bool) else -1


def with_colead(values: np.ndarray) -> tuple[float, Verdicts]:
    head = '[framework]\nid = "compare"\nversion = "1.0.0"\n'
    measures = "".join(f"[measure.{n}]\nscore = [0, 100]\n" for n in NAMES)
    options = ", ".join(f'"r{r}"' for r in range(RULES))
    question = f'[question.q]\noptions = [{options}]\nmode = "independent"\n'
    text = head + measures + question
    for r, leaves in enumerate(rules()):
        parts = ", ".join(f'{{ {"gt" if above else "lt"} = ["m{m}", {t}] }}' for m, above, t in leaves)
        text += (
            f'[[rule]]\nid = "rule{r}"\nsays = ["q", "r{r}"]\nstrength = "defines"\nwhen = {{ all = [{parts}] }}\n'
            'because = "-"\nbasis = { kind = "user", text = "-" }\n'
        )
    framework = colead.Framework.from_toml(text)
    table = pl.DataFrame({n: pl.Series(values[:, m]).fill_nan(None) for m, n in enumerate(NAMES)})
    seconds, out = timed(lambda: framework.judge_table(table, questions=["q"]))
    found = out.to_polars()
    columns = [np.clip(found[f"rule{r}"].to_numpy(), -1, 1) for r in range(RULES)]
    return seconds, np.stack(columns, axis=1).astype(np.int8)


def with_polars(values: np.ndarray) -> tuple[float, Verdicts]:
    frame = pl.DataFrame({n: pl.Series(values[:, m]).fill_nan(None) for m, n in enumerate(NAMES)})

    def rule(leaves: list[Leaf]) -> pl.Expr:
        return pl.all_horizontal([(pl.col(f"m{m}") > t) if above else (pl.col(f"m{m}") < t) for m, above, t in leaves])

    expressions = [rule(leaves).alias(f"r{r}") for r, leaves in enumerate(rules())]
    seconds, out = timed(lambda: frame.select(expressions))
    return seconds, out.select(pl.all().cast(pl.Int8).fill_null(-1)).to_numpy()


def with_numpy(values: np.ndarray) -> tuple[float, Verdicts]:
    columns = [np.ascontiguousarray(values[:, m]) for m in range(MEASURES)]

    def job() -> Verdicts:
        out = np.empty((RULES, len(values)), dtype=bool)
        for r, leaves in enumerate(rules()):
            parts = [columns[m] > t if above else columns[m] < t for m, above, t in leaves]
            np.logical_and(parts[0], parts[1], out=out[r])
            np.logical_and(out[r], parts[2], out=out[r])
        return out

    seconds, out = timed(job)
    return seconds, out.T.astype(np.int8)


def with_zen(values: np.ndarray) -> tuple[float, Verdicts]:
    compiled = [zen.compile_expression(expression(leaves, "and")) for leaves in rules()]
    inputs = documents(values)

    def one(rule: object, case: dict[str, float]) -> int:
        try:
            return verdict(rule.evaluate(case))  # type: ignore[attr-defined]
        except RuntimeError:
            return -1

    return timed(lambda: np.array([[one(rule, case) for rule in compiled] for case in inputs], dtype=np.int8))


def with_celpy(values: np.ndarray) -> tuple[float, Verdicts]:
    environment = celpy.Environment()
    programs = [environment.program(environment.compile(expression(leaves, "&&"))) for leaves in rules()]
    inputs = [celpy.json_to_cel(case) for case in documents(values)]

    def one(program: celpy.Runner, case: object) -> int:
        try:
            return int(bool(program.evaluate(case)))  # type: ignore[arg-type]
        except celpy.CELEvalError:
            return -1

    return timed(lambda: np.array([[one(p, case) for p in programs] for case in inputs], dtype=np.int8))


def with_json_logic(values: np.ndarray) -> tuple[float, Verdicts]:
    forms = [{"and": [{">" if above else "<": [{"var": f"m{m}"}, t]} for m, above, t in leaves]} for leaves in rules()]
    inputs = documents(values)
    return timed(lambda: np.array([[verdict(jsonLogic(f, case)) for f in forms] for case in inputs], dtype=np.int8))


def with_business_rules(values: np.ndarray) -> tuple[float, Verdicts]:
    def variable(name: str) -> Callable[[BaseVariables], float]:
        def read(self: BaseVariables) -> float:
            # It knows no missing number: 0 is what its numeric type falls back to in practice.
            return self.case.get(name, 0.0)  # type: ignore[attr-defined]

        read.__name__ = name
        return numeric_rule_variable(read)

    def start(self: BaseVariables, case: dict[str, float]) -> None:
        self.case = case  # type: ignore[attr-defined]

    variables = type("Variables", (BaseVariables,), {"__init__": start, **{n: variable(n) for n in NAMES}})

    class Actions(BaseActions):
        def __init__(self) -> None:
            self.done = 0

        @rule_action()
        def done(self) -> None:
            self.done = 1

    forms = [
        {
            "all": [
                {"name": f"m{m}", "operator": "greater_than" if above else "less_than", "value": t}
                for m, above, t in leaves
            ]
        }
        for leaves in rules()
    ]
    inputs = documents(values)

    def one(form: dict[str, object], case: dict[str, float]) -> int:
        return int(business_rules.engine.check_conditions_recursively(form, variables(case)))

    return timed(lambda: np.array([[one(form, case) for form in forms] for case in inputs], dtype=np.int8))


def main() -> None:
    values = cases(100_000)
    tools: list[tuple[str, int, Callable[[np.ndarray], tuple[float, Verdicts]]]] = [
        ("colead, judge_table", 100_000, with_colead),
        ("polars, null", 100_000, with_polars),
        ("numpy, NaN", 100_000, with_numpy),
        ("zen-engine, compiled expressions", 2_000, with_zen),
        ("cel-python", 100, with_celpy),
        ("json-logic-qubit", 1_000, with_json_logic),
        ("business-rules, missing read as 0", 500, with_business_rules),
    ]
    print("| engine | cases | M rule evaluations a second | unsupported conclusions | not concluded though it follows |")
    print("|---|---|---|---|---|")
    for name, count, tool in tools:
        part = values[:count]
        seconds, found = tool(part)
        want = truth(part)
        lost = np.mean((found == -1) & (want != -1))
        unsupported = np.mean((found != -1) & (found != want))
        rate = count * RULES / seconds / 1e6
        print(f"| {name} | {count} | {rate:.3g} | {unsupported:.2%} | {lost:.2%} |", flush=True)


if __name__ == "__main__":
    main()
