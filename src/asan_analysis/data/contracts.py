"""The contracts of all tables: columns, types, allowed values, keys."""

from __future__ import annotations

import json

import pandera.pandas as pa

from asan_analysis.data.tables import Column, Contract

CATEGORY_ALL = "all"
CATEGORIES = ("central", "local", "legal_entity")
STATUSES = ("scored", "not_applicable", "not_answered")
AGGREGATIONS = ("arithmetic", "geometric", "harmonic")
NORMALISATIONS = (
    "none", "minmax", "goalposts", "zscore", "rank", "percentile_rank", "distance_to_max",
)  # fmt: skip


def _one_of(values: tuple[str, ...]) -> pa.Check:
    return pa.Check.isin(values, error=f"is not known; write one of {', '.join(values)}")


def _between(low: float, high: float) -> pa.Check:
    return pa.Check.in_range(
        low, high, error=f"is outside {low:g} to {high:g}; correct the figure or leave it empty"
    )


def _at_least(low: float) -> pa.Check:
    return pa.Check.ge(low, error=f"is below {low:g}; correct the figure")


CODE = r"^[A-Za-z0-9][A-Za-z0-9_.-]*$"
CODE_RULE = "is not a code; use ascii letters, digits, '_', '-' and '.'"
_CODE = pa.Check.str_matches(CODE, error=CODE_RULE)
_YEAR = pa.Check.in_range(
    1900, 2200, error="is not a year; write the closing year of the edition, as 2023"
)
_YES_NO = _one_of(("yes", "no"))
_METHOD = pa.Check.str_matches(
    rf"^(?:{'|'.join(AGGREGATIONS)}|power:-?[0-9.]+)$",
    error=f"is not known; write one of {', '.join(AGGREGATIONS)}, power:<p>",
)


def _is_json(text: str) -> bool:
    try:
        return isinstance(json.loads(text), list | dict)
    except (ValueError, RecursionError):
        return False


_JSON = pa.Check(
    _is_json,
    element_wise=True,
    error='is not a JSON list or table; write it as ["geometric"] or {"relative": 0.25}',
)

_YEAR_COLUMN = Column("integer", checks=(_YEAR,))
_ID = Column(checks=(_CODE,))
_NAME = Column()
_NOTE = Column(empty=True, optional=True)
_COUNT = Column("integer", empty=True, checks=(_at_least(0),))
_PERCENT = Column("number", empty=True, checks=(_between(0, 100),))
_RANK = Column("integer", empty=True, checks=(_at_least(1),))
_SOURCE = Column(
    checks=(pa.Check.str_matches(r"^https?://\S+$", error="is not an address; cite a public page"),)
)

EDITIONS = Contract(
    {
        "edition_year": _YEAR_COLUMN,
        "label_az": _NAME,
        "label_en": _NAME,
        "order": Column("integer", checks=(_at_least(1),)),
        "framework": _NAME,
        "rules": _NAME,
    },
    ("edition_year",),
)
FRAMEWORK = Contract(
    {
        "node_id": Column(),
        "parent_id": Column(empty=True),
        "weight": Column("number", empty=True, optional=True, default=1.0, checks=(_at_least(0),)),
        "aggregation": Column(empty=True, optional=True, checks=(_METHOD,)),
        "direction": Column(
            "integer",
            empty=True,
            optional=True,
            default=1,
            checks=(pa.Check.isin([1, -1], error="is not a direction; write 1 or -1"),),
        ),
        "normalisation": Column(empty=True, optional=True, checks=(_one_of(NORMALISATIONS),)),
        "lower": Column("number", empty=True, optional=True),
        "upper": Column("number", empty=True, optional=True),
        "log": Column(empty=True, optional=True, default="no", checks=(_YES_NO,)),
        "cap": Column(empty=True, optional=True, default="no", checks=(_YES_NO,)),
        "denominator": _NOTE,
    },
    ("node_id",),
)
ORGANISATIONS = Contract(
    {
        "edition_year": _YEAR_COLUMN,
        "organisation_id": _ID,
        "category": _ID,
        "name_az": _NAME,
        "name_en": _NAME,
        "aliases": Column(empty=True),
        "successors": Column(empty=True),
    },
    ("edition_year", "organisation_id"),
)
SERVICES = Contract(
    {
        "edition_year": _YEAR_COLUMN,
        "service_id": _ID,
        "organisation_id": _ID,
        "name_az": _NAME,
        "name_en": _NAME,
        "family_id": Column(empty=True),
    },
    ("edition_year", "service_id"),
)
_ANSWER = {
    "edition_year": _YEAR_COLUMN,
    "service_id": _ID,
    "item_id": Column(),
    "status": Column(checks=(_one_of(STATUSES),)),
    "value": Column("number", empty=True),
}
ASSESSMENTS = Contract(
    {**_ANSWER, "reason": _NOTE, "evidence": _NOTE, "objection": _NOTE, "decision": _NOTE},
    ("edition_year", "service_id", "item_id"),
)
EVALUATIONS = Contract(
    {**_ANSWER, "evaluator_id": Column()},
    ("edition_year", "service_id", "item_id", "evaluator_id"),
)
ANNOUNCED = Contract(
    {
        "edition_year": _YEAR_COLUMN,
        "level": Column(checks=(_one_of(("service", "organisation", "category")),)),
        "unit_id": _ID,
        "node_id": Column(),
        "scope": Column(),
        "score_percent": _PERCENT,
        "rank": _RANK,
        "decimals": Column("integer", checks=(_between(0, 15),)),
        "source": Column(),
    },
    ("edition_year", "level", "unit_id", "node_id", "scope"),
)
ASSUMPTIONS = Contract(
    {
        "assumption_id": _ID,
        "key": Column(empty=True),
        "value": Column(empty=True),
        "alternatives": Column(empty=True, checks=(_JSON,)),
        "active": Column(checks=(_YES_NO,)),
        "why": Column(),
        "unknown": Column(
            empty=True,
            checks=(pa.Check.str_matches(r"^U\d+$", error="is not a U-number; write it as U7"),),
        ),
    },
    ("assumption_id",),
)

