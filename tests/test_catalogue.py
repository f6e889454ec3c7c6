"""Catalogues of texts: both languages whole, the same values in both, clear errors."""

import re
from pathlib import Path

import pytest

from asan_analysis.catalogue import Text, load_catalogue
from asan_analysis.errors import DataError

SHIPPED = sorted((Path(__file__).parents[1] / "src").rglob("*.po"))
HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'


def write(folder: Path, text: str) -> Path:
    path = folder / "az.po"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def test_a_text_has_its_key_and_two_languages(tmp_path):
    path = write(tmp_path, 'msgctxt "page.yes"\nmsgid "yes"\nmsgstr "bəli"\n')
    assert load_catalogue(path) == [Text("page.yes", "yes", "bəli")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('msgid "yes"\nmsgstr ""\n', "'yes' has no translation"),
        ('#, fuzzy\nmsgid "yes"\nmsgstr "xeyr"\n', "row 5: 'yes' is marked as fuzzy"),
        ('msgid "yes"\nxeyr\n', "az.po: "),
    ],
    ids=["empty", "fuzzy", "broken"],
)
def test_a_catalogue_that_is_not_whole_is_refused(tmp_path, text, told):
    with pytest.raises(DataError, match=re.escape(told)):
        load_catalogue(write(tmp_path, text))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_both_languages_take_the_same_values(path):
    for text in load_catalogue(path):
        english, own = (set(re.findall(r"\{\w*\}", one)) for one in (text.en, text.az))
        if "{}" in english:  # without names: translated by position, none beyond the last
            assert text.az.format(*range(text.en.count("{}"))) and own, text.en
        else:
            assert english == own, text.key


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_a_key_stands_once_and_the_manat_sign_nowhere(path):
    texts = load_catalogue(path)
    named = [(text.key, "" if text.key else text.en) for text in texts]
    assert len(set(named)) == len(named) > 50
    assert not [text for text in texts if "₼" in text.en + text.az]
