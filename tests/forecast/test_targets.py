"""Chances of scores and places on drawn paths with a known answer."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from asan_analysis.errors import ParameterError
from asan_analysis.forecast.paths import Paths
from asan_analysis.forecast.targets import chance_of_place, chance_of_score


def normal_paths(draws=40000):
    """Units x around 50 and y around 52, z of another group at 99; independent years and units."""
    units = pd.DataFrame(
        {"unit_id": ["x", "y", "z"], "group": ["a", "a", "b"], "basis": "own", "editions": 2,
         "origin_year": 2001}
    )  # fmt: skip
    noise = np.random.default_rng(0).standard_normal((draws, 3, 2))
    return Paths(units, [2002, 2003], np.array([50, 52, 99])[:, None] + [[3], [4], [0]] * noise)


def ask(**columns):
    return pd.DataFrame({"unit_id": ["x", "x"], "edition_year": [2002, 2003], **columns})


def test_chance_of_a_score_on_a_normal_path():
    table = chance_of_score(normal_paths(), ask(target=53.0))
    p = norm.sf(1)
    np.testing.assert_allclose(table["chance"], 100 * p, atol=0.8)
    np.testing.assert_allclose(table["chance_by"], [100 * p, 100 * (1 - (1 - p) ** 2)], atol=0.8)
    assert table.loc[0, "chance_se"] == pytest.approx(100 * np.sqrt(p * (1 - p) / 40000), rel=0.02)
    assert (table["chance_by"] >= table["chance"]).all()


def test_chance_of_a_place_on_a_normal_path():
    """X is first where it is above y: a normal difference of mean -2 and deviation 5."""
    table = chance_of_place(normal_paths(), ask(place=[1, 2]))
    assert table.loc[0, "chance"] == pytest.approx(100 * norm.sf(0.4), abs=0.8)
    assert table.loc[1, "chance"] == 100
    assert table["ranked"].tolist() == [2, 2]
    assert table.loc[1, "chance_se"] > 0


def test_what_was_not_drawn_is_refused():
    paths = normal_paths(10)
    for wrong in ({"unit_id": "q"}, {"edition_year": 2009}):
        with pytest.raises(ParameterError, match="was not drawn"):
            chance_of_score(paths, ask(target=50.0).assign(**wrong))
    with pytest.raises(ParameterError, match=r"outside 0\.\.100"):
        chance_of_score(paths, ask(target=101.0))
    for place in (0, 3):
        with pytest.raises(ParameterError, match="outside those of the group"):
            chance_of_place(paths, ask(place=place))
