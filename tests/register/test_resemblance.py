"""The score of two names: hand-computed pairs, symmetry, and what is a misspelling."""

from math import log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asan_analysis.register.resemblance import compare_names, count_rarity
from asan_analysis.register.words import split_words

NAMES = ["Doğumun qeydə alınması", "Ölümün qeydə alınması", "Diplom haqqında arayış"]


def score(one, other, *others):
    words = [split_words(name) for name in (one, other, *others)]
    return compare_names(words[0], words[1], count_rarity(words))


def test_a_replaced_word_by_hand():
    """Of 3 names "qeyd" is in 2 and the others in 1; each of two words halves the share."""
    common, rare = 1 + log(4 / 3), 1 + log(4 / 2)
    like = score(*NAMES)
    assert like.score == pytest.approx(2 * common / (2 * common + 2 * rare) / 4)
    assert like.score == pytest.approx(0.107997, abs=1e-6)
    assert (like.same, like.only_one, like.only_other) == (("qeyd",), ("dogumun",), ("olumun",))


def test_a_misspelling_by_hand():
    """One swap in six letters: likeness 5/6 in a word of weight 1 + ln 2."""
    like = score("Diplom haqqında arayış", "Diplom haqqında arayşı", NAMES[0])
    common, rare = 1 + log(4 / 3), 1 + log(4 / 2)
    assert like.score == pytest.approx((common + rare * 5 / 6) / (common + rare))
    assert like.score == pytest.approx(0.905331, abs=1e-6)
    assert [(match.one, match.other) for match in like.near] == [("arayis", "araysi")]


def test_an_added_word_counts_by_how_many_names_do_without_it():
    """Of 4 names 2 have "diplom": the share is multiplied by 1 - (2/3)/2."""
    others = ["Diplomun tanınması", "Kitabxana"]
    like = score("Arayış", "Diplom haqqında arayış", *others)
    both, extra = 1 + log(5 / 3), 1 + log(5 / 3)
    assert like.score == pytest.approx(2 * both / (2 * both + extra) * (1 - (2 / 3) / 2))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nikahın qeydə alınması", "Nikhaın qeydə alınması"),
        ("Övladlığagötürmə", "Övladlığa götürmə"),
        ("Sosial müavinətin təyini", "Sosial müav. təyini"),
        ("Arayışın verilməsi barədə müraciət", "Arayışın verlməsi barədə müraciət"),
        ("Diplomun təsdiqi xidməti", "Diplomun təsdiqi xidmtəi"),
        ("Odlu silahın qeydiyyatı", "Odul silahın qeydiyyatı"),
    ],
)
def test_the_same_name_in_another_hand_stays_above_the_threshold(one, other):
    assert score(one, other, *NAMES).score > 0.8


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ağdam rayonu üzrə xəritə", "Ağdaş rayonu üzrə xəritə"),
        ("Təhsil barədə arayışın verilməsi", "Təhlil barədə arayışın verilməsi"),
        ("Borcun olması barədə arayış", "Borcun olmaması barədə arayış"),
        ("Lisenziyanın verilməsi", "Lisenziyanın ləğv edilməsi"),
        ("Qeyri-əhali abonentlərinin qeydiyyatı", "Əhali abonentlərinin qeydiyyatı"),
        ("Vəsiqənin verilməsi (16 yaşınadək)", "Vəsiqənin verilməsi (18 yaşınadək)"),
        ("Ağacların əkilməsi", "Ağacların siyahısı"),
        ("Suyun verilməsi", "Suyun verilməməsi"),
    ],
)
def test_another_service_stays_below_the_threshold(one, other):
    assert score(one, other, *NAMES).score < 0.6


def test_a_known_word_is_no_misspelling_of_another():
    """A word in many names is a word of its own beside another; in one name it is a slip."""
    things = ["evin", "yolun", "dağın", "gölün", "daşın", "quşun", "bağın", "atın"]
    slips = [f"{thing} kuruluşu" for thing in things]
    names = [f"{thing} kurulumu" for thing in things]
    assert score(names[0], slips[0], *names[1:]).score > 0.8
    assert score(names[0], slips[0], *names[1:], *slips[1:]).score < 0.6


WORDS = "doğumun ölümün qeydə alınması diplom diplmo barədə arayış arayşı 16 müav. ləğvi verilməsi"
NAMED = st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=6).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(NAMED, NAMED, st.lists(NAMED, max_size=5))
def test_the_score_is_symmetric_between_0_and_1_and_1_with_itself(one, other, others):
    words = [split_words(name) for name in (one, other, *others)]
    rarity = count_rarity(words)
    there, back = compare_names(words[0], words[1], rarity), compare_names(*words[1::-1], rarity)
    assert there.score == pytest.approx(back.score, abs=1e-12)
    assert (there.only_one, there.only_other) == (back.only_other, back.only_one)
    assert 0 <= there.score <= 1
    assert compare_names(words[0], words[0], rarity).score == 1
