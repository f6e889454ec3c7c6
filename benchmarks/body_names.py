"""How many misspelt names of bodies find their body, and how many find a wrong one.

    python benchmarks/body_names.py [--seeds 17 18 19] [--texts 1000]

Real names, no scores: the bodies of data/published, those named beside real services, and 60
executive authorities of districts. In each seed a quarter of the bodies is unknown: texts that
name them must find nobody. Limits and rules were chosen on seeds 1 to 16.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from asan_analysis.data.names import fold
from asan_analysis.register.bodies import match_bodies
from asan_analysis.register.districts import DISTRICTS

ROOT = Path(__file__).resolve().parents[1]
ALPHABET = "abcçdeəfgğhxıijkqlmnoöprsştuüvyz"
OTHERS = (
    ("surface_transport_agency", "Azərbaycan Yerüstü Nəqliyyat Agentliyi"),
    ("nakhchivan_migration_service", "Naxçıvan Muxtar Respublikası Dövlət Miqrasiya Xidməti"),
    ("foreign_affairs_ministry", "Xarici İşlər Nazirliyi"),
    ("science_education_ministry", "Elm və Təhsil Nazirliyi"),
    ("health_ministry", "Səhiyyə Nazirliyi"),
    ("urban_planning_committee", "Dövlət Şəhərsalma və Arxitektura Komitəsi"),
    ("refugees_committee", "Qaçqınların və Məcburi Köçkünlərin İşləri üzrə Dövlət Komitəsi"),
    ("labour_inspectorate", "Əmək və Əhalinin Sosial Müdafiəsi Nazirliyi yanında "
                            "Dövlət Əmək Müfəttişliyi Xidməti"),
)  # fmt: skip
SHORT = {
    "Rayon İcra Hakimiyyəti": ("RİH", "r. İH", "rayonu İcra Hakimiyyəti", "Ray. İcra Hak."),
    "Nazirliyi": ("Naz.", "nazirlik", "Nazirliyinin"),
    "Açıq Səhmdar Cəmiyyəti": ("ASC", "asc"),
    "İstehsalat Birliyi": ("İB",),
    "Dövlət Komitəsi": ("Komitəsi", "Dövlət Kom."),
    "Dövlət Xidməti": ("Xidməti", "Dövlət Xid."),
    " və ": (" ve ", " Və "),
}
FORMS = ("Rayon İcra Hakimiyyəti", "Nazirliyi", "Açıq Səhmdar Cəmiyyəti", "İstehsalat Birliyi")
PLAIN = str.maketrans("əöüğşçıƏÖÜĞŞÇİ", "eougsciEOUGSCI")
Change = Callable[[str, np.random.Generator], str]


def all_bodies() -> pd.DataFrame:
    """The bodies with their Azerbaijani names; those of the index with aliases too."""
    known = pd.read_csv(ROOT / "data" / "published" / "organisations.csv", dtype=str)
    known = known[["organisation_id", "name_az", "name_en", "aliases", "successors"]]
    have = set(known["name_az"].map(fold))
    names = [*OTHERS]
    for district in dict.fromkeys(DISTRICTS):
        if len(names) < 60 + len(OTHERS):
            names.append((f"{fold(district)}_executive", f"{district} Rayon İcra Hakimiyyəti"))
    rest = [one for one in names if fold(one[1]) not in have]
    more = pd.DataFrame(rest, columns=["organisation_id", "name_az"])
    return pd.concat([known, more], ignore_index=True)


def add_typo(name: str, rng: np.random.Generator) -> str:
    """One letter less, more, other, or two swapped, in a word of at least four letters."""
    words = name.split(" ")
    long = [number for number, word in enumerate(words) if len(word) >= 4]
    if not long:
        return name
    at = int(rng.choice(long))
    word, letter = words[at], ALPHABET[rng.integers(len(ALPHABET))]
    place = int(rng.integers(1, len(word) - 1))
    words[at] = (
        word[:place] + word[place + 1 :],
        word[:place] + letter + word[place:],
        word[:place] + letter + word[place + 1 :],
        word[:place] + word[place + 1] + word[place] + word[place + 2 :],
    )[rng.integers(4)]
    return " ".join(words)


def wrong_case(name: str, rng: np.random.Generator) -> str:
    """Case changed by a program that does not know Azerbaijani."""
    return (name.lower(), name.upper(), name.title(), name.swapcase())[rng.integers(4)]


def plain_letters(name: str, _: np.random.Generator) -> str:
    """Letters that only Azerbaijani has, typed on a keyboard without them."""
    return name.translate(PLAIN)


def drop_quotes(name: str, rng: np.random.Generator) -> str:
    """Other quotes or none."""
    quote = ('"', "", "'")[rng.integers(3)]
    return name.replace("“", quote).replace("”", quote)


def shorten(name: str, rng: np.random.Generator) -> str:
    """Forms abbreviated or inflected."""
    for long, short in SHORT.items():
        if long in name:
            name = name.replace(long, str(rng.choice(short)))
    return name


def mix_words(name: str, rng: np.random.Generator) -> str:
    """The words in another order."""
    if " yanında " in name:
        return name
    return " ".join(rng.permutation(name.split(" ")))


def drop_form(name: str, _: np.random.Generator) -> str:
    """The name without its form."""
    for form in FORMS:
        name = name.replace(form, "").strip()
    return name


def add_country(name: str, _: np.random.Generator) -> str:
    """The country before the name."""
    return f"Azərbaycan Respublikasının {name}"


def abbreviate(name: str, rng: np.random.Generator) -> str:
    """First letters of the words of a long name."""
    if "İcra" in name:
        return name  # of a district they would say one letter
    words = [word for word in name.replace("“", "").split() if word != "və" or rng.random() < 0.3]
    return "".join(word[0] for word in words).upper() if len(words) >= 4 else name


KEEPING: tuple[Change, ...] = (
    add_typo, add_typo, wrong_case, plain_letters, drop_quotes, shorten, mix_words, add_country,
)  # fmt: skip
CHANGES: tuple[Change, ...] = (*KEEPING, drop_form)


def plant_texts(seed: int, texts: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The known bodies, and texts with the body meant (missing: nobody among the known)."""
    rng = np.random.default_rng(seed)
    bodies = all_bodies()
    unknown = rng.random(len(bodies)) < 0.25
    owners = {fold(str(name)): body for body, name in
              zip(bodies["organisation_id"], bodies["name_az"], strict=True)}  # fmt: skip
    cores = {fold(drop_form(str(name), rng)) for name in bodies["name_az"]}
    rows = []
    while len(rows) < texts:
        at = int(rng.integers(len(bodies)))
        body, name = bodies["organisation_id"].iloc[at], str(bodies["name_az"].iloc[at])
        if rng.random() < 0.05:
            text = abbreviate(name, rng)
        else:
            text = name
            changes = KEEPING if unknown[at] else CHANGES
            for number in rng.choice(len(changes), size=int(rng.integers(1, 4)), replace=False):
                text = changes[number](text, rng)
        other = owners.get(fold(text), body)
        word = fold(drop_form(shorten(text, rng), rng))
        if other != body or (word in cores and word != fold(drop_form(name, rng))):
            continue  # the misspelling is the name of another body
        rows.append((text, None if unknown[at] else body))
    planted = pd.DataFrame(rows, columns=["text", "meant"]).drop_duplicates("text")
    return bodies[~unknown].reset_index(drop=True), planted.reset_index(drop=True)


