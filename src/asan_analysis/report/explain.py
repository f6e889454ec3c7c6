"""A gap between scores, and what would close it, told in one screen of text."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from asan_analysis.data.datasets import Dataset
from asan_analysis.data.tables import each_row
from asan_analysis.drivers.accounts import Gap
from asan_analysis.drivers.plans import Plan
from asan_analysis.index.framework import Tree
from asan_analysis.refusals import Refusal
from asan_analysis.report.words import Words

_WIDTH = 44  # of a name
_ITEMS = 4
_ANSWERS = 4
_NOISE = 1e-9


def tell_gap(gap: Gap, data: Dataset, tree: Tree, words: Words) -> list[str]:
    """What the score is held against, the gap by part, and the items behind it.

    Parameters
    ----------
    gap : Gap
        From `explain_gap` or `explain_change`.
    data : Dataset
        Its kind and decimals are told.
    tree : Tree
        The framework of the edition; its root's children are the parts.
    words : Words
        The language and the names of the dataset.

    Returns
    -------
    list of str
        Lines of at most 100 characters where names allow it.
    """
    decimals = int(data.about["decimals"])
    table = gap.table.set_index("node_id")
    parts, whole = table.loc[tree.below(tree.root)], table.loc[[tree.root]]
    return [
        f"{words.say(f'kind.{data.kind}')}: {words.say(f'kind.{data.kind}.means')}",
        words.say(
            "explain.scores", body=words.name(gap.organisation_id),
            own=words.number(gap.score_own, decimals), rival=_rival(gap, words),
            other=words.number(gap.score_other, decimals),
            gap=words.number(gap.gap, decimals, sign=True),
        ),
        "",
        *_rows([("explain.part", parts), ("explain.all", whole)], words, decimals),
        "",
        *_items(table, tree, words, decimals),
        words.say("explain.means"),
    ]  # fmt: skip


def _rival(gap: Gap, words: Words) -> str:
    """What the score is held against, in words."""
    kind = gap.rival.against
    known = kind in ("mean", "leader", "next", "before")
    bodies = gap.rival.bodies
    return words.say(
        f"explain.{kind}" if known else "explain.body",
        body=words.name(bodies[0]) if bodies else "",
        category=words.name(gap.rival.category),
        number=words.number(len(bodies)),
        year="" if gap.baseline_year is None else words.name(gap.baseline_year),
    )


def _rows(groups: Sequence[tuple[str, pd.DataFrame]], words: Words, decimals: int) -> list[str]:
    """The split by part and as a whole, aligned; a part that is zero everywhere is left out."""
    everything = pd.concat([frame for _, frame in groups])
    columns = ["gap", "from_scores", "from_redistribution", "from_method"]
    shown = [column for column in columns
             if column == "gap" or (everything[column].abs() > _NOISE).any()]  # fmt: skip
    heads = [words.column(column) for column in shown]
    widths = [max(len(head), decimals + 6) for head in heads]
    lines = [_line(words.say(groups[0][0]), heads, widths)]
    for key, frame in groups:
        for node, row in frame.iterrows():
            name = words.short(node) if key == "explain.part" else words.say(key)
            cells = [words.number(row[column], decimals, sign=True) for column in shown]
            lines.append(_line(name, cells, widths))
    return lines


def _line(name: str, cells: Sequence[str], widths: Sequence[int]) -> str:
    short = cut(name, _WIDTH)
    told = (f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
    return f"{short:<{_WIDTH}}  {'  '.join(told)}"


def _items(table: pd.DataFrame, tree: Tree, words: Words, decimals: int) -> list[str]:
    """The items with the largest parts of the gap."""
    items = table.loc[table.index.isin(tree.items)]
    largest = items.loc[items["gap"].abs().sort_values(ascending=False, kind="stable").index]
    rows = largest[largest["gap"].abs() > _NOISE].head(_ITEMS).reset_index()
    lines = [words.say("explain.items", shown=words.number(len(rows)),
                       items=words.number(len(items)))]  # fmt: skip
    for row in each_row(rows):
        change = words.number(row.gap, decimals, sign=True)
        own, other = (words.number(score, 0) for score in (row.score_own, row.score_other))
        told = words.say("explain.item", node=row.node_id, own=own, other=other)
        lines.append(f"  {change:>{decimals + 6}}  {told}  {cut(words.name(row.node_id), 66)}")
    return lines


def cut(name: str, most: int) -> str:
    """A name of at most so many characters; a longer one ends in dots."""
    return name if len(name) <= most else f"{name[: most - 3].rstrip()}..."


def tell_plan(plan: Plan, data: Dataset, words: Words) -> list[str]:
    """The smallest list of answers to the next place, or why there is none.

    Parameters
    ----------
    plan : Plan
        From `plan_place`.
    data : Dataset
        Its decimals are told.
    words : Words
        The language and the names of the dataset.

    Returns
    -------
    list of str
        Lines; those of answers have at most 100 characters.
    """
    found = plan.answers
    if found is None:
        return [words.say("explain.no_list", reason=words.say(f"refused.{plan.refused}"))]
    decimals, first = int(data.about["decimals"]), found.iloc[0]
    proof = "proved" if first["proved"] == "yes" and not first["left_out"] else "found"
    lines = [words.say(
        f"explain.list_{proof}", rival=words.name(first["rival"]), n=words.number(len(found)),
        needed=words.number(first["target"] - first["score_before"], decimals),
        unmet=words.number(first["unmet"]),
    )]  # fmt: skip
    for row in each_row(found.head(_ANSWERS)):
        gain = words.number(row.gain, decimals, sign=True)
        item, service = cut(words.name(row.item_id), 46), cut(words.name(row.service_id), 34)
        lines.append(f"  {gain:>{decimals + 6}}  {row.item_id}  {item} ({service})")
    if len(found) > _ANSWERS:
        lines.append(words.say("explain.list_more", n=words.number(len(found) - _ANSWERS)))
    return lines


def tell_refusal(
    refused: Refusal, asked: tuple[str, str], ranks: pd.DataFrame, words: Words
) -> str:
    """Why a gap is not explained, and what to ask instead; English is what the method says.

    `asked` is the organisation and whom it was to be held against; `ranks` says who has a score.
    """
    if words.lang == "en":
        return str(refused)
    scored = ranks.loc[ranks["score_percent"].notna(), "organisation_id"]
    return words.say(
        "explain.refused", body=asked[0], against=asked[1],
        reason=words.say(f"refused.{refused.code}"), known=", ".join(sorted(map(str, scored))),
    )  # fmt: skip
