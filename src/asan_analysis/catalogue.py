"""Texts in two languages, read from a gettext catalogue."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from babel.messages.pofile import PoFileError, read_po

from asan_analysis.errors import DataError


class Text(NamedTuple):
    """A text: its key (the context; empty where there is none), English and Azerbaijani."""

    key: str
    en: str
    az: str


def load_catalogue(path: Path) -> list[Text]:
    """Every text of a catalogue, in the order of the file.

    Parameters
    ----------
    path : Path
        A `.po` file: `msgctxt` is the key, `msgid` English, `msgstr` Azerbaijani.

    Raises
    ------
    DataError
        The file is no catalogue, a text has no translation, or a translation is marked as fuzzy.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        found = [one for one in read_po(lines, abort_invalid=True) if one.id]
    except (PoFileError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name}: {error}; mend it, as with msgfmt --check") from None
    for one in found:
        if not one.string or one.fuzzy:
            state = "is marked as fuzzy" if one.string else "has no translation"
            raise DataError(f"{path.name}, row {one.lineno}: {one.id!r} {state}; translate it")
    return [Text(one.context or "", str(one.id), str(one.string)) for one in found]
