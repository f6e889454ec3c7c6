"""The whole audit of one edition in one call: nodes, pairs, components, evaluators."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from asan_analysis.audit.agreement import measure_agreement
from asan_analysis.audit.correlation import correlate_nodes
from asan_analysis.audit.description import audit_nodes, widen_scores, widen_status
from asan_analysis.audit.evaluators import compare_evaluators
from asan_analysis.audit.structure import list_components
from asan_analysis.data.datasets import Dataset
from asan_analysis.index.contributions import contribute_services
from asan_analysis.index.framework import Tree
from asan_analysis.index.rules import Rules
from asan_analysis.index.scoring import score_services


class Audit(NamedTuple):
    """The tables of an audit, each as the function that makes it says.

    `nodes` is that of `audit_nodes` with the units named services and the nominal share named
    weight_among.
    """

    nodes: pd.DataFrame
    correlations: pd.DataFrame
    loadings: pd.DataFrame
    agreement: pd.DataFrame
    evaluators: pd.DataFrame


def audit_edition(
    data: Dataset, tree: Tree, rules: Rules, *, rng: np.random.Generator, resamples: int = 1000
) -> Audit:
    """Audit the scores of the services of one edition.

    Parameters
    ----------
    data : Dataset
        Cut to one edition.
    tree, rules : Tree, Rules
        Its method.
    rng : Generator
        Draws services for the intervals of agreement.
    resamples : int
        Number of these draws.
    """
    answers = (data.assessments, data.services, tree, rules)
    values = widen_scores(score_services(*answers), tree)
    points = widen_scores(contribute_services(*answers), tree, column="contribution")
    status = widen_status(data.assessments, data.services, tree)
    nodes = audit_nodes(values, status, tree, parts=points, scale=rules.range)
    return Audit(
        nodes.rename(columns={"n": "services", "share": "weight_among"}),
        correlate_nodes(values, tree),
        list_components(values, tree),
        measure_agreement(data.evaluations, tree, rng=rng, resamples=resamples),
        compare_evaluators(data.evaluations, rng=rng, resamples=resamples),
    )
