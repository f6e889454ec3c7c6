"""What moved since an earlier edition: each table, or the reason why there is none."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd

from asan_analysis.analysis import convergence, decomposition, mobility, moves
from asan_analysis.analysis.bodies import COMPARED, find_state
from asan_analysis.data.datasets import Dataset
from asan_analysis.data.editions import Edition
from asan_analysis.refusals import Overview, Refusal, ask_table


def list_causes(data: Dataset, before: Edition | None, after: Edition) -> Overview:
    """`decompose_parts`; refused without an earlier edition and where nothing can be split."""
    return ask_table(partial(_split, data, before, after), ["node_id", *decomposition.COLUMNS])


def _split(data: Dataset, before: Edition | None, after: Edition) -> pd.DataFrame:
    return decomposition.decompose_parts(data, _find_before(before), after)


def list_moves(
    data: Dataset,
    coverage: pd.DataFrame,
    before: Edition | None,
    after: Edition,
    *,
    rng: np.random.Generator,
    draws: int = 999,
) -> Overview:
    """`measure_moves`; refused without an earlier edition that can be compared."""
    return ask_table(partial(_measure, data, coverage, before, after, rng, draws), moves.COLUMNS)


def _measure(
    data: Dataset,
    coverage: pd.DataFrame,
    before: Edition | None,
    after: Edition,
    rng: np.random.Generator,
    draws: int,
) -> pd.DataFrame:
    earlier = _find_compared(coverage, before, after)
    return moves.measure_moves(data, earlier, after, rng=rng, draws=draws)


def list_transitions(
    ranks: pd.DataFrame, coverage: pd.DataFrame, before: Edition | None, after: Edition
) -> Overview:
    """`count_transitions`; refused without an earlier edition that can be compared."""
    return ask_table(partial(_count, ranks, coverage, before, after), mobility.TRANSITIONS)


def _count(
    ranks: pd.DataFrame, coverage: pd.DataFrame, before: Edition | None, after: Edition
) -> pd.DataFrame:
    years = _find_compared(coverage, before, after).edition_year, after.edition_year
    return mobility.count_transitions(ranks, coverage, *years)


def list_slopes(firm: Overview) -> Overview:
    """`measure_convergence` of the moves; refused where the moves are."""
    if firm.refused is not None:
        return Overview(pd.DataFrame(columns=convergence.SLOPES), firm.refused)
    return ask_table(partial(convergence.measure_convergence, firm.table), convergence.SLOPES)


def _find_before(before: Edition | None) -> Edition:
    """The earlier edition, refused where there is none."""
    if before is None:
        raise Refusal(
            "the dataset has no earlier edition; take one with several", code="one_edition"
        )
    return before


def _find_compared(coverage: pd.DataFrame, before: Edition | None, after: Edition) -> Edition:
    """The earlier edition, refused where the two cannot be compared."""
    earlier = _find_before(before)
    state = find_state(coverage, earlier.edition_year, after.edition_year)
    years = f"{earlier.edition_year} and {after.edition_year}"
    if state == "method_changed":
        raise Refusal(
            f"the method changes between {years}; compare editions under one method",
            code="method_changed",
        )
    if state != COMPARED:
        raise Refusal(
            f"{years} share fewer than half of their services; compare others",
            code="few_services_shared",
        )
    return earlier
