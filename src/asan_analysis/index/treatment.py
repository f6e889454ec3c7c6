"""Outliers of measured items: skewness and kurtosis, Winsorising, logarithms."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SKEWNESS, KURTOSIS = 2.0, 3.5  # an item beyond both has outliers
FEWEST = 4  # values that the kurtosis needs


def measure_shape(x: Floats) -> tuple[float, float]:
    """Skewness and excess kurtosis of a sample, adjusted for its size (Fisher-Pearson).

    With the moments m_k = mean((x - mean)^k) over the n known values:
    G1 = m_3 / m_2^1.5 sqrt(n (n - 1)) / (n - 2) and
    G2 = (n - 1) / ((n - 2) (n - 3)) ((n + 1) (m_4 / m_2^2 - 3) + 6).

    Parameters
    ----------
    x : array
        Values of one item, NaN where there is none.

    Returns
    -------
    tuple of float
        G1 and G2, whatever the order and the unit of the values; NaN for fewer than 4 values and
        for values that do not differ.

    References
    ----------
    Joanes and Gill (1998), Comparing measures of sample skewness and kurtosis, The Statistician
    47(1); the type 2 of R's e1071, the SKEW and KURT of spreadsheets.
    """
    known = np.sort(x[~np.isnan(x)])
    n = known.size
    if n < FEWEST or known[0] == known[-1]:
        return np.nan, np.nan
    # halved as often as needed, which is exact, so that no power overflows
    z = np.ldexp(known, -int(np.frexp(np.abs(known).max())[1]))
    z = (z - z[0]) / (z[-1] - z[0])
    z -= z.mean()
    m2, m3, m4 = (float(np.mean(z**power)) for power in (2, 3, 4))
    skewness = m3 / m2**1.5 * np.sqrt(n * (n - 1)) / (n - 2)
    kurtosis = (n - 1) / ((n - 2) * (n - 3)) * ((n + 1) * (m4 / m2**2 - 3) + 6)
    return float(skewness), float(kurtosis)


def has_outliers(x: Floats) -> bool:
    """Whether |skewness| > 2 and excess kurtosis > 3.5; both, so a long tail alone is none."""
    skewness, kurtosis = measure_shape(x)
    return abs(skewness) > SKEWNESS and kurtosis > KURTOSIS


def winsorise_values(x: Floats, *, most: int) -> Floats:
    """Bring the most extreme values of one item to the next one, one value at a time.

    While the item has outliers and fewer than `most` values are used up, one more value is used up
    on the side that the skewness of the moment points to: with k used up on a side, the k most
    extreme values there become the (k + 1)th. Equal values move together, once all of them are
    used up. A move that would leave no two values different is not made.

    Parameters
    ----------
    x : array
        Values of one item, NaN where there is none.
    most : int
        Values that may be used up, both sides together.

    Returns
    -------
    array
        The values with their ends brought in; it may still have outliers.

    References
    ----------
    COINr (Becker et al. 2022), `winsorise`. Where equal values do not fit into `most`, COINr moves
    all of them; here `most` is never exceeded.
    """
    ordered = np.sort(x[~np.isnan(x)])
    low, high, done = 0, 0, x
    while low + high < most and has_outliers(done):
        if measure_shape(done)[0] < 0:
            low += 1
        else:
            high += 1
        bottom, top = ordered[low], ordered[-1 - high]
        if not bottom < top:
            break
        done = np.clip(x, bottom, top)
    return done


def take_logarithms(x: Floats) -> Floats:
    """ln(x - min + 0.01 (max - min)): the order stays, high values are pulled in."""
    low, high = np.nanmin(x), np.nanmax(x)
    return np.asarray(np.log(x - low + 0.01 * (high - low)))


def treat_items(values: pd.DataFrame, *, most: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Treat the outliers of every item.

    An item with |skewness| > 2 and excess kurtosis > 3.5 is Winsorised on the skewed side, low
    values where the skewness is negative (`winsorise_values`). If `most` values are not enough, the
    original values become ln(x - min + 0.01 (max - min)) instead. An item with fewer than 4 values
    or without any spread is left alone.

    Parameters
    ----------
    values : DataFrame
        Units x items, float64, missing where there is none.
    most : int
        Values to Winsorise in an item.

    Returns
    -------
    values : DataFrame
        The same shape; missing values stay missing, the order of units in an item stays.
    table : DataFrame
        Key item_id, in order. Columns skewness_before, kurtosis_before, winsorised (values
        changed, 0 under a logarithm), transform (none, winsorise or log), skewness_after,
        kurtosis_after, note (empty, "fewer than 4 values", "no spread", "still has outliers").

    Notes
    -----
    Misleads where an item is skewed low and Winsorising is not enough: the logarithm pulls in high
    values only and makes such an item worse, which skewness_after and note show. An item of two
    different values keeps its shape under any treatment. Bounds of the framework are in the item's
    own units; after a logarithm they no longer fit.

    References
    ----------
    OECD/JRC (2008), Handbook on Constructing Composite Indicators, step 3; COINr (Becker et al.
    2022), `Treat`, `winsorise` and `log_CT`.
    """
    treated, rows = {}, []
    for item in values.columns:
        before = values[item].to_numpy(dtype="float64")
        after, transform = _treat(before, most)
        changed = int(np.sum(before != after) - np.isnan(before).sum())
        rows.append(
            (str(item), *measure_shape(before), changed if transform == "winsorise" else 0,
             transform, *measure_shape(after), _note(after))
        )  # fmt: skip
        treated[item] = after
    table = pd.DataFrame(
        rows,
        columns=["item_id", "skewness_before", "kurtosis_before", "winsorised", "transform",
                 "skewness_after", "kurtosis_after", "note"],
    )  # fmt: skip
    return pd.DataFrame(treated, index=values.index, columns=values.columns), table


def _treat(x: Floats, most: int) -> tuple[Floats, str]:
    """One item treated, and how."""
    if not has_outliers(x):
        return x, "none"
    winsorised = winsorise_values(x, most=most)
    if has_outliers(winsorised):
        return take_logarithms(x), "log"
    return winsorised, "winsorise"


def _note(x: Floats) -> str:
    known = x[~np.isnan(x)]
    if known.size < FEWEST:
        return f"fewer than {FEWEST} values"
    if known.min() == known.max():
        return "no spread"
    return "still has outliers" if has_outliers(x) else ""
