"""A real Chromium with no network, and what it complains of. Needs the checks' Python environment (playwright)."""

import os
import platform
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field

from trouble import Trouble

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC = ("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
       "/Applications/Chromium.app/Contents/MacOS/Chromium")
FLAGS = [
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
CHARTS = """() => [...document.querySelectorAll('div[data-vitrine-chart]')].map(chart => {
    const drawn = [...chart.querySelectorAll('canvas, svg')].map(e => e.getBoundingClientRect());
    return [chart.dataset.vitrineChart || chart.id, drawn.some(r => r.width > 0 && r.height > 0)];
})"""


def find() -> str:
    for name in (*NAMES, *MAC):
        if found := shutil.which(name):
            return found
    install = "brew install --cask chromium" if platform.system() == "Darwin" else "apt-get install chromium"
    raise Trouble(f"The pages are looked at in Chromium and none was found: {install}")


@dataclass
class Page:
    """A page and what went wrong on it so far."""

    page: object
    wrong: list[str] = field(default_factory=list)

    def wait(self, condition: str, seconds: float, argument=None) -> bool:
        """Waits until a JavaScript function returns something true."""
        from playwright.sync_api import TimeoutError as TooLong

        try:
            self.page.wait_for_function(condition, arg=argument, timeout=seconds * 1000)
        except TooLong:
            return False
        return True

    def look_at_charts(self, seconds: float = 15) -> int:
        """Waits for every chart to be drawn by its script; notes those that are not; returns how many there are."""
        self.wait(f"() => ({CHARTS})().every(([id, drawn]) => drawn)", seconds)
        charts = self.page.evaluate(CHARTS)
        self.wrong += [f"chart {name} was not drawn" for name, drawn in charts if not drawn]
        return len(charts)


@contextmanager
def chromium(allowed: tuple[str, ...], width: int = 1300, height: int = 1600, scale: float = 1):
    """Yields a function that opens a page, on which only addresses that begin as allowed are loaded; scale is pixels of a picture for one of the page."""
    from playwright.sync_api import sync_playwright

    flags = FLAGS + (["--no-sandbox"] if os.geteuid() == 0 else [])
    allowed = (*allowed, "data:", "blob:", "about:")
    with tempfile.TemporaryDirectory(prefix="vitrine-") as profile, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=find(), headless=True, args=flags, viewport={"width": width, "height": height},
            device_scale_factor=scale)
        context.route(lambda address: not address.startswith(allowed), lambda route: route.abort())

        def open_page() -> Page:
            opened = Page(context.new_page())
            opened.page.on("console", lambda message: message.type == "error"
                           and opened.wrong.append(f"console: {message.text[:300]}"))
            opened.page.on("pageerror", lambda error: opened.wrong.append(f"script: {str(error)[:300]}"))
            opened.page.on("request", lambda request: request.url.startswith(allowed)
                           or opened.wrong.append(f"asked the network for {request.url[:200]}"))
            return opened

        yield open_page
        context.close()
