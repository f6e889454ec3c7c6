"""What is known of the words of service names: data, each group with its reason.

Everything is written as `data.names.fold` leaves it (lower case, plain letters).
"""

from __future__ import annotations


def _list_words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Written short in names of services and bodies: the words they stand for. Others are read as the
# start of a word where they end in a point ("müav." beside "müavinət"; "tək." may be more words).
ABBREVIATIONS = {
    "s v": "sexsiyyet vesiqesi",
    "n v": "neqliyyat vasitesi",
    "a r": "azerbaycan respublikasi",
    "voen": "vergi odeyicisinin eynilesdirme nomresi",
    "mmc": "mehdud mesuliyyetli cemiyyet",
    "asc": "aciq sehmdar cemiyyeti",
    "qsc": "qapali sehmdar cemiyyeti",
    "phs": "publik huquqi sexs",
    "ib": "istehsalat birliyi",
    "rih": "rayon icra hakimiyyeti",
    "ih": "icra hakimiyyeti",
    "xin": "xarici isler nazirliyi",
    "dmx": "dovlet miqrasiya xidmeti",
    "dvx": "dovlet vergi xidmeti",
    "dsmf": "dovlet sosial mudafie fondu",
    "tsek": "tibbi sosial ekspert komissiyasi",
    "vva": "vetendasliq veziyyeti aktlari",
}

# Those that are words too in small letters (din: religion): read in capitals alone.
CAPITALS = {
    "DİN": "daxili isler nazirliyi",
    "AR": "azerbaycan respublikasi",
    "MR": "muxtar respublika",
}

# Words that only join others: they tell no service from another.
JOINING = _list_words(
    """
    ve ile ucun uzre haqqinda haqda barede baresinde dair aid ya yaxud terefinden bagli elaqedar
    gore olan qaydada sahesinde uzerinde esasinda hemcinin nin nun in un da de
    """
)

# Verbs and nouns that every service may carry: the deed is in the noun before them. To give and
# to take a paper are two views of one service.
LIGHT = _list_words(
    """
    edilmesi edilme olunmasi olunma verilmesi verilme verilir alinmasi alinma alma aparilmasi
    kecirilmesi gosterilmesi gosterilen heyata teqdim olmasi xidmeti xidmetler elde
    resmilesdirilmesi
    """
)

# Every service of the register is the state's, and most can be asked for electronically.
COMMON = _list_words("dovlet elektron onlayn")

# The application and documents that every service begins with, in full or cut short.
OPENING = r"\bmur\w* ve se\w* qeb\w*"

# Whole endings that say how a service begins, not what it is.
ENDINGS = [
    "ucun muracietin qebulu", "ucun senedlerin qebulu",
    "bagli muracietin qebulu", "bagli muracietin edilmesi", "ucun muraciet", "ucun erize",
    "ucun erizenin qebulu",
]  # fmt: skip

# Words of one meaning, and stems that lose a vowel before endings: the first is read as the second.
SAME = {
    "qeydiyyat": "qeyd", "qeyde": "qeyd",
    "fikr": "fikir", "sekl": "sekil", "nesl": "nesil", "ogl": "ogul",
}  # fmt: skip

# Words that turn a service into another one, as negation does: not, annulment, refusal.
NEGATING = _list_words("qeyr olmayan legv imtin deyil")

# Stems that look like a stem with a suffix and are another word (student is not demand + dative).
WHOLE = _list_words("telebe sigorta ixtira azerbaycan ata ana")

# Nouns whose last letter is no ending ("arayışı" is not "arayı", "rayonu" not "rayo").
NOUNS = _list_words(
    """
    arayis cixaris odenis baxis giris satis alis bildiris gorus cixis rayon unvan plan zaman
    telefon region salon heyvan insan veten orqan meydan nisan derman imtahan idman
    """
)

# The words of two letters that endings are taken from; others keep three letters.
ROOTS = _list_words("ad al an at ay el er et ev il ip is od ol ot ox su un")

# Words of the register of services that are one letter from another such word: never misspellings
# of each other.
REAL = _list_words(
    """
    tehsil tehlil telim teqdim tarif terif tarix satis alis baxis giris cixis sened senet senaye
    icare icaze idare icra maddi muddet meden mexanik texnik torpaq borc kart kurs uzun nesr nesl
    qebul qebir usaq ucaq dogum olum edilme ekilme sigorta siyah siyasi suret vergi sergi qaz qiz
    daim daxil xaric yerli yeni elil emek emlak ehali menzil mensub kend kendli heyet heyat huquq
    hudud sexs sinif seher sehra tibb tip limit liman kredit kadr kadastr nizam nikah pul post
    poct pensi pedaqoq bina birja bitki heyvan meyve mese deniz demir derman derin gomruk gorus
    """
)

# Words by which the name of a body shows that it is of a place.
PLACE_MARKS = _list_words("rayon seher qesebe kend belediyye")

# Words by which a name is that of a body and not of the thing it looks after.
BODY_KINDS = _list_words(
    """
    nazirlik komit agentlik xidmet hakimiyyet cemiyyet birlik sirket belediyye idar fond merkez
    """
)
