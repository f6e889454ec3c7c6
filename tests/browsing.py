"""A browser that is watched: which one to drive, what its pages may ask for, what axe-core says."""

import os
from functools import cache
from pathlib import Path
from typing import NoReturn
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Playwright

DEBIAN = "/usr/bin/chromium"
NONE = "no Chromium; apt-get install chromium, or name one in CHROMIUM"
INNER = ("file", "data", "blob", "about")


def find_chromium(playwright: Playwright) -> Path | None:
    """The browser that CHROMIUM names, Debian's, or the one Playwright keeps; None without any."""
    named = os.environ.get("CHROMIUM")
    places = [named] if named else [DEBIAN, playwright.chromium.executable_path]
    return next((Path(place) for place in places if Path(place).is_file()), None)


def leave_out() -> NoReturn:
    """Skip for want of a browser; with REQUIRE_BROWSER=1 fail."""
    required = os.environ.get("REQUIRE_BROWSER") == "1"
    (pytest.fail if required else pytest.skip)(NONE)


def watch(context: BrowserContext, troubles: list[str], server: str = "") -> BrowserContext:
    """Note errors of console and page, and every request that leaves the page's own folder."""

    def judge(url: str) -> None:
        if not is_inside(url, server):
            troubles.append(f"request: {url}")

    def hear(message) -> None:
        if message.type == "error":
            troubles.append(f"console: {message.text}")

    context.on("console", hear)
    context.on("weberror", lambda error: troubles.append(f"page: {error.error}"))
    context.on("request", lambda request: judge(request.url))
    context.on("page", lambda page: page.on("websocket", lambda socket: judge(socket.url)))
    return context


def is_inside(url: str, server: str = "") -> bool:
    """Whether an address is a file, part of a page, or on the server given."""
    parts = urlsplit(url)
    return parts.scheme in INNER or (bool(server) and parts.netloc == server)


def examine(page: Page) -> tuple[list[str], int]:
    """Rules of axe-core that a page breaks, a line for each element, and how many it keeps."""
    told = Axe().run(page).response
    broken = [
        f"{rule['id']}: {node['target']} {node['html'][:120]}"
        for rule in told["violations"]
        for node in rule["nodes"]
    ]
    return broken, len(told["passes"])


def unfold(page: Page) -> None:
    """Open every part that a reader can open: what is folded is not examined."""
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")


def shorten(page: Page) -> None:
    """Keep three rows of each table and one word of code in each colour.

    The others look alike; axe-core takes its time with each.
    """
    page.evaluate("""() => {
        document.querySelectorAll("tbody tr:nth-child(n+4)").forEach(row => row.remove())
        const seen = new Set()
        for (const word of document.querySelectorAll(".highlight span")) {
            if (seen.has(word.className)) word.replaceWith(word.textContent)
            seen.add(word.className)
        }
    }""")


def list_dead(page: Page) -> list[str]:
    """Links of a page that lead to no file or no place in it, and pictures that show nothing.

    Public addresses are cited and not opened.
    """
    targets = page.evaluate("[...document.links].map(link => link.href)")
    empty = page.evaluate(
        "[...document.images].filter(one => !one.naturalWidth).map(one => one.src.slice(0, 300))"
    )
    return [url for url in dict.fromkeys(targets) if not leads_somewhere(url)] + empty


def leads_somewhere(url: str) -> bool:
    """Whether the file of an address is there and holds the place it names.

    The explorer reads what follows the language in its address itself.
    """
    parts = urlsplit(url)
    if parts.scheme in ("http", "https", "mailto"):
        return True
    file = Path(unquote(parts.path))
    if not file.is_file():
        return False
    place = unquote(parts.fragment)
    return not place or has_place(file, place)


@cache
def has_place(file: Path, place: str) -> bool:
    text = file.read_text(encoding="utf-8")
    return f'id="{place}"' in text or f'id="{place.partition("/")[0]}" lang=' in text


def excess_width(page: Page) -> int:
    """Pixels by which a page must be moved sideways to be seen whole."""
    return page.evaluate(
        "Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)"
    )
