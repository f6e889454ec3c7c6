"""A framework is turned into a tree once while its rows are equal."""

import pandas as pd

from asan_analysis.index.method import _find_tree


def framework(weight: float) -> pd.DataFrame:
    rows = [("root", None, 1.0), ("a", "root", weight), ("b", "root", 1.0)]
    return pd.DataFrame(rows, columns=["node_id", "parent_id", "weight"])


def test_equal_rows_give_the_same_tree():
    assert _find_tree(framework(1.0), name="f.csv") is _find_tree(framework(1.0), name="f.csv")


def test_other_rows_give_another_tree_also_where_the_frame_is_changed_in_place():
    frame = framework(1.0)
    even = _find_tree(frame, name="f.csv")
    frame.loc[1, "weight"] = 3.0
    changed = _find_tree(frame, name="f.csv")
    assert even.weights.tolist() == [1.0, 1.0, 1.0]
    assert changed.weights.tolist() == [1.0, 3.0, 1.0]
    assert _find_tree(framework(1.0), name="f.csv").weights.tolist() == [1.0, 1.0, 1.0]
    assert _find_tree(framework(1.0), name="g.csv").name == "g.csv"
