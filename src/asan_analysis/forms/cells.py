"""How the cells of a filled workbook are read.

Accepted, and told in the list of accepted readings:

- Codes, words and numbers: spaces at the ends, doubled spaces, no-break spaces and letters of no
  width are removed. Free text loses the spaces at its ends only.
- Words in any case, with or without Azerbaijani letters: `Bəli`, `BELI`, `hə`, `yes`, `true` are
  yes; `xeyr`, `yox`, `no`, `false` are no; `tətbiq olunmur`, `n/a`, `NA`, `NR` are not
  applicable; `cavab yoxdur`, `no answer` are not answered. All words: `[words]` in `texts.toml`.
- Numbers kept as text, with a decimal point or a decimal comma (`0,5`). `50 %` is 0.5, as text and
  as the format of a cell, where the item is a share.
- A number in a column of text: its shortest digits, as many decimals as the cell shows. A date in
  a column of text: `2023-05-01`. TRUE and FALSE in a column of words: yes and no.
- The label of an edition for its year, the title of a category and the name of a body for its id,
  where only one has it. A body also by its initials and by its name without legal form and generic
  words (`match_bodies`); a misspelt name is a fault.

Refused: `1,234` (two readings), `1.234,5`, `1 234`, a date in a column of codes or numbers, an
error such as `#N/A`, a formula without a computed value, and every other text. The word nearest to
it is suggested, never taken.
"""

from __future__ import annotations

import datetime as dates
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from asan_analysis.data.names import fold
from asan_analysis.data.tables import compose
from asan_analysis.forms.literals import read_literal
from asan_analysis.forms.texts import KINDS, WORDS

_NO_WIDTH = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
_SPACES = re.compile(r"\s+")
_PLAIN = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
_NEAR = 60


class Raw(NamedTuple):
    """A cell as the file has it.

    `kind` is text, number, percent, moment, logical, error or formula (without a computed value).
    `shown` is the number of decimals that the format of the cell shows, -1 where it is general.
    """

    kind: str
    value: Any
    shown: int = -1


class Read(NamedTuple):
    """A cell as it is read: the value and the accepted reading, or the rule that it breaks."""

    value: Any = None
    told: str = ""
    rule: str = ""
    remedy: str = ""
    suggestion: str = ""


class Word(NamedTuple):
    """A value that is a word: yes, no, scored, not_applicable or not_answered."""

    word: str


class Percent(NamedTuple):
    """A value that is written as a percentage; `share` is a hundredth of it."""

    share: float


@dataclass
class Known:
    """What a workbook knows of itself: words by folded text, each with the id it stands for."""

    editions: dict[str, int] = field(default_factory=dict)
    categories: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, str] = field(default_factory=dict)
    match: Callable[[str], str] = lambda text: ""  # a body by another form of its name, or nothing


def clean(text: str) -> str:
    """A text with one plain space between its words and nothing invisible, letters composed.

    >>> clean("  S\u200b1\u00a0 a ")
    'S1 a'
    """
    return _SPACES.sub(" ", _NO_WIDTH.sub("", compose(text))).strip()


def suggest(text: str, known: Sequence[str]) -> str:
    """The known text nearest to a text, or nothing when none is near or two are equally near.

    >>> suggest("bəlli", ["bəli", "xeyr"])
    'bəli'
    """
    from rapidfuzz import fuzz, process

    found = process.extract(fold(text), known, scorer=fuzz.ratio, processor=fold,
                            score_cutoff=_NEAR, limit=None)  # fmt: skip
    best = {fold(form) for form, score, _ in found if score == found[0][1]}
    return str(found[0][0]) if len(best) == 1 else ""


def show(raw: Raw | None) -> str:
    """A cell as a message shows it."""
    if raw is None:
        return ""
    if raw.kind == "percent":
        return f"{_digits(_hundredfold(raw.value))} %"
    if raw.kind == "moment":
        return _moment(raw.value)
    if raw.kind == "logical":
        return str(raw.value).upper()
    return _digits(raw.value) if raw.kind == "number" else str(raw.value)


def read_cell(raw: Raw | None, reading: str, known: Known) -> Read:
    """Read a cell as its column asks; `reading` is that of `layout.Field`.

    A value of reading `answer` is a float, a `Percent` or a `Word`; one of `status` a `Word`.
    """
    if raw is None:
        return Read()
    if raw.kind == "error":
        return Read(
            rule="is an error of the spreadsheet", remedy="correct the formula or write the value"
        )
    if raw.kind == "formula":
        return Read(
            rule="is a formula without a computed value",
            remedy="open and save the file in a spreadsheet program, or write the value",
        )
    return _READERS[reading](raw, known)