_PUBLISHED_YEAR = Column("integer", empty=True, checks=(_YEAR,))
_EMPTY = Column(empty=True)
PUBLISHED = {
    "editions": Contract(
        {
            "edition_year": _YEAR_COLUMN,
            "label_az": _NAME,
            "label_en": _NAME,
            "order": Column("integer", checks=(_at_least(1),)),
            "source_url": _SOURCE,
        },
        ("edition_year",),
    ),
    "coverage": Contract(
        {
            "edition_year": _YEAR_COLUMN,
            "category": Column(checks=(_one_of((*CATEGORIES, CATEGORY_ALL)),)),
            "organisations": _COUNT,
            "services": _COUNT,
            "source_url": _SOURCE,
            "note": _EMPTY,
        },
    ),
    "results": Contract(
        {
            "edition_year": _PUBLISHED_YEAR,
            "printed_cycle": _NAME,
            "possible_editions": _EMPTY,
            "category": Column(checks=(_one_of(CATEGORIES),)),
            "organisation_id": _ID,
            "fact": Column(
                checks=(_one_of(("score", "place", "services", "mention", "participation")),)
            ),
            "rank": _RANK,
            "score_percent": _PERCENT,
            "services": _COUNT,
            "scope_printed": _EMPTY,
            "source_url": _SOURCE,
            "note": _EMPTY,
        },
    ),
    "organisations": Contract(
        {
            "organisation_id": _ID,
            "category": Column(checks=(_one_of((*CATEGORIES, "evaluator", "partner")),)),
            "name_az": _NAME,
            "name_en": _NAME,
            "name_ru": _EMPTY,
            "aliases": _EMPTY,
            "successors": _EMPTY,
            "valid_from": _EMPTY,
            "source_url": _SOURCE,
            "note": _EMPTY,
        },
        ("organisation_id",),
    ),
    "other_facts": Contract(
        {
            "edition_year": _PUBLISHED_YEAR,
            "printed_cycle": _NAME,
            "fact": _NAME,
            "value": _NAME,
            "unit": _NAME,
            "source_url": _SOURCE,
            "note": _EMPTY,
        },
    ),
    "assumptions": Contract({**ASSUMPTIONS.columns, "why_az": _NAME}, ASSUMPTIONS.key),
    "handbook_steps": Contract(
        {
            "step": Column("integer", checks=(_between(1, 10),)),
            "step_en": _NAME,
            "step_az": _NAME,
            "question_en": _NAME,
            "question_az": _NAME,
            "published_en": _NAME,
            "published_az": _NAME,
            "source_url": _SOURCE,
            "certainty": Column(checks=(_one_of(("act", "news", "nothing")),)),
            "unknown": Column(
                empty=True,
                checks=(
                    pa.Check.str_matches(
                        r"^U\d+(;U\d+)*$", error="is not a list of U-numbers; write it as U7;U8"
                    ),
                ),
            ),
            "check_en": _NAME,
            "check_az": _NAME,
            "checked_on": Column(
                checks=(_one_of(("none", "observed", "synthetic", "observed;synthetic")),)
            ),
            "disclosure": Column(
                checks=(_one_of(("disclosed", "partly_disclosed", "not_disclosed")),)
            ),
            "verdict_en": _NAME,
            "verdict_az": _NAME,
        },
        ("step",),
    ),
}
DICTIONARY = Contract(
    {
        "table": _NAME,
        "column": _NAME,
        "type": _NAME,
        "unit": _EMPTY,
        "allowed": _EMPTY,
        "meaning": _NAME,
        "source": _EMPTY,
        "scored_by": _EMPTY,
    },
    ("table", "column"),
)
