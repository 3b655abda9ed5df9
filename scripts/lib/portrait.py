"""portrait.py PAGE WORDS FILE: a picture of the chart of PAGE whose text has WORDS. Needs the checks' environment (playwright)."""

import sys
from pathlib import Path

from browser import chromium
from trouble import Trouble, end_well


def main() -> int:
    page, words, file = sys.argv[1:]
    with chromium(allowed=("file:",), scale=2) as open_page:
        opened = open_page()
        opened.page.goto(Path(page).resolve().as_uri(), wait_until="load", timeout=60_000)
        opened.look_at_charts()
        plot = opened.page.locator("div[data-vitrine-chart]", has_text=words).locator("[data-vitrine-plot]")
        if not plot.count():
            raise Trouble(f"no chart of {page} says {words!r}")
        plot.first.screenshot(path=file)
    return 0


if __name__ == "__main__":
    end_well(main)
