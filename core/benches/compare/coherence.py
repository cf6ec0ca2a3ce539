"""Reinforcement of decisions and agreement of rankings, beside numpy and scipy on one thread, in the same run."""

import json
import os
import subprocess
import tempfile
import time
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
from scipy.stats import rankdata

DECISIONS, PRIORITIES, RANKINGS, RANKED = 1_000_000, 20, 100_000, 10
ROOT = Path(__file__).resolve().parents[3]


def reinforcement(columns: np.ndarray) -> tuple[float, float]:
    """The share and the standard error, from one column a priority."""
    advance = (columns > 0).sum(axis=1).astype(float)
    against = (columns < 0).sum(axis=1).astype(float)
    net, touched = advance - against, advance + against
    pairs = (touched * (touched - 1)).sum() / 2
    value = ((net**2 - touched).sum() / 2) / pairs
    effects = columns.astype(np.float32)
    gain = net.astype(np.float32) @ effects - (1 + value * (touched - 1)).astype(np.float32) @ np.abs(effects)
    judged = int((columns != 0).any(axis=0).sum())
    squares = float((gain.astype(float) ** 2).sum())
    return value, (squares * judged / (judged - 1)) ** 0.5 / pairs * (judged - 1) / (judged - 2)


def kendall_w(ranks: np.ndarray) -> float:
    """With ties allowed, as colead does: every list is ranked first."""
    ranks = rankdata(ranks, axis=1)
    m, n = ranks.shape
    sums = ranks.sum(axis=0)
    return float(12 * ((sums - sums.mean()) ** 2).sum() / (m * m * (n**3 - n)))


rng = np.random.default_rng(1)
columns = rng.choice(np.array([1, 1, 0, -1], dtype=np.int8), size=(PRIORITIES, DECISIONS))
ranks = rng.normal(size=(RANKINGS, RANKED)) * 3 + np.arange(RANKED)
ranks = (ranks.argsort(axis=1).argsort(axis=1) + 1).astype(np.uint8)

start = time.perf_counter()
value, se = reinforcement(columns)
seconds = time.perf_counter() - start
start = time.perf_counter()
w = kendall_w(ranks)
w_seconds = time.perf_counter() - start

with tempfile.TemporaryDirectory() as folder:
    columns.tofile(f"{folder}/effects.i8")
    ranks.tofile(f"{folder}/ranks.u8")
    command = ["cargo", "bench", "--locked", "-q", "-p", "colead", "--bench", "coherence", "--", folder, f"{folder}/out"]
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    ours = json.loads(Path(f"{folder}/out").read_text())

assert abs(ours["reinforcement"]["value"] - value) < 1e-12 * max(1, abs(value)), (ours, value)
assert abs(ours["reinforcement"]["se"] - se) < 1e-3 * se, (ours, se)
assert abs(ours["kendall_w"]["value"] - w) < 1e-9, (ours, w)
print("| job, one thread | colead s | numpy, scipy s |\n|---|---:|---:|")
print(f"| reinforcement with standard error, {DECISIONS:,} decisions x {PRIORITIES} | {ours['reinforcement']['seconds']:.3f} | {seconds:.3f} |")
print(f"| Kendall's W with ties, {RANKINGS:,} rankings of {RANKED} | {ours['kendall_w']['seconds']:.3f} | {w_seconds:.3f} |")
