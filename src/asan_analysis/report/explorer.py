"""The explorer: one page that stands alone, to sort, compare and weigh the bodies of an edition."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from markupsafe import Markup

from asan_analysis import __version__
from asan_analysis.data.published import Published
from asan_analysis.report.explorer_data import NEEDED, collect
from asan_analysis.report.identity import Identity
from asan_analysis.report.languages import LANGUAGES
from asan_analysis.report.parts import TEMPLATES, environment
from asan_analysis.report.status import is_public
from asan_analysis.report.texts import texts_below
from asan_analysis.report.words import Words, signs_of

EXPLORER_FILE = "explorer.html"
VIEWS = ("ranking", "body", "compare", "weights")
SCRIPTS = (  # parts of the script in their order: arithmetic, tools, views, start
    "scoring", "elements", "model", "state", "words", "find", "tables", "charts", "lines",
    "ranking", "profile", "compare", "weights", "rerank", "main",
)  # fmt: skip
_PARTS = TEMPLATES / "explorer"
_FIRST = "az"  # the language of a page whose address names none


def has_explorer(folder: Path, identity: Identity) -> bool:
    """Whether a report gets the page: final, with scores, and of a whole edition."""
    final = is_public(identity.data.about) and not identity.organisation_id
    return final and all((folder / "tables" / f"{name}.csv").is_file() for name in NEEDED)


def write_explorer(folder: Path, identity: Identity, facts: Published) -> None:
    """Write `explorer.html` beside the tables that its figures come from.

    The file holds style, scripts, texts in both languages and data (see
    `explorer_data.collect`); it loads nothing and opens from any folder. A draft, a register, the
    profile of one body and a report without scores get none.

    Parameters
    ----------
    folder : Path
        The report; its `tables/` are read.
    identity : Identity
        Dataset, edition and version.
    facts : Published
        Only asked for names of codes; nothing of it is shown.
    """
    if has_explorer(folder, identity):
        page = render_explorer(collect(folder, identity, facts), identity)
        (folder / EXPLORER_FILE).write_text(page, encoding="utf-8", newline="\n")


def render_explorer(model: dict[str, Any], identity: Identity) -> str:
    """The page of a model from `collect`, with the texts and signs of both languages."""
    words = Words(_FIRST)
    whole = model | {
        "texts": _texts(),
        "signs": [
            dict(zip(("group", "decimal"), signs_of(lang), strict=True)) for lang in LANGUAGES
        ],
    }
    script = _script()
    return environment().get_template("explorer/page.html.j2").render(
        words=words, title=_title(identity, words), version=__version__,
        kind=identity.data.kind, views=VIEWS,
        languages=[(lang, Words(lang).say("language_name")) for lang in (_FIRST, "en")],
        style=Markup((_PARTS / "style.css").read_text(encoding="utf-8")),
        script=Markup(script), allowed=Markup(_allow(script)), data=Markup(embed(whole)),
    )  # fmt: skip


def embed(value: Any) -> str:
    """JSON for a script element: no name in it can end the element or open another."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")


def _script() -> str:
    """The parts as one script, in their order: a page opened from a folder can import none."""
    parts = [(_PARTS / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS]
    return "\n".join(['"use strict";', *parts])


def _allow(script: str) -> str:
    """The entry of a script in the policy of the page, which runs no other."""
    digest = hashlib.sha256(script.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _title(identity: Identity, words: Words) -> str:
    """The dataset and its edition, unless its title names the edition already."""
    dataset, label = identity.data.title(words.lang), identity.label(words.lang)
    if label in dataset:
        return dataset
    return words.say("explorer.title", dataset=dataset, label=label)


def _texts() -> dict[str, tuple[str, str]]:
    """Texts of the page by key; those of kinds keep their prefix."""
    kinds = {f"kind.{key}": pair for key, pair in texts_below("kind.").items()}
    return kinds | texts_below("explorer.")