def read_number(text: str) -> float | Percent | None:
    """A number from cleaned text; None where it is none or has two readings."""
    body = text.replace("−", "-")
    share = body.endswith("%")
    body = body.removesuffix("%").rstrip() if share else body
    if _COMMA.fullmatch(body) and not _THOUSANDS.fullmatch(body):
        body = body.replace(",", ".")
    if not _PLAIN.fullmatch(body):
        return None
    return Percent(float(Decimal(body) / 100)) if share else float(body)


def _read_text(raw: Raw, known: Known) -> Read:
    if raw.kind == "text":
        kept = compose(raw.value).strip()
        if _CONTROL.search(kept):
            return Read(rule="holds a control character", remedy="write the text again")
        return Read(kept or None, "" if kept == compose(raw.value) else "spaces")
    if raw.kind == "moment":
        return Read(_moment(raw.value), "date_as_text")
    if raw.kind == "logical":
        return Read(str(raw.value).lower(), "logical")
    return Read(_as_code(raw), "text_as_number")


def _read_code(raw: Raw, known: Known) -> Read:
    if raw.kind == "text":
        kept = clean(raw.value)
        return Read(kept or None, "" if kept == compose(raw.value) else "spaces")
    if raw.kind == "moment":
        return Read(
            rule="is a date where a code belongs; a spreadsheet turns codes such as 1.1 into dates",
            remedy="format the column as text and write the code again",
        )
    if raw.kind == "logical":
        return Read(rule="is a logical value where a code belongs", remedy="write the code as text")
    return Read(_as_code(raw), "text_as_number")


def _read_number(raw: Raw, known: Known) -> Read:
    if raw.kind == "number":
        return Read(raw.value)
    if raw.kind == "percent":
        return Read(rule="is formatted as a percentage", remedy="write the plain number")
    if raw.kind != "text":
        return Read(rule=f"is a {_NAMES[raw.kind]} where a number belongs", remedy="write a number")
    text = clean(raw.value)
    number = read_number(text)
    if not text:
        return Read(None, "spaces")
    if isinstance(number, float):
        return Read(number, "decimal_comma" if "," in text else "number_as_text")
    return _no_number(text)


def _no_number(text: str) -> Read:
    if _THOUSANDS.fullmatch(text):
        whole = text.replace(",", "")
        return Read(
            rule="can be read in two ways", remedy=f"write {whole} or {text.replace(',', '.')}"
        )
    if re.fullmatch(r"[+-]?[0-9][0-9., '\u2019]*", text):
        return Read(rule="is a number with signs between its digits",
                    remedy="write it without them and with one point, as 1234.5")  # fmt: skip
    return Read(rule="is not a number", remedy="write it with a point, as 12.5")


def _read_integer(raw: Raw, known: Known) -> Read:
    read = _read_number(raw, known)
    if read.value is None or float(read.value).is_integer():
        return read if read.value is None else read._replace(value=int(read.value))
    return Read(rule="is not a whole number", remedy="write it as 12")


def _read_edition(raw: Raw, known: Known) -> Read:
    if raw.kind == "moment":
        return Read(rule="is a date where the year of an edition belongs", remedy="write the year",
                    suggestion=str(getattr(raw.value, "year", "")))  # fmt: skip
    if raw.kind == "text":
        text = clean(raw.value)
        if fold(text) in known.editions and not _PLAIN.fullmatch(text):
            return Read(known.editions[fold(text)], "edition_label")
        read = _read_integer(raw, known)
        years = [str(year) for year in known.editions.values()]
        return read if not read.rule else Read(
            rule="is not the year of an edition", remedy="write the closing year, as 2023",
            suggestion=suggest(text, [*known.editions, *years]))  # fmt: skip
    return _read_integer(raw, known)


def _read_named(raw: Raw, known: Mapping[str, str], told: str) -> Read:
    """A code, or the name of what has the code where only one has that name."""
    read = _read_code(raw, Known())
    text = read.value
    if text is None or text in known.values():
        return read
    found = known.get(fold(text))
    return Read(found, told) if found else read


