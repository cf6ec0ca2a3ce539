"""Networks: what must be said, what is refused, what comes out, and who may see it."""

from __future__ import annotations

import pickle
from typing import Any

import colead
import numpy as np
import polars
import pyarrow
import pytest

TIES = {"source": ["a", "b", "c", "a"], "target": ["b", "a", "a", "c"], "hours": [1.0, 2.0, 3.0, 4.0]}
NODES = {"id": ["a", "b", "c", "d"], "team": ["x", "x", "y", "y"]}


def values(table: colead.Table) -> dict[tuple[str, str], Any]:
    return {(row["measure"], row["variant"]): row["value"] for row in table}


def test_any_source_gives_the_same() -> None:
    expected = list(colead.network(TIES, NODES, direction="source looks to target", group="team").measures())
    for make in (polars.DataFrame, pyarrow.table):
        found = colead.network(make(TIES), make(NODES), direction="source looks to target", group="team")
        assert list(found.measures()) == expected
    numbers = {k: np.array([ord(x) for x in v]) for k, v in TIES.items() if k != "hours"}
    by_number = colead.network(numbers, direction="source looks to target").measures()
    assert values(by_number)["ties", "arcs"] == 4


def test_the_direction_is_required_and_turns_the_measures() -> None:
    with pytest.raises(TypeError, match="direction"):
        colead.network(TIES)  # type: ignore[call-arg]
    there = values(colead.network(TIES, NODES, direction="source looks to target").measures())
    back = values(colead.network(TIES, NODES, direction="target looks to source").measures())
    assert there["indegree_centralization", "star"] == back["outdegree_centralization", "star"]
    assert there["upper_boundedness", "looker_above"] == back["upper_boundedness", "looked_to_above"]


@pytest.mark.parametrize(
    ("ties", "options", "code", "path"),
    [
        ({"source": ["a"], "target": ["a"]}, {}, "self_tie", "ties, row 1, column target"),
        ({"source": ["a", "a"], "target": ["b", "b"]}, {}, "repeated_tie", "ties, row 2, column target"),
        ({"source": ["a"], "target": ["z"]}, {}, "unknown_node", "ties, row 1, column target"),
        ({**TIES, "hours": [1, -1, 1, 1]}, {"weight": "hours"}, "negative_weight", "ties, row 2, column hours"),
        ({**TIES, "hours": [1, float("nan"), 1, 1]}, {"weight": "hours"}, "not_finite", "ties, row 2, column hours"),
        ({**TIES, "hours": [1, None, 1, 1]}, {"weight": "hours"}, "missing_value", "ties, row 2, column hours"),
        (TIES, {"weight": "strength"}, "unknown_column", "weight"),
        (TIES, {"group": "unit"}, "unknown_column", "group"),
        (TIES, {"direction": "out"}, "unknown_direction", "direction"),
        (TIES, {"most": float("inf")}, "not_finite", "most"),
        ({"from": ["a"], "target": ["b"]}, {}, "missing_column", "ties"),
    ],
)
def test_bad_ties_are_refused(ties: Any, options: dict[str, Any], code: str, path: str) -> None:
    options = {"direction": "source looks to target", **options}
    with pytest.raises(colead.InputError) as refused:
        colead.network(ties, NODES, **options)
    assert (refused.value.code, refused.value.path) == (code, path)
    assert refused.value.help


def test_positions_need_permission() -> None:
    network = colead.network(TIES, NODES, direction="source looks to target")
    for permission in (None, "", "  ", True):
        with pytest.raises(colead.DisclosureError) as refused:
            network.nodes(permission=permission)  # type: ignore[arg-type]
        assert refused.value.code == "permission_needed"
    table = network.nodes(permission="the four of us")
    assert set(table["node"]) == {"a", "b", "c", "d"}
    # Nothing else names anybody.
    assert "node" not in network.measures().columns
    assert "'a'" not in repr(network.summary)


def test_groups_of_one_are_never_shown() -> None:
    nodes = {"id": ["a", "b", "c"], "team": ["x", "x", "y"]}
    network = colead.network(TIES, nodes, direction="source looks to target", group="team")
    for table in (network.by_group(min_group=2), network.between_groups(min_group=2)):
        for row in table:
            assert (row["status"] == "too_few") == ("y" in (row["group"], row.get("to", row["group"])))
    with pytest.raises(colead.InputError, match="protects nobody"):
        network.by_group(min_group=1)
    with pytest.raises(colead.InputError) as refused:
        colead.network(TIES, direction="undirected", repeats="strongest").by_group()
    assert refused.value.code == "no_group"


def test_a_seed_always_draws_the_same_and_networks_travel() -> None:
    network = colead.network(TIES, NODES, direction="source looks to target", group="team", weight="hours")
    again = pickle.loads(pickle.dumps(network))
    assert list(again.measures(permutations=99, seed=5)) == list(network.measures(permutations=99, seed=5))
    assert again.summary == network.summary
    assert repr(network) == "<Network of 4 nodes: 1 layers>"


def test_wrong_types_are_told() -> None:
    network = colead.network(TIES, direction="source looks to target", weight="hours")
    calls: list[Any] = [
        lambda: network.measures(seed=-1),
        lambda: network.measures(permutations=1.5),  # type: ignore[arg-type]
        lambda: network.thresholds("1"),
        lambda: network.thresholds([float("nan")]),
        lambda: network.compare("x", "y"),
        lambda: colead.network(TIES, direction=3),  # type: ignore[arg-type]
    ]
    for call in calls:
        with pytest.raises(colead.InputError) as refused:
            call()
        assert refused.value.code and refused.value.help is not None
