"""What a name is compared by: stems, joining words, abbreviations."""

import pytest

from asan_analysis.register.words import are_forms, find_stem, split_words


@pytest.mark.parametrize(
    "forms",
    [
        "arayis arayisi arayisin arayisinin arayislar arayislarin",
        "sehadetname sehadetnamenin sehadetnamelerin",
        "verilme verilmesi verilmesinin",
        "vesiqe vesiqesi vesiqesinin vesiqenin",
        "vetendasliq vetendasligi vetendasliginin",
        "rayon rayonu rayonunun rayonunda",
        "qeydiyyat qeydiyyati qeydiyyata qeydiyyatdan qeyd qeyde",
        "iclas iclasda iclasdan iclaslarinda",
        "fikir fikrin",
    ],
)
def test_forms_of_a_word_have_one_stem(forms):
    assert len({find_stem(form) for form in forms.split()}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("olmasi", "olmamasi"), ("verilmesi", "verilmemesi"), ("borclu", "borcsuz"),
        ("teleb", "telebe"), ("dogum", "olum"), ("sexs", "sexsiyyet"), ("nizami", "nesimi"),
        ("derman", "derin"), ("ata", "at"), ("sigorta", "sigortaci"),
    ],
)  # fmt: skip
def test_other_words_keep_other_stems(one, other):
    assert find_stem(one) != find_stem(other)


def test_words_whose_stems_went_apart_are_still_forms_of_one():
    assert are_forms("plan", "planin")
    assert not are_forms("plan", "planet")
    assert not are_forms("olmasi", "olmamasi")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Doğumun qeydə alınması", "Doğumun dövlət qeydiyyatı"),
        ("Ailə üzvləri haqqında arayış", "Ailə üzvləri barədə arayışın verilməsi"),
        ("Adın, ata adının dəyişdirilməsi", "Ata adının, adın dəyişdirilmə xidməti"),
        ("Ş.v. verilməsi", "Şəxsiyyət vəsiqəsinin verilməsi"),
        ("DİN-in arayışı", "Daxili İşlər Nazirliyinin arayışı"),
        ("MMC-nin qeydiyyatı", "Məhdud məsuliyyətli cəmiyyətin qeydiyyatı"),
        ("Mətbu nəşrlərin uçotu", "Mətbu nəşrlərin uçotu üçün müraciətin və sənədlərin qəbulu"),
        ("“Fərqlənmə nişanı”nın verilməsi", "Fərqlənmə nişanının verilməsi"),
        ("DOĞUMUN QEYDƏ ALINMASI", "dogumun qeyde alinmasi"),
    ],
)
def test_names_of_one_service_have_one_key(one, other):
    assert split_words(one).key == split_words(other).key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Doğumun qeydə alınması", "Ölümün qeydə alınması"),
        ("Vəsiqənin verilməsi (16 yaşınadək)", "Vəsiqənin verilməsi (18 yaşınadək)"),
        ("Din xadiminin arayışı", "Daxili İşlər Nazirliyinin xadiminin arayışı"),
        ("Borcun olması barədə arayış", "Borcun olmaması barədə arayış"),
        ("Əlillik sahəsində xidmətlər", "Məşğulluq sahəsində xidmətlər"),
    ],
)
def test_names_of_two_services_have_two_keys(one, other):
    assert split_words(one).key != split_words(other).key


def test_a_word_with_a_point_is_cut_short():
    words = split_words("Müav. təyin edilməsi").own
    assert (words[0].text, words[0].cut) == ("muav", True)


def test_a_name_of_joining_words_alone_keeps_them():
    assert split_words("Xidmətlər").key == "xidmet"
    assert split_words("").key == ""


def test_runs_are_left_out_unless_nothing_would_be_left():
    place = [("nizami", "rayon"), ("nizami",)]
    assert split_words("Nizami rayonunda növbə", place).key == split_words("Növbə").key
    assert split_words("Nizami", place).key == "nizami"