def _read_body(raw: Raw, known: Known) -> Read:
    """A body by its id, a name or an alias, its initials or its name without generic words."""
    read = _read_named(raw, known.bodies, "name_as_id")
    text = read.value
    if text is None or read.told == "name_as_id" or text in known.bodies.values():
        return read
    found = known.match(text)
    return Read(found, "name_as_id") if found else read


def _read_yes_no(raw: Raw, known: Known) -> Read:
    read = _read_word(raw, ("yes", "no"))
    word = read.value.word if isinstance(read.value, Word) else None
    return read._replace(value=word)


def _read_word(raw: Raw, words: Sequence[str]) -> Read:
    """One of the words, by any of its forms; a listed form as it is listed is not told."""
    if raw.kind == "logical":
        return Read(Word("yes" if raw.value else "no"), "logical")
    text = clean(show(raw))
    if not text:
        return Read(None, "spaces")
    for word in words:
        if raw.value in (word, *WORDS[word][:2]):
            return Read(Word(word))
        if fold(text) in {fold(form) for form in (word, *WORDS[word])}:
            return Read(Word(word), "word")
    return _no_word(text, words)


def _no_word(text: str, words: Sequence[str]) -> Read:
    listed = [WORDS[word][0] for word in words]
    forms = [form for word in words for form in (word, *WORDS[word])]
    told = ", ".join(listed[:3]) + (", ..." if len(listed) > 3 else "")
    return Read(rule=f"is none of {told}", remedy=f"write one of {', '.join(listed)}",
                suggestion=suggest(text, forms))  # fmt: skip


def _read_status(raw: Raw, known: Known) -> Read:
    if raw.kind in ("number", "percent"):
        remedy = "write the number into the column of values and the word here"
        return Read(rule="is a number where a word belongs", remedy=remedy)
    return _read_word(raw, tuple(WORDS))


def _read_answer(raw: Raw, known: Known) -> Read:
    if raw.kind == "number":
        return Read(float(raw.value))
    if raw.kind == "percent":
        return Read(Percent(float(raw.value)), "percent")
    if raw.kind == "moment":
        return Read(rule="is a date; a spreadsheet turns numbers such as 1.5 into dates",
                    remedy="format the column as a number and write the value again")  # fmt: skip
    if raw.kind == "text" and re.match(r"[+\-−.,]?[0-9]", clean(raw.value)):
        text = clean(raw.value)
        number = read_number(text)
        if number is None:
            return _no_number(text)
        told = "decimal_comma" if "," in text else "number_as_text"
        return Read(number, "percent" if isinstance(number, Percent) else told)
    return _read_word(raw, tuple(WORDS))


def _read_literal(raw: Raw, known: Known) -> Read:
    if raw.kind == "logical":
        return Read(raw.value)
    if raw.kind == "number":
        whole = float(raw.value).is_integer()
        return Read(int(raw.value) if whole else float(raw.value))
    read = _read_text(raw, known)
    if raw.kind != "text" or read.value is None:
        return read
    return read._replace(value=read_literal(read.value))


def read_kind(raw: Raw) -> Read:
    """The kind or the status of a dataset, in either language."""
    read = _read_code(raw, Known())
    for kind, forms in KINDS.items():
        if read.value != kind and fold(str(read.value)) in {fold(form) for form in forms}:
            return Read(kind, "word")
    return read


def _moment(value: Any) -> str:
    """A moment in ISO form; midnight is a date."""
    if isinstance(value, dates.datetime) and value.time() == dates.time():
        return value.date().isoformat()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _as_code(raw: Raw) -> str:
    """A number as a code: 1.10 where the cell shows two decimals, else the shortest digits."""
    return f"{raw.value:.{raw.shown}f}" if raw.shown > 0 else _digits(raw.value)


def _digits(value: float) -> str:
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(value)


def _hundredfold(value: float) -> float:
    return float(Decimal(repr(value)) * 100)


_NAMES = {"moment": "date", "logical": "logical value"}
_READERS: dict[str, Callable[[Raw, Known], Read]] = {
    "text": _read_text, "code": _read_code, "integer": _read_integer, "number": _read_number,
    "edition": _read_edition, "yes_no": _read_yes_no, "status": _read_status,
    "answer": _read_answer, "literal": _read_literal,
    "category": lambda raw, known: _read_named(raw, known.categories, "title_as_id"),
    "body": _read_body,
}  # fmt: skip
