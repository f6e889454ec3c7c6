"""A regression whose rows come in clusters: standard errors and the wild cluster bootstrap.

Everything runs on sums per cluster, so that a resample never touches the rows again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from asan_analysis.index.aggregation import Floats

_WEBB = np.sqrt([0.5, 1.0, 1.5])
_FEW_FOR_WEBB = 12
_ALL = 4096  # up to as many sets of weights are enumerated
_SLACK = 1e-9  # a statistic this close to the observed one is as large


@dataclass(frozen=True)
class Regression:
    """Least squares with its sums per cluster.

    Rows of `x` stand cluster by cluster, each from its place in `starts` on. `grams` and `moments`
    are X_g'X_g and X_g'y_g of each cluster, `inverse` that of X'X.
    """

    x: Floats
    starts: NDArray[np.int64]
    grams: Floats
    inverse: Floats
    beta: Floats
    residual: Floats
    moments: Floats

    @property
    def clusters(self) -> int:
        """Number of clusters."""
        return len(self.grams)

    @property
    def factor(self) -> float:
        """G / (G - 1) times (N - 1) / (N - K), the small-sample factor of CR1."""
        (n, k), g = self.x.shape, self.clusters
        return float(g / (g - 1) * (n - 1) / (n - k))

    def sum_up(self, values: Floats) -> Floats:
        """Sums of rows by cluster: clusters x columns."""
        return np.asarray(np.add.reduceat(values, self.starts, axis=0))

    def cross(self, values: Floats) -> Floats:
        """X_g' of one column of values by cluster: clusters x columns."""
        return self.sum_up(self.x * values[:, None])


def fit_clusters(x: Floats, y: Floats, codes: NDArray[np.int64]) -> Regression:
    """Fit y on x by least squares and keep the sums per cluster that the tests need.

    Parameters
    ----------
    x : array, rows x columns
        Of full column rank, with the constant where there is one; columns of comparable size.
    y : array
    codes : array of int
        The cluster of each row: 0 to G - 1, none empty.
    """
    inverse: Floats = np.linalg.inv(x.T @ x).astype("float64")
    beta = inverse @ (x.T @ y)
    order = np.argsort(codes, kind="stable")
    x, y = x[order], y[order]
    starts = np.searchsorted(codes[order], np.arange(codes.max() + 1))
    parts = list(zip(np.split(x, starts[1:]), np.split(y, starts[1:]), strict=True))
    grams = np.array([own.T @ own for own, _ in parts])
    moments = np.array([own.T @ answer for own, answer in parts])
    return Regression(x, starts, grams, inverse, beta, y - x @ beta, moments)


def measure_cr1(fit: Regression) -> Floats:
    """The covariance CR1 of the coefficients: the sandwich of the scores summed by cluster.

    G / (G - 1) times (N - 1) / (N - K) times A M A, with A the inverse of X'X and M the sum over
    clusters of the outer products of X_g'u_g.

    References
    ----------
    Liang and Zeger (1986); Cameron and Miller (2015), A practitioner's guide to cluster-robust
    inference, Journal of Human Resources 50(2).
    """
    scores = fit.cross(fit.residual)
    return np.asarray(fit.factor * fit.inverse @ (scores.T @ scores) @ fit.inverse)


def measure_cr3(fit: Regression) -> Floats:
    """The covariance CR3 of the coefficients: the jackknife over clusters.

    (G - 1) / G times the sum over clusters of the outer products of b(-g) - b, with b(-g) the
    coefficients without cluster g. A column that only one cluster has is undefined without it; the
    generalised inverse then takes its coefficient as zero.

    References
    ----------
    Bell and McCaffrey (2002); MacKinnon, Nielsen and Webb (2023), Fast and reliable jackknife and
    bootstrap methods for cluster-robust inference, Journal of Applied Econometrics 38(5).
    """
    gram, moment = fit.grams.sum(axis=0), fit.moments.sum(axis=0)
    rest = np.linalg.pinv(gram - fit.grams, rcond=1e-10, hermitian=True)
    away = np.einsum("gij,gj->gi", rest, moment - fit.moments) - fit.beta
    return np.asarray((fit.clusters - 1) / fit.clusters * away.T @ away)


def draw_weights(
    clusters: int, resamples: int, rng: np.random.Generator
) -> tuple[Floats, str, bool]:
    """Weights of the wild bootstrap: resamples x clusters, their name, and whether they are all.

    Below 12 clusters Webb's six points (the square roots of 1/2, 1 and 3/2, with either sign),
    else Rademacher's two (-1 and 1). Where there are at most 4,096 sets of weights all of them are
    returned in place of draws.

    References
    ----------
    Webb (2023), Reworking wild bootstrap-based inference for clustered errors, Canadian Journal of
    Economics 56(3).
    """
    webb = clusters < _FEW_FOR_WEBB
    points = np.concatenate([-_WEBB[::-1], _WEBB]) if webb else np.array([-1.0, 1.0])
    name = "Webb" if webb else "Rademacher"
    if len(points) ** clusters <= _ALL:
        return np.array(list(product(points, repeat=clusters))), name, True
    return rng.choice(points, size=(resamples, clusters)), name, False


