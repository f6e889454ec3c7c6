"""Rules and remedies of faults in Azerbaijani, read from `az.po`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from asan_analysis.catalogue import load_catalogue


def translate(text: str) -> str:
    """A rule or a remedy in Azerbaijani, or nothing where it is not listed.

    >>> translate("write 1234 or 1.234")
    '1234 və ya 1.234 yazın'
    """
    listed = _listed()
    if text in listed:
        return listed[text]
    for pattern, told in _patterns():
        if found := pattern.fullmatch(text):
            return told.format(*found.groups())
    return ""


def say_both(text: str) -> str:
    """A rule or a remedy in both languages, a line each; in English alone where it is not listed.

    >>> print(say_both("is empty"))
    boşdur
    is empty
    """
    told = translate(text)
    return f"{told}\n{text}" if told else text


@cache
def _listed() -> dict[str, str]:
    return {text.en: text.az for text in load_catalogue(Path(__file__).with_name("az.po"))}


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    """Those with something that differs, the longest first: the most particular ones."""
    order = sorted((one for one in _listed() if "{}" in one), key=len, reverse=True)
    return [
        (re.compile("(.+?)".join(map(re.escape, one.split("{}"))), re.DOTALL), _listed()[one])
        for one in order
    ]