def judge(seed: int, texts: int) -> pd.DataFrame:
    """Each text with the body meant, the answer and a verdict: right, uncertain or wrong."""
    bodies, planted = plant_texts(seed, texts)
    found = match_bodies(planted["text"], bodies).assign(meant=planted["meant"], seed=seed)
    given = found["organisation_id"].notna()
    right = (found["organisation_id"] == found["meant"]) | (found["meant"].isna() & ~given)
    verdict = right.map({True: "right", False: "wrong"}).mask(~right & ~given, "uncertain")
    return found.assign(verdict=verdict, known=found["meant"].notna())


def main() -> None:
    """Print shares of verdicts by seed, of known and of unknown bodies, and what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(17, 27)))
    parser.add_argument("--texts", type=int, default=1000)
    options = parser.parse_args()
    judged = pd.concat([judge(seed, options.texts) for seed in options.seeds])
    counts = judged.groupby(["known", "seed"])["verdict"].value_counts().unstack(fill_value=0)
    print(counts.to_string())
    print(judged.groupby("known")["verdict"].value_counts(normalize=True).round(4).to_string())
    print(judged.loc[judged["verdict"] == "wrong", ["text", "meant", "organisation_id", "how"]]
          .to_string())  # fmt: skip


if __name__ == "__main__":
    main()
