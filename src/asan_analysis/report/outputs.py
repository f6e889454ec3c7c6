"""What a notebook shows and saves: figures in two languages, tables, sentences, their records."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from IPython.core.getipython import get_ipython
from IPython.display import display
from markupsafe import Markup, escape
from matplotlib.axes import Axes

from asan_analysis.data.datasets import Dataset
from asan_analysis.data.editions import Edition
from asan_analysis.data.files import files_read, project_root, refuse_unrecorded
from asan_analysis.data.published import Published
from asan_analysis.data.tables import write_csv
from asan_analysis.refusals import Refusal
from asan_analysis.report import charts
from asan_analysis.report.labels import labels_of
from asan_analysis.report.languages import LANGUAGES, file_in
from asan_analysis.report.parts import host_of, is_published, kind_of, render_table
from asan_analysis.report.plan import OUTPUT_VARIABLE
from asan_analysis.report.sentences import VALUES
from asan_analysis.report.words import Words, decimals_for, in_language

_SHOWN_ROWS = 40
_ADDRESSES = ("source_url", "score_source_url")


@dataclass
class Chapter:
    """Collects what one notebook shows; `save` writes it and its records.

    Each section speaks with its own names: `announced` and `method` name bodies of the published
    facts only, the others those of the dataset only.
    """

    name: str
    data: Dataset
    edition: Edition
    facts: Published
    folder: Path
    records: list[dict[str, Any]] = field(default_factory=list)
    files: dict[Path, bytes | pd.DataFrame] = field(default_factory=dict)
    spoken: dict[tuple[str, str], Words] = field(default_factory=dict)

    def words(self, section: str, lang: str = "en") -> Words:
        """The words of a section in a language."""
        if (section, lang) not in self.spoken:
            names = labels_of(section, self.data, self.edition, self.facts, lang)
            self.spoken[section, lang] = Words(lang, names)
        return self.spoken[section, lang]

    def figure(
        self, section: str, name: str, plot: Callable[..., Axes], frame: pd.DataFrame
    ) -> None:
        """Draw a chart in every language and show the English one.

        The texts are `<name>.title`, `.caption` and `.alt`; their values come from the function of
        that name in `report.sentences`. An empty frame has nothing to draw and says so.
        """
        if frame.empty:
            _show_text(self.words(section).say("page.no_rows"))
            return
        texts = {}
        for lang in LANGUAGES:
            words = self.words(section, lang)
            values = self._values(name, frame, words)
            alt = words.say(f"{name}.alt", **values)
            texts[lang] = {**self._heading(name, words, values), "alt": alt}
            with plt.style.context(charts.STYLE):
                ax = plot(frame, words=charts.drawable(words), **self._decimals(plot))
                foot = self._foot(section, words, frame, values["foot"])
                badge = words.say("kind.synthetic") if self._is_synthetic(section) else ""
                charts.add_frame(ax, title=texts[lang]["title"], foot=foot, badge=badge)
                png, svg = charts.render(ax)
            for ending, drawn in (("png", png), ("svg", svg)):
                self.files[Path(file_in(lang, f"figures/{name}", ending))] = drawn
            if lang == "en":
                data = {"image/png": base64.b64encode(png).decode(), "text/plain": alt}
                _display(data, {"image/png": {"alt": alt}})
                _show_text(texts[lang]["caption"])
        self._record("figure", section, name, texts=texts, **self._sources(section, frame))

    def table(
        self,
        section: str,
        name: str,
        frame: pd.DataFrame,
        *,
        decimals: int | None = None,
        columns: list[str] | None = None,
        where: pd.Series[bool] | None = None,
        page: bool = True,
    ) -> None:
        """Keep a table for saving at full precision and show it as a reader needs it.

        `columns` and `where` choose what is shown; the file holds everything. `page=False` keeps
        the table off the report's first page.
        """
        decimals = int(self.data.about["decimals"]) if decimals is None else decimals
        shown = (frame if where is None else frame[where])[_with_languages(frame, columns)]
        texts: dict[str, Any] = {}
        for lang in LANGUAGES:
            words = self.words(section, lang)
            told = in_language(shown, lang)
            texts[lang] = {
                **self._heading(name, words, self._values(name, frame, words)),
                "columns": [words.column(str(column)) for column in told],
                "rows": words.rows(told.head(_SHOWN_ROWS), decimals),
            }
        self.keep(name, frame)
        told = in_language(shown, "en")
        numeric = [_is_number(told[column]) for column in told]
        self._record("table", section, name, texts=texts, numeric=numeric, all_rows=len(shown),
                     page=page, decimals=decimals, **self._sources(section, frame))  # fmt: skip
        if shown.empty:
            _show_text(f"{texts['en']['title']}: {self.words(section).say('page.nothing')}")
        else:
            _show_table(texts["en"], numeric)

    def keep(self, name: str, frame: pd.DataFrame) -> None:
        """Keep a table for saving without showing it."""
        self.files[Path("tables", f"{name}.csv")] = frame

    def sentence(
        self, section: str, name: str, frame: pd.DataFrame, refused: Refusal | None = None
    ) -> None:
        """A sentence made from a frame, in every language; the English one is shown.

        An empty frame says the text `<name>.nothing`; where a method refused the data its value
        `reason` is the text `refused.<code>`, and the notebook shows the message too.
        """
        name = name if len(frame) else f"{name}.nothing"
        texts = {}
        for lang in LANGUAGES:
            words = self.words(section, lang)
            values = self._values(name, frame, words)
            if refused is not None:
                values["reason"] = words.say(f"refused.{refused.code}")
            texts[lang] = {"text": words.say(name, **values)}
        self._record("sentence", section, name, texts=texts)
        _show_text(texts["en"]["text"])
        if refused is not None:
            _show_text(str(refused))

    def numbers(self, section: str, figures: Mapping[str, Any]) -> None:
        """Headline numbers by text key.

        A count, a share as float, or any number with its digits: `(0.93, 2)`.
        """
        texts: dict[str, Any] = {}
        for lang in LANGUAGES:
            words = self.words(section, lang)
            texts[lang] = {
                "numbers": [
                    [_headline(value, words), words.say(key)] for key, value in figures.items()
                ]
            }
        self._record("numbers", section, "", texts=texts)
        pairs = texts["en"]["numbers"]
        line = Markup("; ").join(Markup("<b>{}</b> {}").format(*pair) for pair in pairs)
        _show_text(line)

    def places(self, name: str, frame: pd.DataFrame) -> None:
        """Announced places: category, rank, organisation_id, score_percent and their sources."""
        texts: dict[str, Any] = {}
        for lang in LANGUAGES:
            words = self.words("announced", lang)
            groups = [
                {"category": words.name(category), "places": [_place(row, words) for row in rows]}
                for category, rows in _grouped(frame, "category")
            ]
            heading = self._heading(name, words, self._values(name, frame, words))
            texts[lang] = {**heading, "groups": groups}
        self.keep(name, frame)
        sources = self._sources("announced", frame)
        self._record("places", "announced", name, texts=texts, decimals=2, **sources)
        columns = ["category", "rank", "organisation_id", "score_percent"]
        words = self.words("announced")
        table = {"columns": [words.column(column) for column in columns],
                 "rows": words.rows(frame[columns], 2)}  # fmt: skip
        _show_table({**texts["en"], **table}, [False, True, False, True])

    def save(self) -> list[str]:
        """Write figures, tables and the records of this chapter; return the names written.

        In a report it also writes which data files were read, and refuses a file that was opened
        past `data.files`.
        """
        for path, content in self.files.items():
            target = self.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                target.write_bytes(content)
            else:
                write_csv(content, target)
        records = self.folder / "records" / f"{self.name}.json"
        records.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(self.records, ensure_ascii=False, indent=1, sort_keys=True)
        records.write_text(text, encoding="utf-8", newline="\n")
        if OUTPUT_VARIABLE in os.environ:
            refuse_unrecorded()
            reads = {str(path): digest for path, digest in files_read().items()}
            (self.folder / "reads.json").write_text(json.dumps(reads), encoding="utf-8")
        return [path.as_posix() for path in self.files]

    def _values(self, name: str, frame: pd.DataFrame, words: Words) -> dict[str, str]:
        """What the texts of a name may use: edition, dataset, and values from the frame."""
        label = self.edition.label_az if words.lang == "az" else self.edition.label_en
        common = {"label": label, "dataset": self.data.title(words.lang)}
        describe = VALUES.get(name) if len(frame) else None
        own = describe(frame, words, **self._decimals(describe)) if describe else {}
        return {**common, **own}

    def _decimals(self, function: Callable[..., Any]) -> dict[str, int]:
        return decimals_for(function, int(self.data.about["decimals"]))

    def _heading(self, name: str, words: Words, values: Mapping[str, str]) -> dict[str, str]:
        return {part: words.say(f"{name}.{part}", **values) for part in ("title", "caption")}

    def _is_synthetic(self, section: str) -> bool:
        return kind_of(section, self.data.kind) == "synthetic"

    def _foot(self, section: str, words: Words, frame: pd.DataFrame, count: str) -> str:
        """Kind, source (the hosts of announced figures, or the dataset) and what is counted."""
        kind = kind_of(section, self.data.kind)
        if is_published(section):
            hosts = frame["source_url"].dropna().map(host_of)
            source = ", ".join(dict.fromkeys(hosts))
        else:
            source = f"{self.data.about['publisher']}, {self.data.title(words.lang)}"
        return words.say("foot", kind=words.say(f"kind.{kind}"), source=source, count=count)

    def _sources(self, section: str, frame: pd.DataFrame) -> dict[str, Any]:
        """The public pages that print the figures of an announced frame.

        A frame without addresses is a list of this project's own; the pages of the editions stand
        for it.
        """
        if not is_published(section):
            return {}
        columns = [column for column in _ADDRESSES if column in frame]
        own = not columns
        told = frame if columns else self.facts.editions
        found = [told[column].dropna() for column in columns or ["source_url"]]
        sources = sorted({str(url) for urls in found for url in urls})
        return {"sources": sources, "own_list": own}

    def _record(self, what: str, section: str, name: str, **more: Any) -> None:
        kind = kind_of(section, self.data.kind)
        self.records.append(
            {"what": what, "section": section, "kind": kind, "name": name,
             "chapter": self.name, "source": _running_cell(), **more}
        )  # fmt: skip


def open_chapter(name: str, data: Dataset, edition: Edition, facts: Published) -> Chapter:
    """A chapter that saves under the report being built, or under `reports/scratch/` by hand."""
    given = os.environ.get(OUTPUT_VARIABLE)
    folder = Path(given) if given else project_root() / "reports" / "scratch"
    return Chapter(name, data, edition, facts, folder)


def _running_cell() -> str:
    """The source of the cell that runs; empty outside a kernel.

    The source and not `execution_count`: that number grows before the cell runs in some versions
    of IPython and after it in others.
    """
    shell = get_ipython()
    history = getattr(shell, "history_manager", None)
    return str(history.input_hist_raw[-1]) if history else ""


def _grouped(frame: pd.DataFrame, column: str) -> list[tuple[str, list[dict[str, Any]]]]:
    return [
        (
            str(code),
            [
                {str(name): value for name, value in row.items()}
                for row in rows.astype(object).to_dict("records")
            ],
        )
        for code, rows in frame.groupby(column, sort=False)
    ]


def _with_languages(frame: pd.DataFrame, columns: list[str] | None) -> list[str]:
    """The columns to show, each with its Azerbaijani text where the frame has one."""
    if columns is None:
        return list(frame.columns)
    spoken = [f"{name}_az" for name in columns if f"{name}_az" in frame]
    return list(dict.fromkeys([*columns, *spoken]))


def _place(row: dict[str, Any], words: Words) -> dict[str, Any]:
    score = row["score_percent"]
    return {
        "rank": int(row["rank"]),
        "name": words.name(row["organisation_id"]),
        "score": "" if pd.isna(score) else words.number(score, 2),
        "source_url": row["source_url"],
        "score_source_url": "" if pd.isna(score) else row["score_source_url"],
    }


def _headline(value: Any, words: Words) -> str:
    """A headline number as a reader sees it."""
    if isinstance(value, tuple):
        return words.number(*value)
    return words.percent(value) if isinstance(value, float) else words.number(value)


def _is_number(column: pd.Series[Any]) -> bool:
    """Whether a column is set to the right: numbers, but not years and not yes or no."""
    numeric = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
    return numeric and not str(column.name).endswith("year")


def _display(data: Mapping[str, str], metadata: Mapping[str, Any] | None = None) -> None:
    display(dict(data), raw=True, metadata=dict(metadata or {}))  # type: ignore[no-untyped-call]


def _show_text(text: str) -> None:
    """Show a line as text: in Markdown a name could be an element, a link or a formula."""
    html = f"<p>{escape(text)}</p>"
    _display({"text/html": html, "text/plain": str(Markup(html).striptags())})


def _show_table(texts: Mapping[str, Any], numeric: list[bool]) -> None:
    html = render_table(texts, numeric)
    html += f'\n<p class="caption">{escape(texts["caption"])}</p>'
    _display({"text/html": html, "text/plain": f"{texts['title']}: {len(texts['rows'])} rows"})
