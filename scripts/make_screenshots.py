"""Remake the pictures of the README from a built report: python scripts/make_screenshots.py."""

from __future__ import annotations

import sys
from pathlib import Path

import pypdfium2
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
REPORT = ROOT / "reports" / "2023" / "asan_sample"
DOCS = ROOT / "docs"
MOST_BYTES = 300_000  # of all pictures together
_CHROMIUM = Path("/usr/bin/chromium")


def main() -> None:
    if not (REPORT / "explorer.html").is_file():
        sys.exit("no report to picture; run: make report YEAR=2023")
    with sync_playwright() as playwright:
        found = {"executable_path": str(_CHROMIUM)} if _CHROMIUM.is_file() else {}
        browser = playwright.chromium.launch(args=["--no-sandbox"], **found)
        picture_page(browser, "index.html", DOCS / "index.png")
        picture_page(browser, "explorer.html#en", DOCS / "explorer.png")
        browser.close()
    page = pypdfium2.PdfDocument(REPORT / "brief.en.pdf")[0]
    save(page.render(scale=1.3).to_pil(), DOCS / "brief.png")
    total = sum((DOCS / f"{name}.png").stat().st_size for name in ("index", "explorer", "brief"))
    print(f"docs/index.png, docs/explorer.png, docs/brief.png: {total / 1000:.0f} kB")
    if total > MOST_BYTES:
        sys.exit(f"the pictures have {total} bytes, more than {MOST_BYTES}")


def picture_page(browser: Browser, name: str, target: Path) -> None:
    """The top of a page as a reader sees it on a laptop."""
    page = browser.new_page(viewport={"width": 1200, "height": 820}, color_scheme="light")
    page.goto(f"{REPORT.as_uri()}/{name}")
    page.screenshot(path=target)
    save(Image.open(target), target)


def save(picture: Image.Image, target: Path) -> None:
    """As a palette of 64 colours, which flat pages need no more of."""
    picture.convert("RGB").quantize(64, method=Image.Quantize.MAXCOVERAGE).save(
        target, optimize=True
    )


if __name__ == "__main__":
    main()
