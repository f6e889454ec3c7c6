"""Azerbaijani letters: lower case, the order of the alphabet, and names folded for comparison."""

from __future__ import annotations

import re
import unicodedata

_CASE = str.maketrans({"İ": "i", "I": "ı"})  # the two letters that Unicode lowers otherwise
_LETTERS = str.maketrans(
    {"ə": "e", "ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"}
)
_ALPHABET = "abcçdeəfgğhxıijkqlmnoöprsştuüvwyz"
_PLACES = {letter: place for place, letter in enumerate(_ALPHABET)}
_INSIDE = re.compile(
    r"[\u0027\u0060\u00b4\u2018\u2019\u02bc\u00ad\u200b-\u200f\u202a-\u202e\u2060]"
)
_BETWEEN = re.compile(r"[\W_]+")


def lower(text: str) -> str:
    """The text in lower case as Azerbaijani has it: İ is i and I is ı.

    >>> lower("İŞIQ")
    'işıq'
    """
    return unicodedata.normalize("NFC", text).translate(_CASE).lower()


def collation_key(text: str) -> tuple[list[tuple[int, int]], str]:
    """What names are sorted by: the Azerbaijani alphabet, spaces and digits before letters.

    Case and signs between words count only where two names are otherwise alike. A letter that the
    alphabet lacks stands at the place of the plain letter it is made of, after it.

    >>> sorted(["xal", "hal", "çay", "cay", "İdrak", "Irmaq"], key=collation_key)
    ['cay', 'çay', 'hal', 'xal', 'Irmaq', 'İdrak']
    """
    return [_place(sign) for sign in _BETWEEN.sub(" ", lower(text)).strip()], text


def _place(sign: str) -> tuple[int, int]:
    if sign in _PLACES:
        return 1000 + _PLACES[sign], 0
    plain = unicodedata.normalize("NFKD", sign)[0]
    if plain in _PLACES:
        return 1000 + _PLACES[plain], ord(sign)
    return (ord(sign), 0) if ord(sign) < 1000 else (2000, ord(sign))


def fold(text: str) -> str:
    """A name for comparison: lower case, plain letters, words with one space between them.

    Ə becomes e, ı and i become i, and other letters lose their marks. Quotes, dashes and other
    signs part words; an apostrophe inside a word does not. Scripts other than Latin are kept.

    >>> fold("“Azərişıq” ASC")
    'azerisiq asc'
    """
    small = lower(unicodedata.normalize("NFKC", text)).casefold()
    signs = unicodedata.normalize("NFKD", small)
    kept = "".join(sign for sign in signs if not unicodedata.combining(sign))
    return _BETWEEN.sub(" ", _INSIDE.sub("", kept.translate(_LETTERS))).strip()
