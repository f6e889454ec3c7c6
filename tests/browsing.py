"""A browser that is watched: which one to drive, what its pages may ask for, what axe-core says."""

import os
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Playwright

DEBIAN = "/usr/bin/chromium"
NONE = "no Chromium; apt-get install chromium, or name one in CHROMIUM"
INNER = ("file", "data", "blob", "about")
SCHEMES = ("light", "dark")


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
    told = Axe().run(page, options={"resultTypes": ["violations", "passes"]}).response
    broken = [
        f"{rule['id']}: {node['target']} {node['html'][:120]}"
        for rule in told["violations"]
        for node in rule["nodes"]
    ]
    return broken, len(told["passes"])
