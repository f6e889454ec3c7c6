"""The fonts that are shipped hold every letter, and no other fonts are used."""

from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import pytest
from fontTools.ttLib import TTFont
from matplotlib.font_manager import FontProperties, fontManager

from asan_analysis.report import charts, fonts
from asan_analysis.report.texts import CATEGORY_NAMES, COLUMNS, TEXTS

SHIPPED = sorted(fonts.FOLDER.glob("*.ttf"))
LETTERS = "abcçdeəfgğhxıijkqlmnoöprsştuüvwyzABCÇDEƏFGĞHXIİJKQLMNOÖPRSŞTUÜVWYZ0123456789"


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_font_holds_every_azerbaijani_letter_and_is_free(path):
    font = TTFont(path)
    assert not [sign for sign in LETTERS + ".,:;()–“”%+-" if ord(sign) not in font.getBestCmap()]
    assert "SIL Open Font License" in font["name"].getDebugName(13)
    assert font["name"].getDebugName(1) in {"Lato", "Noto Serif Display"}


def test_the_fonts_of_a_paper_hold_every_sign_of_the_texts():
    known = set(TTFont(fonts.FOLDER / "Lato-Regular.ttf").getBestCmap())
    pairs = [*TEXTS.values(), *COLUMNS.values(), *CATEGORY_NAMES.values()]
    signs = {sign for pair in pairs for text in pair for sign in text} - {"\n"}
    assert not [sign for sign in signs if ord(sign) not in known]


def test_a_chart_finds_the_shipped_fonts_and_those_of_matplotlib_alone():
    with plt.style.context(charts.STYLE):
        assert Path(FontProperties().get_file() or fontManager.findfont(FontProperties())) == (
            fonts.FOLDER / "Lato-Regular.ttf"
        )
    own = Path(matplotlib.get_data_path()), fonts.FOLDER
    assert all(any(Path(font.fname).is_relative_to(one) for one in own)
               for font in fontManager.ttflist)  # fmt: skip
