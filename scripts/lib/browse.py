"""Looks at the reports' pages in a real browser without a network, as a reader would open them."""

import sys
from pathlib import Path

from browser import chromium
from home import REPORTS
from trouble import end_well


def main() -> int:
    shots = REPORTS / "screenshots"
    shots.mkdir(parents=True, exist_ok=True)
    failed = 0
    with chromium(allowed=("file:",)) as open_page:
        for path in map(Path, sys.argv[1:]):
            opened = open_page()
            opened.page.goto(path.resolve().as_uri(), wait_until="load", timeout=60_000)
            charts = opened.look_at_charts()
            opened.page.screenshot(path=shots / f"{path.stem}.png", full_page=True)
            opened.page.close()
            print(f"{path.name}: {charts} charts, {'; '.join(opened.wrong) or 'nothing wrong'}", flush=True)
            failed += bool(opened.wrong)
    return int(failed > 0)


if __name__ == "__main__":
    end_well(main)