def bootstrap_effect(
    fit: Regression, column: int, weights: Floats, *, every: bool
) -> Callable[[float], float]:
    """The wild cluster bootstrap test of one coefficient, the null imposed (WCR).

    The residuals of the regression with the coefficient held at b are multiplied by one weight
    per cluster; y is made again from them and the coefficient estimated with its t under CR1. The
    p value is the share of resamples whose |t| is at least that of the data. Drawn weights count
    the data as one more resample; with all weights (`every`) it is among them.

    Returns
    -------
    callable
        Takes the hypothesis b and gives its p value, always from the same weights.

    References
    ----------
    Cameron, Gelbach and Miller (2008), Bootstrap-based improvements for inference with clustered
    errors, Review of Economics and Statistics 90(3); Roodman, MacKinnon, Nielsen and Webb (2019),
    Fast and wild: bootstrap inference in Stata using boottest, Stata Journal 19(1).
    """
    pure = _purify(fit, [column])[:, 0]
    squares = fit.cross(pure)  # X_g' of the column without the others
    scores = fit.cross(fit.residual)
    # Residuals under b are u + (beta - b) times the pure column, so that all sums are linear in b.
    own, shift = fit.sum_up(np.column_stack([fit.residual * pure, pure * pure])).T
    pull = fit.inverse @ squares.T
    near = weights * own - weights @ scores @ pull
    far = weights * shift - weights @ squares @ pull
    top = weights @ own, weights @ shift
    low = (near**2).sum(axis=1), (near * far).sum(axis=1), (far**2).sum(axis=1)
    error = np.sqrt((own**2).sum()) / shift.sum()  # of CR1, without its factor

    def test(b: float) -> float:
        away = fit.beta[column] - b
        square = np.maximum(low[0] + 2 * away * low[1] + away**2 * low[2], 0.0)
        bound = abs(away) / error * (1 - _SLACK)
        beyond = np.abs(top[0] + away * top[1]) >= bound * np.sqrt(square)
        return _share(beyond, every=every)

    return test


def bootstrap_joint(fit: Regression, columns: list[int], weights: Floats, *, every: bool) -> float:
    """The p value that some coefficients are all zero, by the wild cluster bootstrap.

    As `bootstrap_effect`, with the Wald statistic under CR1 in place of |t|. The number of columns
    must be below the number of clusters.
    """
    pure = _purify(fit, columns)
    residual = fit.residual + pure @ fit.beta[columns]
    own = fit.sum_up(pure * residual[:, None])
    scores = fit.cross(residual)
    crossed = np.stack([fit.cross(one) for one in pure.T])  # q x G x K
    pull = np.einsum("qgk,kl->gql", crossed, fit.inverse)

    def walds(weights: Floats) -> Floats:
        sums = weights @ own
        spread = weights[:, :, None] * own - np.einsum("gql,bl->bgq", pull, weights @ scores)
        meat = spread.transpose(0, 2, 1) @ spread
        inverse = np.linalg.pinv(meat, rcond=1e-12, hermitian=True)
        return np.asarray(np.einsum("bi,bij,bj->b", sums, inverse, sums))

    found = walds(np.ones((1, fit.clusters)))[0]
    return _share(walds(weights) >= found * (1 - _SLACK), every=every)


def invert_test(
    test: Callable[[float], float], center: float, step: float, *, level: float = 0.95
) -> tuple[float, float]:
    """The interval of the hypotheses that a test does not reject.

    From the estimate outwards by doubled steps until the p value is at most 1 - `level`, then by
    halving to where it falls. An end is infinite where the test never rejects. The p value is
    taken to fall outwards; where it rises again the first fall found is the end.

    Parameters
    ----------
    test : callable
        Takes a hypothesis and gives its p value.
    center, step : float
        The estimate and its standard error.
    """
    least = 1 - level + 1e-12

    def find(sign: float) -> float:
        inside, width = center, step
        for _ in range(40):
            if test(center + sign * width) <= least:
                break
            inside, width = center + sign * width, 2 * width
        else:
            return sign * float("inf")
        outside = center + sign * width
        for _ in range(40):
            middle = (inside + outside) / 2
            inside, outside = (inside, middle) if test(middle) <= least else (middle, outside)
        return inside

    return find(-1.0), find(1.0)


def compare_wald(beta: Floats, covariance: Floats, clusters: int) -> float:
    """The p value that some coefficients are all zero, by Hotelling's T².

    With q coefficients and G clusters, (G - q) / (q (G - 1)) times the Wald statistic is compared
    with F(q, G - q); for q = 1 this is t² against t(G - 1).
    """
    q = len(beta)
    wald = float(beta @ np.linalg.pinv(covariance, rcond=1e-12, hermitian=True) @ beta)
    return float(stats.f.sf((clusters - q) / (q * (clusters - 1)) * wald, q, clusters - q))


def _purify(fit: Regression, columns: list[int]) -> Floats:
    """Some columns less what the other columns explain of them."""
    own = fit.inverse[:, columns]
    return np.asarray(fit.x @ own @ np.linalg.inv(own[columns]))


def _share(beyond: NDArray[np.bool_], *, every: bool) -> float:
    """The p value from which resamples are beyond the data."""
    return float(beyond.mean() if every else (1 + beyond.sum()) / (1 + len(beyond)))
