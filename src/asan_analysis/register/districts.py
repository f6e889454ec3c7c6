"""Districts and cities of Azerbaijan: names that are never read as a misspelling of another.

They are those of the State Register of territorial units.
"""

from __future__ import annotations

from asan_analysis.data.names import fold

DISTRICTS = (
    "Abşeron", "Ağcabədi", "Ağdam", "Ağdaş", "Ağdərə", "Ağstafa", "Ağsu", "Astara", "Babək",
    "Balakən", "Bərdə", "Beyləqan", "Biləsuvar", "Cəbrayıl", "Cəlilabad", "Culfa", "Daşkəsən",
    "Füzuli", "Gədəbəy", "Goranboy", "Göyçay", "Göygöl", "Hacıqabul", "Xaçmaz", "Xızı", "Xocalı",
    "Xocavənd", "İmişli", "İsmayıllı", "Kəlbəcər", "Kəngərli", "Kürdəmir", "Qax", "Qazax",
    "Qəbələ", "Qobustan", "Quba", "Qubadlı", "Qusar", "Laçın", "Lerik", "Lənkəran", "Masallı",
    "Neftçala", "Oğuz", "Ordubad", "Saatlı", "Sabirabad", "Salyan", "Samux", "Sədərək", "Siyəzən",
    "Şabran", "Şahbuz", "Şamaxı", "Şəki", "Şəmkir", "Şərur", "Şuşa", "Tərtər", "Tovuz", "Ucar",
    "Yardımlı", "Yevlax", "Zaqatala", "Zəngilan", "Zərdab",
    "Bakı", "Gəncə", "Lənkəran", "Mingəçevir", "Naftalan", "Naxçıvan", "Sumqayıt", "Şirvan",
    "Xankəndi",
    "Binəqədi", "Xətai", "Xəzər", "Qaradağ", "Nərimanov", "Nəsimi", "Nizami", "Pirallahı",
    "Sabunçu", "Səbail", "Suraxanı", "Yasamal", "Kəpəz",
)  # fmt: skip
DISTRICT_WORDS = frozenset(fold(name) for name in DISTRICTS)
