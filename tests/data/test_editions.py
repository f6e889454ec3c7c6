"""Editions: their order is that of the table, not of the calendar."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pytest

from asan_analysis.data.editions import Edition, find_edition, list_editions, previous_edition
from asan_analysis.errors import AsanAnalysisError, UnknownEditionError


def table(rows: Sequence[tuple[int, str, int]]) -> pd.DataFrame:
    """An editions table from closing years, labels and places."""
    years, labels, order = zip(*rows, strict=True)
    frame = pd.DataFrame({"edition_year": years, "label_az": labels, "label_en": labels,
                          "order": order})  # fmt: skip
    return frame.astype({"edition_year": "Int64", "order": "Int64"})


# A pilot repeated after the first full round, and a year without an edition.
EDITIONS = table([(2024, "2024", 4), (2019, "2018-2019", 2), (2020, "2019-2020", 1), (2022, "", 3)])


def test_editions_are_listed_by_their_order() -> None:
    """Neither the rows of the file nor the calendar decide."""
    assert [one.edition_year for one in list_editions(EDITIONS)] == [2020, 2019, 2022, 2024]


def test_editions_are_plain_records() -> None:
    """Years and places are ordinary integers, whatever the frame holds."""
    edition = find_edition(2019, EDITIONS)
    assert edition == Edition(2019, "2018-2019", "2018-2019", 2)
    assert type(edition.edition_year) is int and type(edition.order) is int


def test_methods_come_along_where_the_table_has_them() -> None:
    """A dataset's editions name their framework and their rules; announced ones have none."""
    edition = find_edition(2024, EDITIONS.assign(framework="f.csv", rules="r.toml", note="x"))
    assert (edition.framework, edition.rules) == ("f.csv", "r.toml")
    assert find_edition(2024, EDITIONS).framework == ""


@pytest.mark.parametrize(
    ("year", "before"), [(2020, None), (2019, 2020), (2022, 2019), (2024, 2022)]
)
def test_the_edition_before_is_the_one_before_in_order(year: int, before: int | None) -> None:
    """The edition before 2019 may close later than 2019, and the first one has none."""
    found = previous_edition(find_edition(year, EDITIONS), EDITIONS)
    assert (found and found.edition_year) == before


def test_a_gap_in_the_order_is_stepped_over() -> None:
    """Places need not be consecutive."""
    editions = table([(2021, "2020-2021", 5), (2023, "2023", 9)])
    before = previous_edition(find_edition(2023, editions), editions)
    assert before is not None and before.edition_year == 2021


def test_an_unknown_year_lists_the_known_ones() -> None:
    """The refusal names the year, whose editions were searched and all of them in order."""
    message = "edition 2021 is not in dataset tiny; known editions: 2020, 2019, 2022, 2024"
    with pytest.raises(UnknownEditionError, match=message) as refused:
        find_edition(2021, EDITIONS, of="dataset tiny")
    assert isinstance(refused.value, LookupError)
    assert isinstance(refused.value, AsanAnalysisError)


def test_a_table_without_editions_refuses_every_year() -> None:
    """An empty table has no first edition."""
    assert list_editions(EDITIONS.head(0)) == []
    with pytest.raises(UnknownEditionError, match="edition 2023 is not in the dataset"):
        find_edition(2023, EDITIONS.head(0))


def test_the_table_is_left_untouched() -> None:
    """Listing sorts a copy."""
    before = EDITIONS.copy()
    list_editions(EDITIONS)
    pd.testing.assert_frame_equal(EDITIONS, before)
