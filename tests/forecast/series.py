"""Series for the tests: drawn from the model, or the same without noise."""

import numpy as np
import pandas as pd

from asan_analysis.forecast.history import to_percent


def draw_series(
    seed, *, units=24, years=8, noise=0.3, walk=0.1, shock=0.1, drift=0.2, own=0.05, damping=1.0
):
    """Units in two groups, scored every year from 2001 under the model."""
    rng = np.random.default_rng(seed)
    services = rng.integers(4, 16, units)
    level = rng.normal(-0.5, 0.6, units)
    pace = drift + rng.normal(0, own, units)
    rows = []
    for step in range(years):
        if step:
            common = rng.normal(0, shock)
            level = level + pace * damping ** (step - 1) + common + rng.normal(0, walk, units)
        seen = to_percent(level + rng.normal(0, noise, units) / np.sqrt(services))
        for unit in range(units):
            rows.append((f"u{unit:02d}", "ab"[unit % 2], 2001 + step, seen[unit], services[unit]))
    columns = ["unit_id", "group", "edition_year", "score_percent", "services"]
    return pd.DataFrame(rows, columns=columns)
