"""Every page of a report in a browser: errors, links, axe-core, phones, the dark scheme.

With `-s` the run ends with a table of what axe-core found.
"""

from pathlib import Path

import pytest
from browsing import examine, excess_width, list_dead, shorten, unfold
from shared_reports import PLACES, YEAR, share_reports

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 800}


@pytest.fixture(scope="module")
def reports(browser, tmp_path_factory) -> Path:
    """The folder of the reports; built only where there is a browser."""
    return share_reports(tmp_path_factory)[0] / YEAR


@pytest.fixture(scope="module")
def pages(reports) -> dict[str, Path]:
    """Every page by its place."""
    found = {path.relative_to(reports).as_posix(): path for path in reports.glob("**/*.html")}
    assert len(found) > 20
    return dict(sorted(found.items()))


@pytest.fixture(scope="module")
def looks(pages) -> dict[str, Path]:
    """All pages of the sample and the profile; of the other dataset those that differ in colour."""
    egov = f"{PLACES['egov'].name}/"
    differ = (f"{egov}index.html", f"{egov}review.html")
    return {
        name: path for name, path in pages.items() if name in differ or not name.startswith(egov)
    }


def test_every_page_opens_and_every_link_leads_somewhere(page, pages, troubles):
    dead = {}
    for name, path in pages.items():
        page.goto(path.as_uri())
        dead[name] = [*list_dead(page), *troubles]
        troubles.clear()
    assert {name: found for name, found in dead.items() if found} == {}


@pytest.mark.parametrize(
    ("scheme", "size"), [("light", DESK), ("dark", PHONE)], ids=["light", "dark"]
)
def test_axe_finds_nothing(new_context, looks, record_property, scheme, size):
    """Light on a desk and dark on a phone; whatever can be unfolded is."""
    page = new_context(color_scheme=scheme, viewport=size).new_page()
    broken = {}
    for name, path in looks.items():
        page.goto(path.as_uri())
        unfold(page)
        shorten(page)
        broken[name], kept = examine(page)
        record_property("axe", [name, scheme, len(broken[name]), kept])
    assert {name: found[:3] for name, found in broken.items() if found} == {}


def test_no_page_must_be_moved_sideways_on_a_phone(new_context, looks):
    page = new_context(viewport=PHONE).new_page()
    wide = {}
    for name, path in looks.items():
        page.goto(path.as_uri())
        unfold(page)
        wide[name] = excess_width(page)
    assert {name: excess for name, excess in wide.items() if excess} == {}


LOOK = """() => {
    const ground = element => getComputedStyle(element).backgroundColor
    const figures = [...document.querySelectorAll("main img")]
    return [ground(document.body), [...new Set(figures.map(ground))]]
}"""


@pytest.mark.parametrize("name", ["index.az.html", "review.html", "notebooks/03_trends.html"])
def test_charts_stand_on_white_where_the_page_is_dark(new_context, reports, name):
    page = new_context(color_scheme="dark").new_page()
    page.goto((reports / PLACES["sample"].name / name).as_uri())
    ground, figures = page.evaluate(LOOK)
    assert ground == "rgb(17, 22, 28)"
    assert figures == ["rgb(255, 255, 255)"]
