"""Times network measures of colead beside igraph, networkit, rustworkx and networkx on one graph, in one run.

200,000 nodes and 1,000,000 arcs, 70 % of them within 2,000 groups. Each tool runs in a process of its own, so that
memory is its own; values are compared, so that nobody is fast at something else. Seconds are the best of a few runs;
reading the arcs is not counted. Run with the packages of requirements.txt installed:

    python core/benches/compare/network.py [nodes arcs]
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[3]
TOOLS = ("igraph", "networkit", "rustworkx", "networkx")
Found = dict[str, dict[str, float]]


def made(nodes: int, arcs: int, groups: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    of = np.arange(nodes) % groups
    keys: np.ndarray = np.empty(0, np.int64)
    while len(keys) < arcs:
        source = rng.integers(nodes, size=2 * arcs)
        inside = of[source] + groups * rng.integers(nodes // groups, size=2 * arcs)
        target = np.where(rng.random(2 * arcs) < 0.7, inside, rng.integers(nodes, size=2 * arcs))
        keys = np.unique(np.concatenate([keys, (source * nodes + target)[source != target]]))
    keys = np.sort(rng.permutation(keys)[:arcs])
    return of, np.stack([keys // nodes, keys % nodes], axis=1)


def sources(nodes: int) -> list[int]:
    return [k * (nodes // 100) for k in range(100)]


def peak() -> float:
    status = pathlib.Path("/proc/self/status").read_text()
    return float(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


class Watch:
    """Best seconds and the value of each measure."""

    def __init__(self) -> None:
        self.found: Found = {}

    def __call__(self, name: str, runs: int, work: Callable[[], float]) -> None:
        best = float("inf")
        for _ in range(runs):
            start = time.perf_counter()
            value = work()
            best = min(best, time.perf_counter() - start)
        self.found[name] = {"seconds": best, "value": float(value)}


def igraph(watch: Watch, n: int, of: np.ndarray, arcs: np.ndarray) -> None:
    import igraph as ig

    made: list[ig.Graph] = []
    watch("build", 1, lambda: made.append(ig.Graph(n=n, edges=arcs, directed=True)) or made[0].ecount())
    g = made[0]
    groups = of.tolist()
    watch("reciprocity", 5, g.reciprocity)
    watch("modularity", 5, lambda: g.modularity(groups, directed=True))
    watch("assortativity", 5, lambda: g.assortativity_nominal(groups, directed=True))
    watch("weak_components", 3, lambda: len(g.connected_components("weak")))
    watch("strong_components", 3, lambda: len(g.connected_components("strong")))
    watch("constraint", 2, lambda: np.nansum(g.constraint()))
    watch("betweenness_100_sources", 1, lambda: sum(g.betweenness(sources=sources(n))))
    watch("triad_census_300", 1, lambda: g.triad_census().t300)
    both: list[ig.Graph] = []
    watch("both_directions", 1, lambda: both.append(g.as_undirected()) or 2 * both[0].ecount())
    u = both[0]
    watch("transitivity", 3, u.transitivity_undirected)
    watch("clustering", 3, lambda: u.transitivity_avglocal_undirected(mode="nan"))
    watch("largest_core", 3, lambda: max(u.coreness()))
    watch("articulation_points", 3, lambda: len(u.articulation_points()))
    watch("bridges", 3, lambda: len(u.bridges()))
    watch("eigenvector", 1, lambda: u.eigenvector_centrality(return_eigenvalue=True)[1])


def networkit(watch: Watch, n: int, of: np.ndarray, arcs: np.ndarray) -> None:
    import networkit as nk

    nk.setNumberOfThreads(2)
    ends = [np.ascontiguousarray(side, np.int64) for side in arcs.T]
    g = nk.GraphFromCoo((np.ones(len(arcs)), (ends[0], ends[1])), n=n, directed=True)
    u = nk.graphtools.toUndirected(g)
    u.removeMultiEdges()
    watch("weak_components", 3, lambda: nk.components.WeaklyConnectedComponents(g).run().numberOfComponents())
    watch("strong_components", 3, lambda: nk.components.StronglyConnectedComponents(g).run().numberOfComponents())
    watch("largest_core", 3, lambda: nk.centrality.CoreDecomposition(u).run().maxCoreNumber())


def rustworkx(watch: Watch, n: int, of: np.ndarray, arcs: np.ndarray) -> None:
    import rustworkx as rx

    g = rx.PyDiGraph(multigraph=False)
    g.add_nodes_from(range(n))
    g.add_edges_from_no_data([(int(a), int(b)) for a, b in arcs])
    u = g.to_undirected(multigraph=False)
    watch("weak_components", 3, lambda: rx.number_weakly_connected_components(g))
    watch("strong_components", 3, lambda: len(rx.strongly_connected_components(g)))
    watch("largest_core", 3, lambda: max(rx.core_number(u).values()))
    watch("articulation_points", 3, lambda: len(rx.articulation_points(u)))
    watch("bridges", 3, lambda: len(rx.bridges(u)))
    watch("transitivity", 1, lambda: rx.transitivity(u))


def networkx(watch: Watch, n: int, of: np.ndarray, arcs: np.ndarray) -> None:
    import networkx as nx

    g = nx.DiGraph()
    g.add_nodes_from(range(n))
    g.add_edges_from(arcs.tolist())
    u = g.to_undirected()
    watch("reciprocity", 1, lambda: nx.overall_reciprocity(g))
    watch("weak_components", 1, lambda: nx.number_weakly_connected_components(g))
    watch("strong_components", 1, lambda: nx.number_strongly_connected_components(g))
    watch("largest_core", 1, lambda: max(nx.core_number(u).values()))
    watch("articulation_points", 1, lambda: sum(1 for _ in nx.articulation_points(u)))
    watch("constraint", 1, lambda: np.nansum(list(nx.constraint(g).values())))


def one(tool: str, path: str, out: str) -> None:
    numbers = np.fromfile(path, np.uint32)
    n = int(numbers[0])
    of, arcs = numbers[2 : 2 + n], numbers[2 + n :].reshape(-1, 2)
    __import__(tool)
    before, watch = peak(), Watch()
    globals()[tool](watch, n, of, arcs)
    watch.found["memory_mb"] = {"value": peak() - before}
    pathlib.Path(out).write_text(json.dumps(watch.found))


def colead(path: str, out: str, threads: int) -> Found:
    command = ["cargo", "bench", "-q", "-p", "colead", "--features", "parallel", "--bench", "network", "--", path, out]
    env = {**os.environ, "COLEAD_THREADS": str(threads)}
    subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
    found = json.loads(pathlib.Path(out).read_text())
    memory = found.pop("memory_mb")
    found.pop("threads")
    return {**found, "memory_mb": {"value": memory}}


def main() -> None:
    nodes, arcs = (int(a) for a in sys.argv[1:3]) if len(sys.argv) > 2 else (200_000, 1_000_000)
    groups = max(nodes // 100, 2)
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/graph"
        of, ends = made(nodes, arcs, groups)
        np.concatenate([[nodes, groups], of, ends.ravel()]).astype(np.uint32).tofile(path)
        results: dict[str, Found] = {}
        results["colead 1 thread"] = colead(path, f"{folder}/1.json", 1)
        results["colead 2 threads"] = colead(path, f"{folder}/2.json", 2)
        for tool in TOOLS:
            out = f"{folder}/{tool}.json"
            done = subprocess.run([sys.executable, __file__, "--tool", tool, path, out], check=False)
            if done.returncode == 0:
                results[tool] = json.loads(pathlib.Path(out).read_text())
            else:
                print(f"{tool} could not be run here")
    names = list(results["colead 2 threads"])
    print(f"{'':26}" + "".join(f"{tool:>18}" for tool in results))
    wrong = 0
    for name in names:
        mine = results["colead 2 threads"][name]["value"]
        cells = ""
        for found in results.values():
            row = found.get(name)
            if row is None:
                cells += f"{'-':>18}"
                continue
            same = name == "memory_mb" or abs(row["value"] - mine) <= 1e-6 * max(abs(mine), 1.0)
            wrong += not same
            shown = f"{row['value']:.0f} MB" if name == "memory_mb" else f"{row['seconds']:.4f}"
            cells += f"{shown + ('' if same else ' DIFFERS'):>18}"
        print(f"{name:26}{cells}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--tool"]:
        one(*sys.argv[2:5])
    else:
        main()
