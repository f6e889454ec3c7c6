"""Two frameworks joined into one tree that holds the items of both."""

from __future__ import annotations

import pandas as pd

from asan_analysis.analysis.trends import match_items
from asan_analysis.index.framework import Tree, build_tree


def name_former(after: Tree, before: Tree) -> dict[str, str]:
    """Where the nodes of a former framework stand in the joined tree, by former id.

    An item that is the same or renamed (`match_items`) stands at the later item. The roots are
    one, and an inner node is that of the same id. Any other node stands for itself; it is called
    `former:` and its id where the later framework uses the id for something else.
    """
    matched = match_items(before, after)
    matched = matched[matched["state"].isin(["same", "renamed"])]
    names = dict(zip(matched["former_id"], matched["item_id"], strict=True))
    inner = {after.node_ids[row] for row in after.inner_rows} - {after.root}
    parents = {before.node_ids[row] for row in before.inner_rows}
    known = set(after.node_ids)
    for node in before.node_ids:
        same = node in inner and node in parents
        own = node if same or node not in known else f"former:{node}"
        names.setdefault(node, own)
    return names | {before.root: after.root}


def join_trees(after: Tree, before: Tree) -> Tree:
    """The tree of a framework with the items that only a former one has.

    These stand at the end of their former parent, which is added where the later framework does
    not have it. The weights of the joined tree mean nothing.
    """
    names = name_former(after, before)
    known, rows = set(after.node_ids), []
    for item in before.item_rows:
        row = item
        while names[before.node_ids[row]] not in known:
            name, parent = names[before.node_ids[row]], before.node_ids[before.parents[row]]
            rows.append((name, names[parent], 1.0))
            known.add(name)
            row = int(before.parents[row])
    columns = ["node_id", "parent_id", "weight"]
    nodes = after.nodes[columns].assign(weight=1.0)
    added = pd.DataFrame(rows, columns=columns).astype(nodes.dtypes.to_dict())
    return build_tree(pd.concat([nodes, added], ignore_index=True), name=after.name)
