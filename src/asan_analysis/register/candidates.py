"""Pairs of names that are worth comparing word by word."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import sparse

from asan_analysis.register.letters import find_nearest, weigh_letters
from asan_analysis.register.resemblance import Rarity
from asan_analysis.register.slips import find_slips
from asan_analysis.register.words import Words

COSINE = 0.45  # names less alike than this are not compared
NEAREST = 25  # names compared with each


def find_candidates(names: Sequence[Words], rarity: Rarity) -> list[tuple[int, int]]:
    """Pairs of places of names that may be alike, each once, the smaller place first.

    Two ways are put together. By letters: the stems of a name are cut into runs of 2 to 4 letters,
    weighed by rarity (TF-IDF), and a name meets at most the 25 names of the highest cosine that
    reach 0.45. By slips: `find_slips`, which holds in large registers too.
    """
    stems = [[word.stem for word in name.own] for name in names]
    codes, unique = pd.factorize(pd.Series([stem for own in stems for stem in own], dtype="str"))
    rows = np.repeat(np.arange(len(names)), [len(own) for own in stems])
    ones = np.ones(len(rows), dtype="float32")
    holds = sparse.csr_matrix((ones, (rows, codes)), shape=(len(names), len(unique)))
    low, high = find_nearest(
        weigh_letters(pd.Series(unique, dtype="str"), holds), cosine=COSINE, nearest=NEAREST
    )
    pairs = set(zip(low.tolist(), high.tolist(), strict=True))
    return sorted(pairs | set(find_slips(names, rarity)))
