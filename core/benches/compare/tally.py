"""The tally beside polars, numpy and pandas: the same data, the same run, equal results, minima of several runs.

    python core/benches/compare/tally.py [--rows 1000000] [--units 20000] [--repeat 7] [--threads 2]

The job: for every unit and item the count of each answer; for every unit and scale the number, the mean and the standard
error of the persons' scores (at least half of the items answered, two items of each scale reversed); for every scale alpha
over all people, pairwise and listwise.
40 five-point items in 8 scales, 3 % missing, units in no order. Each tool does the job as its users would write it
with speed in mind. Needs colead and what `requirements.txt` beside this file names.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import os
import resource
import sys
import time

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--rows", type=int, default=1_000_000)
parser.add_argument("--units", type=int, default=20_000)
parser.add_argument("--repeat", type=int, default=7)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--only", default="", help="comma-separated parts of: colead, inputs, polars, numpy, pandas")
options = parser.parse_args()
for name in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(options.threads)

import numpy as np  # noqa: E402  (after the number of threads)
import pandas as pd  # noqa: E402
import polars as pl  # noqa: E402
import pyarrow as pa  # noqa: E402

import colead  # noqa: E402

ITEMS, SCALES, OPTIONS = 40, 8, 5
EACH = ITEMS // SCALES
NAMES = [f"i{k:02}" for k in range(ITEMS)]
REVERSED = {k for k in range(ITEMS) if k % EACH in (1, 3)}
SETS = [list(range(s * EACH, (s + 1) * EACH)) for s in range(SCALES)]


def instrument() -> colead.Instrument:
    items = [[("-" if k in REVERSED else "") + NAMES[k] for k in own] for own in SETS]
    scales = [{"id": f"s{s}", "items": own} for s, own in enumerate(items)]
    return colead.Instrument.from_dict(
        {"id": "compare", "version": "1", "license": "CC0-1.0", "options": [1, OPTIONS], "scales": scales}
    )


def data() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    dice = np.random.default_rng(20_240_501)
    unit = dice.integers(0, options.units, options.rows, dtype=np.int32)
    latent = dice.normal(0, 0.7, (options.rows, 1)).astype(np.float32)
    answers = np.empty((ITEMS, options.rows), dtype=np.int8)
    missing = np.empty((ITEMS, options.rows), dtype=bool)
    for k in range(ITEMS):
        noise = dice.normal(3.2, 0.9, options.rows).astype(np.float32) + latent[:, 0]
        step = np.clip(np.rint(noise), 1, OPTIONS).astype(np.int8)
        answers[k] = OPTIONS + 1 - step if k in REVERSED else step
        missing[k] = dice.random(options.rows, dtype=np.float32) < 0.03
    return unit, answers, missing


def best(job, repeat: int) -> tuple[float, float, object]:
    """The least wall and CPU seconds of several runs, and the result."""
    wall, cpu, result = float("inf"), float("inf"), None
    for _ in range(repeat):
        result = None
        gc.collect()
        began, used = time.perf_counter(), time.process_time()
        result = job()
        wall, cpu = min(wall, time.perf_counter() - began), min(cpu, time.process_time() - used)
    return wall, cpu, result


def alpha(n, x, y, xy, variances) -> float:
    """Raw alpha of covariances over the pairs i < j, and variances."""
    covariances = (xy - x * y / n) / (n - 1)
    total = variances.sum() + 2 * covariances.sum()
    return EACH / (EACH - 1) * (1 - variances.sum() / total)


def in_colead(frame, threads: int):
    tally = colead.tally(frame, questionnaire, unit="unit", threads=threads)
    rows = tally.reliability()
    found = zip(rows["scale"], rows["measure"], rows["variant"], rows["value"], strict=True)
    return tally, tally.means(), {(scale, how): value for scale, what, how, value in found if what == "alpha"}


def in_numpy():
    counts = np.empty((ITEMS, options.units, OPTIONS), dtype=np.int64)
    scores = np.empty((3, SCALES, options.units))
    alphas = np.empty((2, SCALES))
    code = unit.astype(np.int64) * (OPTIONS + 1)
    for k in range(ITEMS):
        steps = np.where(missing[k], 0, answers[k])
        counts[k] = np.bincount(code + steps, minlength=options.units * (OPTIONS + 1)).reshape(-1, OPTIONS + 1)[:, 1:]
    for s, own in enumerate(SETS):
        there = ~missing[own]
        steps = answers[own].astype(np.float32)
        for row, k in enumerate(own):
            if k in REVERSED:
                steps[row] = OPTIONS + 1 - steps[row]
        steps *= there
        answered = there.sum(axis=0, dtype=np.int32)
        kept = answered >= (EACH + 1) // 2
        score = steps.sum(axis=0, dtype=np.float64)[kept] / answered[kept]
        units = unit[kept]
        n = np.bincount(units, minlength=options.units)
        mean = np.bincount(units, weights=score, minlength=options.units) / n
        square = np.bincount(units, weights=(score - mean[units]) ** 2, minlength=options.units)
        scores[:, s] = n, mean, np.sqrt(square / (n - 1) / n)
        # Sums of up to 2^24 are exact in 32 bits; larger ones need 64.
        wide = np.float32 if options.rows * OPTIONS * OPTIONS < 1 << 24 else np.float64
        upper = np.triu_indices(EACH, 1)
        steps, there = steps.astype(wide), there.astype(wide)
        products = (there @ there.T, steps @ steps.T, steps @ there.T)
        both, cross, sums = (matrix.astype(np.float64) for matrix in products)
        squares = (steps * steps).sum(axis=1, dtype=np.float64)
        own_n, own_sum = np.diag(both), np.diag(sums)
        variances = (squares - own_sum * own_sum / own_n) / (own_n - 1)
        alphas[0, s] = alpha(both[upper], sums[upper], sums.T[upper], cross[upper], variances)
        complete = steps[:, answered == EACH]
        covariances = np.cov(complete)
        trace = np.trace(covariances)
        alphas[1, s] = EACH / (EACH - 1) * (1 - trace / covariances.sum())
    return counts, scores, alphas


def in_polars():
    item = [pl.col(name) for name in NAMES]
    turned = [(OPTIONS + 1) - item[k] if k in REVERSED else item[k] for k in range(ITEMS)]
    scores, complete = [], []
    for s, own in enumerate(SETS):
        answered = pl.sum_horizontal([item[k].is_not_null().cast(pl.Int8) for k in own])
        complete.append(pl.all_horizontal([item[k].is_not_null() for k in own]))
        total = pl.sum_horizontal([turned[k].fill_null(0) for k in own])
        score = pl.when(answered >= (EACH + 1) // 2).then(total / answered)
        scores.append(score.alias(f"s{s}"))
    grouped = (
        frame_polars.lazy()
        .with_columns(scores)
        .group_by("unit")
        .agg(
            [(pl.col(name) == k).sum().alias(f"{name}={k}") for name in NAMES for k in range(1, OPTIONS + 1)]
            + [pl.col(f"s{s}").mean() for s in range(SCALES)]
            + [pl.col(f"s{s}").count().alias(f"s{s}.n") for s in range(SCALES)]
            + [pl.col(f"s{s}").var().alias(f"s{s}.v") for s in range(SCALES)]
        )
    )
    wide = [t.cast(pl.Int32) for t in turned]
    sums = [t.var().alias(f"v{k}") for k, t in enumerate(wide)]
    for s, own in enumerate(SETS):
        kept = [wide[k].filter(complete[s]) for k in own]
        sums.append(complete[s].sum().cast(pl.Float64).alias(f"c{s}"))
        sums += [t.var().alias(f"w{k}") for k, t in zip(own, kept, strict=True)]
        sums += [t.sum().cast(pl.Float64).alias(f"t{k}") for k, t in zip(own, kept, strict=True)]
        for a, i in enumerate(own):
            for b, j in enumerate(own[a + 1 :], a + 1):
                sums.append((kept[a] * kept[b]).sum().cast(pl.Float64).alias(f"q{i},{j}"))
        for a, i in enumerate(own):
            for j in own[a + 1 :]:
                both = item[i].is_not_null() & item[j].is_not_null()
                sums += [
                    both.sum().cast(pl.Float64).alias(f"n{i},{j}"),
                    wide[i].filter(both).sum().cast(pl.Float64).alias(f"x{i},{j}"),
                    wide[j].filter(both).sum().cast(pl.Float64).alias(f"y{i},{j}"),
                    (wide[i] * wide[j]).sum().cast(pl.Float64).alias(f"p{i},{j}"),
                ]
    grouped, totals = pl.collect_all([grouped, frame_polars.lazy().select(sums)])
    row = totals.row(0, named=True)
    alphas: list[list[float]] = [[], []]
    for s, own in enumerate(SETS):
        pairs = [(i, j) for a, i in enumerate(own) for j in own[a + 1 :]]
        column = lambda what: np.array([row[f"{what}{i},{j}"] for i, j in pairs])  # noqa: E731
        variances = np.array([row[f"v{k}"] for k in own])
        alphas[0].append(alpha(column("n"), column("x"), column("y"), column("p"), variances))
        left, right = (np.array([row[f"t{pair[side]}"] for pair in pairs]) for side in (0, 1))
        variances = np.array([row[f"w{k}"] for k in own])
        alphas[1].append(alpha(row[f"c{s}"], left, right, column("q"), variances))
    return grouped, alphas


def in_pandas():
    answered = frame_pandas[NAMES].notna()
    columns = {}
    for k, name in enumerate(NAMES):
        for option in range(1, OPTIONS + 1):
            columns[f"{name}={option}"] = (frame_pandas[name] == option).to_numpy()
    turned = {NAMES[k]: OPTIONS + 1 - frame_pandas[NAMES[k]] if k in REVERSED else frame_pandas[NAMES[k]] for k in range(ITEMS)}
    turned = pd.DataFrame(turned)
    counts = pd.DataFrame(columns).groupby(frame_pandas["unit"], sort=True).sum()
    scores = {}
    for s, own in enumerate(SETS):
        names = [NAMES[k] for k in own]
        enough = answered[names].sum(axis=1) >= (EACH + 1) // 2
        scores[f"s{s}"] = turned[names].mean(axis=1).where(enough)
    grouped = pd.DataFrame(scores).groupby(frame_pandas["unit"], sort=True)
    alphas: list[list[float]] = [[], []]
    for own in SETS:
        columns = turned[[NAMES[k] for k in own]]
        for kind, table in enumerate((columns, columns.dropna())):
            matrix = table.cov().to_numpy()
            alphas[kind].append(EACH / (EACH - 1) * (1 - np.trace(matrix) / matrix.sum()))
    return counts, (grouped.count(), grouped.mean(), grouped.sem()), alphas


def memory_of(job) -> float:
    """MiB that the peak of the process grows by, in a child that has the data already."""
    ctypes.CDLL(None).malloc_trim(0)
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        job()
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        os.write(writer, str(grown).encode())
        os._exit(0)
    os.waitpid(child, 0)
    grown = int(os.read(reader, 64))
    os.close(reader), os.close(writer)
    return grown / 1024


wanted = set(options.only.split(",")) - {""} or {"colead", "inputs", "polars", "numpy", "pandas"}
questionnaire = instrument()
unit, answers, missing = data()
cells = [pa.array(answers[k], mask=missing[k]) for k in range(ITEMS)]
frame_arrow = pa.table([pa.array(unit), *cells], names=["unit", *NAMES])
frame_polars = pl.from_arrow(frame_arrow)
keys = pa.array([f"unit {k:06}" for k in range(options.units)])
by_text = frame_arrow.set_column(0, "unit", keys.take(pa.array(unit)))
by_dictionary = frame_arrow.set_column(0, "unit", pa.DictionaryArray.from_arrays(pa.array(unit), keys))

print(f"python {sys.version.split()[0]}, numpy {np.__version__}, polars {pl.__version__}, pandas {pd.__version__}, "
      f"pyarrow {pa.__version__}, colead {colead.__version__}; {options.threads} threads")
print(f"{options.rows:,} rows, {ITEMS} items, {options.units:,} units; least of {options.repeat} runs\n")
print(f"{'':34}{'wall ms':>9}{'cpu ms':>9}")


def show(name: str, wall: float, cpu: float, more: str = "") -> None:
    print(f"{name:34}{wall * 1e3:9.1f}{cpu * 1e3:9.1f}  {more}", flush=True)


timed: dict[str, tuple[float, float]] = {}
wall, cpu, ours = best(lambda: in_colead(frame_polars, options.threads), options.repeat)
timed["colead"] = (wall, cpu)
show(f"colead, {options.threads} threads", wall, cpu)
for threads in (1, options.threads):
    wall, cpu, _ = best(
        lambda: colead.tally(frame_polars, questionnaire, unit="unit", threads=threads), options.repeat
    )
    show(f"  of it the tally, {threads} thread{'s' * (threads > 1)}", wall, cpu)
    if threads == options.threads:
        break

if "inputs" in wanted:
    frame_pandas = frame_arrow.to_pandas()
    frame_pandas_arrow = frame_arrow.to_pandas(types_mapper=pd.ArrowDtype)
    inputs = {
        "pyarrow, whole numbers": frame_arrow,
        "pyarrow, dictionary": by_dictionary,
        "pyarrow, texts": by_text,
        "polars, whole numbers": frame_polars,
        "polars, categorical": pl.from_arrow(by_dictionary),
        "polars, texts": pl.from_arrow(by_text),
        "pandas of Arrow types": frame_pandas_arrow,
        "pandas of floats with NaN": frame_pandas,
    }
    for name, frame in inputs.items():
        wall, cpu, made = best(lambda: colead.tally(frame, questionnaire, unit="unit"), options.repeat)
        show(f"  the tally of {name}", wall, cpu)
        if "texts" not in name and "dictionary" not in name and "categorical" not in name:
            assert made.digest == ours[0].digest
print()

theirs: dict[str, object] = {}
for name, job in (("numpy", in_numpy), ("polars", in_polars), ("pandas", in_pandas)):
    if name not in wanted:
        continue
    if name == "pandas" and "inputs" not in wanted:
        frame_pandas = frame_arrow.to_pandas()
    wall, cpu, theirs[name] = best(job, max(2, options.repeat // 2))
    timed[name] = (wall, cpu)
    ratio, spent = wall / timed["colead"][0], cpu / timed["colead"][1]
    show(name, wall, cpu, f"{ratio:.1f} times as long, {spent:.1f} times the CPU")

tally, means, alphas = ours
order = np.argsort(np.array([int(u) for u in means["unit"]]))
scales = [f"s{s}" for s in range(SCALES)]
column = lambda name: np.array(means[name], dtype=float)[order]  # noqa: E731
scores = np.array([[column(s + what) for s in scales] for what in (".n", "", ".se")])
own = np.array([[alphas[s, how] for s in scales] for how in ("pairwise", "listwise")])


def same(tool: str, theirs: np.ndarray, their_alphas) -> None:
    np.testing.assert_allclose(scores, theirs, rtol=1e-9, err_msg=tool)
    np.testing.assert_allclose(own, their_alphas, rtol=1e-9, err_msg=tool)


if "numpy" in theirs:
    counts, found, their = theirs["numpy"]
    same("numpy", found, their)
    table = tally.counts()
    for k in (0, 17, ITEMS - 1):
        for option in range(1, OPTIONS + 1):
            counted = np.array(table[f"{NAMES[k]}={option}"], dtype=np.int64)[order]
            assert (counted == counts[k, :, option - 1]).all()
if "polars" in theirs:
    grouped, their = theirs["polars"]
    grouped = grouped.sort("unit")
    n, mean, variance = (grouped.select([s + what for s in scales]).to_numpy().T for what in (".n", "", ".v"))
    same("polars", np.array([n, mean, np.sqrt(variance / n)]), their)
    if "numpy" in theirs:
        both = grouped.select([f"{n}={k}" for n in NAMES for k in range(1, OPTIONS + 1)]).to_numpy()
        assert (both == counts.transpose(1, 0, 2).reshape(options.units, -1)).all()
if "pandas" in theirs:
    counted, found, their = theirs["pandas"]
    same("pandas", np.array([part.to_numpy(dtype=float).T for part in found]), their)
    if "numpy" in theirs:
        assert (counted.to_numpy() == counts.transpose(1, 0, 2).reshape(options.units, -1)).all()
print(f"\nequal results: {', '.join(theirs) or 'not compared'}")
for threads in (1, options.threads):
    grown = memory_of(lambda: colead.tally(by_dictionary, questionnaire, unit="unit", threads=threads))
    print(f"extra memory of the tally on {threads} thread{'s' * (threads > 1)}: {grown:.0f} MiB")
    if threads == options.threads:
        break
