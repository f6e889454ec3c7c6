"""Texts whose letters are alike: nearest neighbours by TF-IDF of runs of letters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

_COMMON = 1000  # a run of letters in more texts than this finds no neighbours
_CHUNK = 500  # rows multiplied at once

Places = NDArray[np.int64]


def weigh_letters(words: pd.Series[str], holds: Any = None) -> sparse.csr_matrix:
    """The TF-IDF matrix of runs of 2 to 4 letters within words, rows of length 1.

    Runs that one text alone holds, or more than 1,000 (one in a hundred, if that is more), are
    left out: they find no neighbour.

    Parameters
    ----------
    words : Series of str
        Different words.
    holds : sparse matrix, texts x words, optional
        How often each text holds each word; without it the words themselves are the texts. Runs
        stay within words, so the counts of a text are sums of those of its words.
    """
    cutter = CountVectorizer(
        analyzer="char_wb", ngram_range=(2, 4), lowercase=False, dtype=np.float32
    )
    if not words.str.len().gt(0).any():
        return sparse.csr_matrix((len(words) if holds is None else holds.shape[0], 1))
    counted = cutter.fit_transform(words)
    matrix = TfidfTransformer().fit_transform(counted if holds is None else holds @ counted)
    counts = np.bincount(matrix.indices, minlength=matrix.shape[1])
    kept = (counts > 1) & (counts <= max(_COMMON, matrix.shape[0] // 100))
    return matrix[:, np.flatnonzero(kept)].tocsr()


def find_nearest(
    matrix: sparse.csr_matrix, *, cosine: float, nearest: int
) -> tuple[Places, Places]:
    """Pairs of rows of which one is among the nearest of the other, the smaller place first.

    Rows are multiplied 500 at a time, so memory grows with their number and not its square.

    Parameters
    ----------
    cosine : float
        Least cosine of a pair.
    nearest : int
        Neighbours of a row at most, those of the highest cosine.
    """
    columns, rows = matrix.T.tocsr(), matrix.shape[0]
    pairs = [
        _take_nearest(matrix[start : start + _CHUNK] @ columns, start, cosine, nearest)
        for start in range(0, rows, _CHUNK)
    ]
    empty = np.empty((0, 2), dtype="int64")
    low, high = np.unique(np.concatenate([empty, *pairs]), axis=0).T
    return low, high


def _take_nearest(products: Any, start: int, cosine: float, nearest: int) -> NDArray[np.int64]:
    """The nearest neighbours of some rows, as pairs."""
    rows = np.repeat(np.arange(products.shape[0]), np.diff(products.indptr))
    kept = (products.data >= cosine) & (products.indices != rows + start)
    rows, others, cosines = rows[kept], products.indices[kept], products.data[kept]
    order = np.lexsort((others, -cosines, rows))
    rows, others = rows[order], others[order]
    near = np.arange(len(rows)) - np.searchsorted(rows, rows) < nearest
    pairs = np.column_stack([rows[near] + start, others[near]]).astype("int64")
    return np.sort(pairs, axis=1)
