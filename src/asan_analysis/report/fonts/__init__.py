"""The two font families of charts and papers; fonts of the system are never used."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import matplotlib
from matplotlib.font_manager import fontManager, get_font

FOLDER = Path(__file__).parent


def use_own_fonts() -> None:
    """Let matplotlib know the fonts of this folder and those that it ships itself, no others.

    A chart then looks the same on every machine, whatever is installed there.
    """
    shipped = Path(matplotlib.get_data_path())
    fontManager.ttflist = [
        font for font in fontManager.ttflist if Path(font.fname).is_relative_to(shipped)
    ]
    for path in sorted(FOLDER.glob("*.ttf")):
        fontManager.addfont(path)


@cache
def known_signs() -> frozenset[str]:
    """The signs that the font of texts can print, and the break of a line."""
    return frozenset(map(chr, get_font(FOLDER / "Lato-Regular.ttf").get_charmap())) | {"\n"}
