"""The same scores in plain polars, to measure beside.

A module of its own: processes that score parts import the script that started them, and polars
takes longer to import than a part to score.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from asan_analysis.data.parts import list_parts
from asan_analysis.index.framework import Tree


def scan(folder: Path, tree: Tree) -> pl.LazyFrame:
    """Scores of every node of every service; reserved codes are missing."""
    files = [str(path) for path in list_parts(folder, 2023)]
    shares = [pl.when(pl.col(item) >= 0).then(pl.col(item) * 100).alias(item)
              for item in tree.items]  # fmt: skip
    frame = pl.scan_parquet(files).drop("service_id").with_columns(shares)
    for depth in range(int(tree.depths.max()) - 1, -1, -1):
        rows = [row for row in tree.inner_rows if tree.depths[row] == depth]
        frame = frame.with_columns([mean_of(tree, row) for row in rows])
    return frame


def children_of(tree: Tree, row: int) -> list[tuple[str, float]]:
    """Names and weights of the children of a node."""
    return [(tree.node_ids[child], float(tree.weights[child])) for child in tree.children[row]]


def mean_of(tree: Tree, row: int) -> pl.Expr:
    """The weighted mean of the children that have a score."""
    below = children_of(tree, row)
    total = pl.sum_horizontal([pl.col(name) * weight for name, weight in below])
    used = pl.sum_horizontal([pl.col(name).is_not_null() * weight for name, weight in below])
    return (total / used).fill_nan(None).alias(tree.node_ids[row])


def left_of(tree: Tree, row: int) -> pl.Expr:
    """The share of the weight of items that has no score, from that of the children."""
    below = [(f"left {name}" if child in tree.inner_rows else name, weight)
             for child, (name, weight) in zip(tree.children[row], children_of(tree, row),
                                              strict=True)]  # fmt: skip
    parts = [(pl.col(name) if name.startswith("left ") else pl.col(name).is_null()) * weight
             for name, weight in below]  # fmt: skip
    total = sum(weight for _, weight in below)
    return (pl.sum_horizontal(parts) / total).alias(f"left {tree.node_ids[row]}")


def score_means(folder: Path, tree: Tree) -> pl.DataFrame:
    """The mean of every node by body, and nothing else."""
    means = scan(folder, tree).group_by("organisation_id").agg(pl.col(tree.node_ids).mean())
    return means.collect(engine="streaming")


def score_tables(folder: Path, tree: Tree) -> pl.DataFrame:
    """What our totals hold: means, services with a score, weight left out, answers by status."""
    files = [str(path) for path in list_parts(folder, 2023)]
    frame = scan(folder, tree)
    codes = pl.scan_parquet(files).select(
        *((pl.col(item) == -8).alias(f"na {item}") for item in tree.items),
        *((pl.col(item) == -9).alias(f"no {item}") for item in tree.items),
    )
    for depth in range(int(tree.depths.max()) - 1, -1, -1):
        rows = [row for row in tree.inner_rows if tree.depths[row] == depth]
        frame = frame.with_columns([left_of(tree, row) for row in rows])
    left = [f"left {tree.node_ids[row]}" for row in tree.inner_rows]
    own = [f"{code} {item}" for code in ("na", "no") for item in tree.items]
    return (
        pl.concat([frame, codes], how="horizontal").group_by("organisation_id").agg(
            pl.len().alias("services"), pl.col(tree.node_ids).mean(),
            pl.col(tree.node_ids).count().name.prefix("count "), pl.col(left).mean(),
            pl.col(own).sum(),
        ).collect(engine="streaming")
    )  # fmt: skip
