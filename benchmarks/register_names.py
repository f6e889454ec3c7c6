"""Names of services from deeds and things, and the same names in another hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

RAW = Path(__file__).resolve().parents[1] / "data" / "asan_sample" / "raw"

# Things of real services: as they stand alone and in the genitive.
THINGS = """
doğum/doğumun ölüm/ölümün nikah/nikahın atalıq/atalığın soyad/soyadın
daşınmaz_əmlak/daşınmaz_əmlakın dərman_vasitəsi/dərman_vasitəsinin
dərman_maddəsi/dərman_maddəsinin tibb_vasitəsi/tibb_vasitəsinin qida_əlavəsi/qida_əlavəsinin
nəqliyyat_vasitəsi/nəqliyyat_vasitəsinin su_sayğacı/su_sayğacının qaz_sayğacı/qaz_sayğacının
elektrik_sayğacı/elektrik_sayğacının smart_kart/smart_kartın abonent_kodu/abonent_kodunun
bələdiyyə_torpağı/bələdiyyə_torpağının mənzil/mənzilin əmək_müqaviləsi/əmək_müqaviləsinin
kirayə_müqaviləsi/kirayə_müqaviləsinin diplom/diplomun əmək_pensiyası/əmək_pensiyasının
sosial_müavinət/sosial_müavinətin tələbə_krediti/tələbə_kreditinin
qaçqın_statusu/qaçqın_statusunun məcburi_köçkün/məcburi_köçkünün mətbu_nəşr/mətbu_nəşrin
sürücülük_vəsiqəsi/sürücülük_vəsiqəsinin şəxsiyyət_vəsiqəsi/şəxsiyyət_vəsiqəsinin
ümumvətəndaş_pasportu/ümumvətəndaş_pasportunun iş_icazəsi/iş_icazəsinin yaşayış_evi/yaşayış_evinin
hüquqi_şəxs/hüquqi_şəxsin fiziki_şəxs/fiziki_şəxsin kommersiya_qurumu/kommersiya_qurumunun
publik_hüquqi_şəxs/publik_hüquqi_şəxsin vergi_ödəyicisi/vergi_ödəyicisinin
vərəsəlik_hüququ/vərəsəlik_hüququnun fərqlənmə_nişanı/fərqlənmə_nişanının
torpaq_kadastrı/torpaq_kadastrının məhdud_məsuliyyətli_cəmiyyət/məhdud_məsuliyyətli_cəmiyyətin
taksi_avtomobili/taksi_avtomobilinin elektrik_şəbəkəsi/elektrik_şəbəkəsinin
kanalizasiya_sistemi/kanalizasiya_sisteminin
"""

# Deeds of real services that the sample's list does not have in other words.
DEEDS = """
{gen} məhdudlaşdırılmasına dair arayışın verilməsi;
{nom} üzrə borcun olmaması barədə arayışın verilməsi;
{gen} yerinin dəyişdirilməsi;
{gen} quraşdırılması;
{gen} yenisi ilə əvəz edilməsi;
{nom} üçün texniki şərtlərin verilməsi;
{gen} dövlət qeydiyyatı haqqında şəhadətnamənin verilməsi;
{gen} addan-ada keçirilməsi;
{nom} üzrə fərdi uçotun aparılması;
{gen} mövcudluğu barədə rəyin verilməsi;
{nom} haqqında məhkumluq arayışının alınması;
{gen} layihələndirilməsi üçün müraciətin və sənədlərin qəbulu;
{gen} siyahısının təqdim olunması;
{nom} üzrə aylıq təqaüdün təyin edilməsi
"""

KINDS = ("typo", "letters", "order", "inflection", "abbreviation", "two_at_once")
_NEAR = dict(  # neighbours on the keyboard, and letters without their marks
    zip("asdfionmlkrteəıüvb", "safdoimnkltrreiubv", strict=True)
)
_PLAIN = str.maketrans("əıöüşçğƏİÖÜŞÇĞ", "eiouscgEIOUSCG")
_SHORT = [
    ("Şəxsiyyət vəsiqəsi", "Ş.v."), ("şəxsiyyət vəsiqəsi", "ş.v."), ("barədə", "bar."),
    ("haqqında", "haqq."), ("Nəqliyyat vasitəsi", "N/V"), ("nəqliyyat vasitəsi", "n/v"),
    ("Məhdud məsuliyyətli cəmiyyət", "MMC"), ("məhdud məsuliyyətli cəmiyyət", "MMC"),
    ("Publik hüquqi şəxs", "PHŞ"),
]  # fmt: skip
_FORMS = [
    ("alınması", "alınma"), ("verilməsi", "verilmə"), ("dəyişdirilməsi", "dəyişdirilmə"),
    ("keçirilməsi", "keçirilmə"), ("barədə", "haqqında"), ("haqqında", "barədə"),
    ("məlumatın", "məlumatların"), ("arayışın", "arayışların"), ("sənədin", "sənədlərin"),
    ("çıxarışın", "çıxarışların"), ("icazənin", "icazələrin"), ("şərtlərin", "şərtin"),
    ("lisenziyanın", "lisenziyaların"), ("qeydə alınması", "qeydi"),
    ("sertifikatının", "sertifikatlarının"),
    ("qeydiyyata alınması", "qeydiyyatı"), ("təsdiqi", "təsdiq edilməsi"),
    ("bərpası", "bərpa edilməsi"),
    ("qəbulu", "qəbul edilməsi"), ("ödənilməsi", "ödənilmə"),
]  # fmt: skip


class Thing:
    """A thing with its forms."""

    def __init__(self, nom: str, gen: str) -> None:
        self.nom, self.gen = nom.replace("_", " "), gen.replace("_", " ")

    def pluralise(self) -> Thing:
        """The thing in the plural, by vowel harmony."""
        last = next(sign for sign in reversed(self.nom) if sign in "aıoueəiöü")
        front = last in "eəiöü"
        plural, vowel = ("lər", "i") if front else ("lar", "ı")
        bare = self.nom
        owned = " " in bare and bare[-1] in "ıiuü" and not bare.endswith(("məcburi",))
        if owned:
            bare = bare[:-2] if bare[-2] == "s" and bare[-3] in "aıoueəiöü" else bare[:-1]
            bare = bare[:-1] + {"y": "k", "ğ": "q"}.get(bare[-1], bare[-1])
        nom = bare + plural + (vowel if owned else "")
        return Thing(nom, nom + ("nın" if owned and not front else "nin" if owned else vowel + "n"))


def capital(text: str) -> str:
    """The first letter as a capital, in Azerbaijani spelling."""
    return {"i": "İ", "ı": "I"}.get(text[0], text[0].upper()) + text[1:]


def list_things() -> list[Thing]:
    """Things of real names and of the sample."""
    real = [Thing(*pair.split("/")) for pair in THINGS.split()]
    objects = pd.read_csv(RAW / "objects.csv")
    pairs = zip(objects["object_az"], objects["object_gen_az"], strict=True)
    return real + [Thing(nom, gen) for nom, gen in pairs]


def list_deeds() -> list[str]:
    """Deeds of the sample and of real names, with the places of the thing."""
    actions = pd.read_csv(RAW / "actions.csv")
    return actions.loc[actions["scope"] == "body", "name_az"].tolist() + [
        " ".join(deed.split()) for deed in DEEDS.split(";")
    ]


def say(deed: str, thing: Thing) -> str:
    """The name of a service."""
    return capital(deed.format(nom=thing.nom, gen=thing.gen))


# Duplicates


def vary(kind: str, deed: str, thing: Thing, rng: np.random.Generator) -> str:
    """The name of the same service in another hand."""
    name = say(deed, thing)
    if kind == "typo":
        return misspell(name, rng)
    if kind == "letters":
        return spell_plain(name)
    if kind == "order":
        return reorder(deed, thing, rng)
    if kind == "inflection":
        return inflect(deed, thing, rng)
    if kind == "abbreviation":
        return shorten(name, rng)
    first = inflect(deed, thing, rng)
    return misspell(first, rng) if rng.random() < 0.7 else shorten(first, rng)


def spell_plain(name: str) -> str:
    """The name on a keyboard without Azerbaijani letters."""
    return name.translate(_PLAIN)


def misspell(name: str, rng: np.random.Generator) -> str:
    """One slip of the pen in a word of four letters or more, in one of ten names two."""
    words = name.split(" ")
    long = [place for place, word in enumerate(words) if len(word) > 3 and word.isalpha()]
    times = 2 if rng.random() < 0.1 and len(long) > 1 else 1
    for place in rng.permutation(long)[:times]:
        words[place] = _slip(words[place], rng)
    return " ".join(words)


def _slip(word: str, rng: np.random.Generator) -> str:
    start = 0 if rng.random() < 0.03 else 1
    at = int(rng.integers(start, len(word) - 1))
    deed = rng.choice(["drop", "swap", "double", "near"])
    if deed == "swap" and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if deed == "double":
        return word[:at] + word[at] + word[at:]
    if deed == "near" and word[at] in _NEAR:
        return word[:at] + _NEAR[word[at]] + word[at + 1 :]
    return word[:at] + word[at + 1 :]


def reorder(deed: str, thing: Thing, rng: np.random.Generator) -> str:
    """The thing after the deed: in brackets, after a colon or a dash."""
    before, _, after = deed.replace("{gen}", "{nom}").partition("{nom}")
    join = before.strip() + " " if before.strip() else ""
    link, rest = "", after.strip()
    for word in ("üzrə", "üçün", "barədə", "haqqında", "üzərində"):
        if rest.startswith(word + " "):
            link, rest = " " + word, rest.removeprefix(word + " ")
    form = str(rng.choice(["{1} ({0}{2})", "{1}: {0}", "{1} – {0}{2}"]))
    return capital(join + form.format(thing.nom, rest, link))


def inflect(deed: str, thing: Thing, rng: np.random.Generator) -> str:
    """Another number of the thing, other endings, another joining word, "xidməti" at the end."""
    forms = [(old, new) for old, new in _FORMS if old in deed]
    way = int(rng.integers(3))
    if way == 0 or (way == 1 and not forms):
        return say(deed, thing.pluralise())
    if way == 1:
        old, new = forms[int(rng.integers(len(forms)))]
        return say(deed.replace(old, new), thing)
    return say(deed, thing) + " xidməti"


def shorten(name: str, rng: np.random.Generator) -> str:
    """A known abbreviation, or a long word cut to its first letters and a point."""
    short = [(long, cut) for long, cut in _SHORT if long in name]
    if short and rng.random() < 0.6:
        long, cut = short[int(rng.integers(len(short)))]
        start = name.index(long)
        end = start + len(long)
        while end < len(name) and name[end].isalpha():  # endings go with the word
            end += 1
        return name[:start] + cut + name[end:]
    words = name.split(" ")
    long_words = [place for place, word in enumerate(words) if len(word) > 6 and word.isalpha()]
    place = int(rng.choice(long_words)) if long_words else len(words) - 1
    words[place] = words[place][: int(rng.integers(3, 6))] + "."
    return " ".join(words)
