"""Services by words: no exact spelling, letters, endings or order needed."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from asan_analysis.data.names import fold
from asan_analysis.errors import DataError, ParameterError

# Chosen with benchmarks/service_search.py on seeds 1 to 3.
LEAST = 30.0  # least score of a service that is found
_MEETS = 0.75  # least likeness of two words that meet
_STEM = 0.92  # likeness of a word and the same word with an ending
_START = 0.85  # likeness of a word and the beginning of a longer one
_ENDING = 7  # letters of the longest run of endings
_LANGUAGES = ("az", "en")
_ENDINGS = re.compile(  # of a noun, folded
    r"(?:lar|ler)?(?:sin|si|su|in|un|i|u)?(?:nin|nun|ni|nu|na|ne|in|un|ya|ye|a|e)?"
    r"(?:dan|den|da|de|la|le)?$"
)
COLUMNS = ("service_id", "organisation_id", "name_az", "name_en", "score", "lang", "words")


class _Texts(NamedTuple):
    codes: NDArray[np.intp]
    starts: NDArray[np.intp]
    sizes: NDArray[np.intp]
    vocabulary: list[str]


def find_services(services: pd.DataFrame, words: str, *, most: int = 10) -> pd.DataFrame:
    """The services whose names meet the words of a query, the best first.

    A word of the query meets a word of a name that has the same letters after folding, an ending
    more or less (doğum, doğumun), the query's word as its beginning (last word of the query only),
    or few other letters. The score is the mean likeness over the words of the query, weighted by
    how rare the words they meet are in the register, times 0.9, and a tenth for the share of the
    name that is met. A word that meets nothing counts against every service. Each language of a
    name is scored alone; the better one counts.

    Parameters
    ----------
    services : DataFrame
        service_id, organisation_id, name_az, name_en; one edition.
    words : str
        The query, in Azerbaijani or English.
    most : int
        Rows at most, 1 or more.

    Returns
    -------
    DataFrame
        service_id, organisation_id, name_az, name_en, score (0 to 100), lang (`az` or `en`, the
        name that met), words (the words of that name that met, folded, separated by `;`). Equal
        scores are in the order of `services`. No row: nothing was found.

    Raises
    ------
    ParameterError
        The query has no letter or digit, `most` is below 1.
    DataError
        The services lack a column.
    """
    query = list(dict.fromkeys(fold(words).split()))
    if not query:
        raise ParameterError("the words are empty; give at least one word of a service's name")
    if most < 1:
        raise ParameterError(f"most {most} is below 1; write how many services to list")
    absent = [name for name in COLUMNS[:4] if name not in services]
    if absent:
        raise DataError(f"services: no column {', '.join(absent)}; add it")
    texts = {lang: _split_names(services[f"name_{lang}"]) for lang in _LANGUAGES}
    found = {lang: _score_names(query, texts[lang]) for lang in _LANGUAGES}
    score = np.maximum(found["az"], found["en"])
    order = np.argsort(-score, kind="stable")[:most]
    order = order[score[order] >= LEAST]
    table = services.iloc[order][list(COLUMNS[:4])].reset_index(drop=True)
    lang = np.where(found["az"][order] >= found["en"][order], "az", "en")
    met = [
        _name_words(query, texts[one], row) for one, row in zip(lang.tolist(), order, strict=True)
    ]
    return table.assign(
        score=score[order], lang=pd.array(lang.tolist(), dtype="str"),
        words=pd.array(met, dtype="str"),
    )  # fmt: skip


def _split_names(names: pd.Series[Any]) -> _Texts:
    """The folded words of each name as codes; each distinct spelling is folded once."""
    typed = pc.utf8_split_whitespace(pa.array(names.fillna("").tolist(), type=pa.string()))
    counts = pc.list_value_length(typed).to_numpy().astype(np.intp)
    words = pc.list_flatten(typed).dictionary_encode()
    spelt, spellings = words.indices.to_numpy().astype(np.intp), words.dictionary.to_pylist()
    parts = [fold(word).split() for word in spellings]
    place: dict[str, int] = {}
    for word in (word for one in parts for word in one):
        place.setdefault(word, len(place))
    sizes = np.array([len(one) for one in parts], dtype=np.intp)
    begins = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.intp)
    table = np.array([place[word] for one in parts for word in one], dtype=np.intp)
    each = sizes[spelt] if len(spelt) else np.array([], dtype=np.intp)
    total = np.cumsum(each)
    inside = np.arange(total[-1] if len(total) else 0) - np.repeat(total - each, each)
    codes = table[np.repeat(begins[spelt], each) + inside] if len(inside) else table[:0]
    owner = np.repeat(np.repeat(np.arange(len(names)), counts), each)
    per_name = np.bincount(owner, minlength=len(names)).astype(np.intp)
    starts = np.concatenate([[0], np.cumsum(per_name)[:-1]]).astype(np.intp)
    return _Texts(codes, starts, per_name, list(place))


def _score_names(query: list[str], texts: _Texts) -> NDArray[np.float64]:
    """The score of each name, 0 to 100."""
    filled = texts.sizes > 0
    if not filled.any():
        return np.zeros(len(texts.sizes))
    likeness = _compare_words(query, texts.vocabulary)
    names = int(filled.sum())
    total, weights = np.zeros(names), 0.0
    met = np.zeros(len(texts.codes), dtype=bool)
    for row in likeness:
        of_words = row[texts.codes]
        best = np.maximum.reduceat(of_words, texts.starts[filled])
        weight = np.log1p(names / max(1, int(np.count_nonzero(best)))) ** 2
        total += weight * best
        weights += weight
        met |= of_words > 0
    share = np.add.reduceat(met.astype(float), texts.starts[filled]) / texts.sizes[filled]
    score = np.zeros(len(texts.sizes))
    score[filled] = np.where(total > 0, 90 * total / weights + 10 * share, 0.0)
    return score


def _compare_words(query: list[str], vocabulary: list[str]) -> NDArray[np.float64]:
    """Likeness of each word of the query with each known word; 0 where they do not meet."""
    like = process.cdist(query, vocabulary, scorer=OSA.normalized_similarity, dtype=np.float64)
    like[like < _MEETS] = 0.0
    for row, word in enumerate(query):
        last = row == len(query) - 1
        for column, other in enumerate(vocabulary):
            if other[0] == word[0]:
                like[row, column] = max(like[row, column], _share_stem(word, other, last=last))
    return like


def _share_stem(word: str, other: str, *, last: bool) -> float:
    """Likeness of a query's word and a known one by their common beginning."""
    short, long = sorted((word, other), key=len)
    if short == long:
        return 1.0
    begins = long.startswith(short) or _soften(long).startswith(_soften(short))
    if begins and len(short) >= 3 and len(long) - len(short) <= min(_ENDING, len(short) + 1):
        return _STEM
    if _drop_endings(word) == _drop_endings(other):
        return _STEM
    if last and len(word) >= 2 and other.startswith(word):
        return _START
    common = next((n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), 0)
    if common >= 5 and len(long) - common <= _ENDING and len(short) - common <= 4:
        return _MEETS  # two endings of one stem
    slip = len(word) >= 5 and 0 < len(other) - len(word) <= _ENDING - 2
    if slip and OSA.distance(word, other[: len(word)], score_cutoff=1) <= 1:
        return _MEETS  # a misspelt stem
    return 0.0


def _soften(word: str) -> str:
    """The word as it is before a vowel: uşaq is uşağ-, çörək is çörəy-."""
    return (word[:-1] + "y" if word.endswith("k") else word).replace("q", "g")


@lru_cache(maxsize=65536)
def _drop_endings(word: str) -> str:
    """The word without endings, where at least four letters are left."""
    soft = word.replace("q", "g")
    return soft[:4] + _ENDINGS.sub("", soft[4:], count=1)


def _name_words(query: list[str], texts: _Texts, row: int) -> str:
    """The words of one name that met, in its order."""
    start = texts.starts[row]
    own = [texts.vocabulary[code] for code in texts.codes[start : start + texts.sizes[row]]]
    unique = list(dict.fromkeys(own))
    like = _compare_words(query, unique)
    return ";".join(word for at, word in enumerate(unique) if like[:, at].any())
