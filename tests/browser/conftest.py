"""Pages in a real browser: no network, no error in the console, one browser a file.

The fixtures `page`, `context` and `new_context` are those of pytest-playwright; every context is
watched, and a test whose pages did wrong fails. Without a browser the tests skip.
"""

from collections.abc import Iterator

import pytest
from browsing import find_chromium, leave_out, watch
from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Ended with the file: while it runs no other test of the worker can have an event loop."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    found = find_chromium(playwright) or leave_out()
    with playwright.chromium.launch(executable_path=found, args=["--no-sandbox"]) as started:
        yield started


@pytest.fixture
def server() -> str:
    """The one address from which pages may load, as `localhost:8888`; none by default."""
    return ""


@pytest.fixture
def browser_context_args(server: str) -> dict:
    return {"offline": not server}


@pytest.fixture
def troubles() -> Iterator[list[str]]:
    """What the pages of a test did wrong; a test that leaves any in it fails."""
    found: list[str] = []
    yield found
    assert not found, "\n".join(found)


@pytest.fixture
def new_context(new_context, troubles: list[str], server: str):
    """Contexts as the plugin makes them, each watched."""

    def make(**options) -> BrowserContext:
        return watch(new_context(**options), troubles, server)

    return make
