"""Labels, numbers and sentences in English and Azerbaijani: every text a reader sees."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from inspect import signature
from typing import Any

import pandas as pd
from babel import Locale

from asan_analysis.errors import ReportError
from asan_analysis.report.languages import LANGUAGES
from asan_analysis.report.texts import COLUMNS, TEXTS

_VERBATIM = ("printed_cycle", "source_url", "score_source_url", "why", "unknown")
_PERCENT_COLUMNS = (
    "share_",
    "weight",
    "coverage",
    "covariance_share",
    "agreement",
    "margin",
    "box",
)
_LISTS = ("flag", "checked_on", "peers", "nearest", "fields_agree", "fields_differ")
_P_COLUMNS = ("p", "p_adjusted")
SIGNED_COLUMNS = (
    "change",
    "difference",
    "distance",
    "places",
    "gap",
    "from_scores",
    "from_redistribution",
    "from_method",
)


@dataclass(frozen=True)
class Words:
    """One language and the names of the things a section may name.

    `names` maps a code (of a category, organisation, node, service, edition) to its label, and
    `<code>.short` to a short one. Each section gets its own names, so that a code of one kind of
    data never shows the name of another.
    """

    lang: str
    names: Mapping[str, str] = field(default_factory=dict)

    def say(self, key: str, /, **values: Any) -> str:
        """The text of a key with its values filled in; numbers come formatted by the caller.

        Raises
        ------
        ReportError
            The key or a value is missing.
        """
        try:
            return TEXTS[key][LANGUAGES.index(self.lang)].format(**values)
        except KeyError as error:
            raise ReportError(f"words: {key!r} needs {error}; add it to report/az.po") from None

    def name(self, code: object) -> str:
        """The label of a code; the code itself where it has none."""
        return self.names.get(str(code), str(code))

    def short(self, code: object) -> str:
        """The short label of a code; its label where it has none."""
        return self.names.get(f"{code}.short", self.name(code))

    def column(self, column: str) -> str:
        """The heading of a column."""
        known = COLUMNS.get(column)
        return known[LANGUAGES.index(self.lang)] if known else self.name(column)

    def number(self, value: Any, decimals: int = 0, *, sign: bool = False) -> str:
        """A number with the language's separators; a missing one is a dash."""
        if pd.isna(value):
            return "\u2013"
        thousands, point = signs_of(self.lang)
        text = f"{value:{'+' if sign else ''}z,.{decimals}f}"
        text = text.removeprefix("+") if round(float(value), decimals) == 0 else text
        return text.replace(",", "\0").replace(".", point).replace("\0", thousands)

    def percent(self, share: Any, decimals: int = 1) -> str:
        """A share from 0 to 1 as percent."""
        return "\u2013" if pd.isna(share) else f"{self.number(100 * share, decimals)}%"

    def p_value(self, p: float, decimals: int = 3) -> str:
        """A p value; one that would show as 0 is told as below the smallest that shows."""
        least = 10.0**-decimals
        return f"<{self.number(least, decimals)}" if p < least / 2 else self.number(p, decimals)

    def label(self, text: str, column: str) -> str:
        """A text of a table: a code becomes its name, and so do codes separated by `;`.

        Words of a `flag` stand with spaces between.
        """
        if column == "unknown":
            return text.replace(";", ", ")
        parts = text.split() if column == "flag" else text.split(";")
        if column in _VERBATIM or not any(part in self.names for part in parts):
            return text
        return (", " if column in _LISTS else " / ").join(map(self.name, parts))

    def rows(self, frame: pd.DataFrame, decimals: int) -> list[list[str]]:
        """The cells of a frame as a reader sees them."""
        return [
            [self.cell(value, str(column), decimals) for column, value in row.items()]
            for row in frame.astype(object).to_dict("records")
        ]

    def cell(self, value: Any, column: str, decimals: int) -> str:
        """A cell of a table as a reader sees it; codes become names."""
        if value is None or value is pd.NA or (isinstance(value, float) and pd.isna(value)):
            return "\u2013"
        if isinstance(value, bool):
            return self.say("yes" if value else "no")
        if column in _VERBATIM or isinstance(value, str):
            return self.label(str(value), column)
        if column.endswith("year"):
            return self.name(int(value))
        if column.startswith(_PERCENT_COLUMNS):
            return self.percent(value)
        if column == "largest_difference":
            return f"{value:.1e}".replace(".", signs_of(self.lang)[1]) if value else "0"
        if column in _P_COLUMNS:
            return self.p_value(value, decimals)
        digits = decimals if isinstance(value, float) else 0
        return self.number(value, digits, sign=column in SIGNED_COLUMNS)


@cache
def signs_of(lang: str) -> tuple[str, str]:
    """What parts thousands and what parts decimals in a language: 12,345.67 and 12.345,67."""
    signs = Locale.parse(lang).number_symbols["latn"]
    return signs["group"], signs["decimal"]


def decimals_for(function: Callable[..., Any], decimals: int) -> dict[str, int]:
    """A dataset's decimals as an argument for a function that takes them."""
    return {"decimals": decimals} if "decimals" in signature(function).parameters else {}


def list_languages(file_of: Callable[[str], str]) -> list[dict[str, str]]:
    """A page in every language: lang, file (told by `file_of`), name of the language."""
    return [
        {"lang": lang, "file": file_of(lang), "name": Words(lang).say("language_name")}
        for lang in LANGUAGES
    ]


def name_rows(frame: pd.DataFrame, code: str, lang: str) -> dict[str, str]:
    """Labels by code from a frame with name_az/name_en, title_az/title_en or label_az/label_en."""
    for stem in ("name", "title", "label"):
        if f"{stem}_{lang}" in frame:
            return dict(zip(frame[code].astype(str), frame[f"{stem}_{lang}"].astype(str),
                            strict=True))  # fmt: skip
    raise ReportError(f"words: no label in {lang} for {code}")


def in_language(frame: pd.DataFrame, lang: str) -> pd.DataFrame:
    """The frame in one language, without the columns of the other.

    `<column>_az` stands in the place of `<column>` where the language is `az`; of `<column>_en`
    and `<column>_az` the one of the language stands as `<column>`.
    """
    stems = [str(column)[:-3] for column in frame if str(column).endswith("_az")]
    own = {stem: frame[f"{stem}_az"] for stem in stems if stem in frame and lang == "az"}
    table = frame.assign(**own)
    for stem in stems:
        if stem not in frame and f"{stem}_en" in frame:
            table = table.rename(columns={f"{stem}_{lang}": stem})
    other = [column for stem in stems for column in (f"{stem}_az", f"{stem}_en")]
    return table.drop(
        columns=[column for column in other if column in table and column[:-3] in table]
    )
