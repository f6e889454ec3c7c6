"""What the pages of a brief are made of: a case, its sections and their blocks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from asan_analysis.data.published import Published
from asan_analysis.report.charts import drawn
from asan_analysis.report.identity import Identity
from asan_analysis.report.labels import labels_of
from asan_analysis.report.paper import describe_section
from asan_analysis.report.parts import kind_of
from asan_analysis.report.sentences import VALUES
from asan_analysis.report.texts import TEXTS
from asan_analysis.report.words import Words, decimals_for

Block = dict[str, Any]
Section = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """What the brief of one report in one language is made from."""

    folder: Path
    records: list[dict[str, Any]]
    identity: Identity
    facts: Published
    lang: str
    spoken: dict[str, Words] = field(default_factory=dict)  # by section, looked up once

    def words(self, section: str) -> Words:
        """The words of a section, as the chapters have them."""
        if section not in self.spoken:
            about = self.identity
            names = labels_of(section, about.data, about.edition, self.facts, self.lang)
            self.spoken[section] = Words(self.lang, names)
        return self.spoken[section]

    def table(self, name: str) -> pd.DataFrame:
        """A table of the report at full precision; no rows where no chapter wrote it."""
        path = self.folder / "tables" / f"{name}.csv"
        if not path.is_file():
            return pd.DataFrame()
        return pd.read_csv(path, engine="pyarrow", keep_default_na=False, na_values=[""])

    def record(self, section: str, what: str, name: str = "") -> dict[str, Any]:
        """The texts of a record of the chapters; nothing where there is none."""
        for record in self.records:
            if (record["section"], record["what"]) == (section, what) and record["name"] == name:
                return dict(record["texts"][self.lang])
        return {}

    def sentence(self, section: str, name: str) -> str:
        """A sentence of the chapters, or nothing."""
        return str(self.record(section, "sentence", name).get("text", ""))

    def section(
        self, section: str, heading: str, *columns: list[Block], lead: str = "",
        widths: tuple[int, ...] = (5, 7),
    ) -> Section:  # fmt: skip
        """One section of a page: its kind, its heading and its blocks in columns."""
        kind = kind_of(section, self.identity.data.kind)
        told = describe_section(kind, heading, lead, self.lang)
        return told | {"columns": list(columns), "widths": list(widths)}

    def figure(
        self, section: str, name: str, plot: Callable[..., Any], frame: pd.DataFrame,
        size: tuple[float, float],
    ) -> Block:  # fmt: skip
        """A chart without title and foot, which the page has; its alternative text and caption."""
        words = self.words(section)
        told = VALUES[name](frame, words, **decimals_for(VALUES[name], self.decimals))
        synthetic = kind_of(section, self.identity.data.kind) == "synthetic"
        badge = words.say("kind.synthetic") if synthetic else ""
        own = f"brief.{name}" if f"brief.{name}.caption" in TEXTS else name
        common = {"label": self.identity.label(self.lang)} | told
        return {
            "what": "figure", "name": name, "alt": words.say(f"{name}.alt", **common),
            "caption": words.say(f"{own}.caption", **common),
            "svg": drawn(
                plot, frame, words, size, badge=badge, **decimals_for(plot, self.decimals)
            ),
        }  # fmt: skip

    @property
    def decimals(self) -> int:
        """Decimals of scores in the dataset."""
        return int(self.identity.data.about["decimals"])
