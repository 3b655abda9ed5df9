"""Every figure of pkg/viz in a real browser without a network: live, light and dark, narrow, and without scripts; with what a reader does to it.

Shown are the figures of the tests, each a page that the tests write. Screenshots are kept for a person to look at."""

import os
import subprocess
import tempfile
from pathlib import Path

from browser import Page, chromium
from home import REPORTS, ROOT
from trouble import Trouble, end_well

BOX = "[data-vitrine-chart], [data-vitrine-text], [data-vitrine-table]"
# Where there may be something to point at: the middles of what is drawn, the smaller first, as those are points rather than lines.
TARGETS = """() => [...document.querySelectorAll('[data-vitrine-plot] svg path, [data-vitrine-plot] svg image')]
    .map(e => e.getBoundingClientRect()).filter(r => r.width > 2 && r.height > 2)
    .sort((a, b) => a.width * a.height - b.width * b.height).map(r => [r.x + r.width / 2, r.y + r.height / 2])"""
TOOLTIP = """() => [...document.querySelectorAll('[data-vitrine-plot] > div > div')]
    .some(e => e.innerText.trim() && getComputedStyle(e).visibility === 'visible' && getComputedStyle(e).opacity > 0.5)"""
CHART = "vitrineECharts.getInstanceByDom(document.querySelector('[data-vitrine-plot] > div'))"
LEGEND = f"() => {{ const l = {CHART}.getModel().getComponent('legend'); return l ? l.getData().map(item => item.get('name')) : []; }}"
SELECTED = f"name => ({CHART}.getOption().legend[0].selected || {{}})[name] !== false"
NAME_AT = """name => { const t = [...document.querySelectorAll('[data-vitrine-plot] svg text')].find(e => e.textContent === name);
    if (!t) return null; const r = t.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; }"""
ZOOM = f"() => {{ const z = ({CHART}.getOption().dataZoom || [])[0]; return z ? [z.start, z.end] : null; }}"
PANEL_AT = f"""() => {{ const box = document.querySelector('[data-vitrine-plot]').getBoundingClientRect(), g = {CHART}.getOption().grid[0];
    return [box.x + g.left + g.width / 2, box.y + g.top + g.height / 2]; }}"""
# Texts with too little contrast, as WCAG 2 reckons it, against the ground that their chart stands on.
FAINT = """() => { const light = c => { const v = c.match(/[\\d.]+/g).slice(0, 3).map(x => x / 255)
        .map(x => x > 0.04045 ? ((x + 0.055) / 1.055) ** 2.4 : x / 12.92); return 0.2126 * v[0] + 0.7152 * v[1] + 0.0722 * v[2] + 0.05; };
    return [...document.querySelectorAll('[data-vitrine-plot] svg')].flatMap(svg => {
        const ground = light(getComputedStyle(svg.querySelector('rect')).fill);
        return [...svg.querySelectorAll('text')].filter(t => { const l = light(getComputedStyle(t).fill);
            return Math.max(l, ground) / Math.min(l, ground) < 4.5; }).map(t => t.textContent); }); }"""
GROUND = f"""() => [...document.querySelectorAll('{BOX}')].map(box => [box, box.querySelector('[data-vitrine-plot] svg rect')])
    .flatMap(([box, rect]) => [getComputedStyle(box).backgroundColor, ...(rect ? [getComputedStyle(rect).fill] : [])])"""
DARK = f"() => ({GROUND})().every(c => c.match(/\\d+/g).every(v => v < 64))"
LIGHT = f"() => ({GROUND})().every(c => c === 'rgb(255, 255, 255)')"
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
PICTURES = "() => [...document.querySelectorAll('[data-vitrine-plot] img')].every(i => i.complete && i.naturalWidth > 0)"


def write_pages(folder: str) -> list[Path]:
    """The tests write each figure as NAME.html, which follows its reader, and as NAME.dark.html."""
    made = subprocess.run(["go", "test", "./pkg/viz", "-run", "^TestGallery$", "-count=1"], cwd=ROOT, text=True, capture_output=True,
                          env={**os.environ, "VITRINE_GALLERY": folder})
    if made.returncode:
        raise Trouble(f"The figures' pages were not written:\n{made.stdout}{made.stderr}")
    return sorted(path for path in Path(folder).glob("*.html") if not path.name.endswith(".dark.html"))


class Look:
    """One figure's page, and what is done to it."""

    def __init__(self, open_page, path: Path, shots: Path):
        self.opened: Page = open_page()
        self.page, self.path, self.shots = self.opened.page, path, shots
        self.did: list[str] = []

    def open(self, path: Path) -> None:
        self.page.goto(path.as_uri(), wait_until="load", timeout=120_000)

    def wrong(self, what: str) -> None:
        self.opened.wrong.append(what)

    def shoot(self, variant: str) -> None:
        self.page.screenshot(path=self.shots / f"{self.path.stem}.{variant}.png", full_page=True)

    def live(self) -> None:
        """Light and wide: all that a reader can do."""
        self.page.set_viewport_size({"width": 900, "height": 900})
        self.open(self.path)
        charts = self.opened.look_at_charts()
        if not self.page.evaluate(LIGHT):
            self.wrong("is not light")
        self.shoot("light")
        if not charts:
            return
        self.hover()
        self.toggle()
        self.zoom()

    def hover(self) -> None:
        for x, y in self.page.evaluate(TARGETS)[:60]:
            self.page.mouse.move(x, y)
            if self.opened.wait(TOOLTIP, 0.15):
                self.did.append("hover")
                return
        self.wrong("says nothing when it is pointed at")

    def toggle(self) -> None:
        for name in self.page.evaluate(LEGEND)[:1]:
            at = self.page.evaluate(NAME_AT, name)
            if not at:
                self.wrong(f"has no {name!r} in its legend")
                continue
            states = [self.page.evaluate(SELECTED, name)]
            for _ in range(2):
                self.page.mouse.click(*at)
                states.append(self.page.evaluate(SELECTED, name))
            if states != [True, False, True]:
                self.wrong(f"clicking on {name!r} in its legend makes it {states}")
            self.did.append("legend")

    def zoom(self) -> None:
        if not (before := self.page.evaluate(ZOOM)):
            return
        self.page.mouse.move(*self.page.evaluate(PANEL_AT))
        self.page.keyboard.down("Control")
        self.page.mouse.wheel(0, -240)
        self.page.keyboard.up("Control")
        if not self.opened.wait(f"before => {{ const z = ({ZOOM})(); return z[1] - z[0] < before[1] - before[0]; }}", 3, before):
            self.wrong(f"stays at {before} when it is zoomed into")
        self.did.append("zoom")

    def dark(self) -> None:
        """JupyterLab's theme, then the reader's system, turns dark, and the page with it, live; the narrow page then."""
        for scheme, want in (("dark", DARK), ("", LIGHT)):
            self.page.evaluate("scheme => { document.body.style.colorScheme = scheme; }", scheme)  # as JupyterLab does it
            if not self.opened.wait(want, 3):
                self.wrong(f"has the grounds {self.page.evaluate(GROUND)} in JupyterLab's {scheme or 'light'} theme")
        self.page.emulate_media(color_scheme="dark")
        if not self.opened.wait(DARK, 3):
            self.wrong(f"has the grounds {self.page.evaluate(GROUND)} where it should be dark")
        self.faint("dark")
        self.shoot("dark")
        self.page.set_viewport_size({"width": 400, "height": 800})
        if over := self.page.evaluate(OVERFLOW):
            self.wrong(f"is {over} pixels too wide on a narrow page")
        self.shoot("narrow")
        self.page.emulate_media(color_scheme="light")
        if not self.opened.wait(LIGHT, 3):
            self.wrong("stays dark when its page is light again")
        self.faint("light")
        self.open(self.path.with_suffix(".dark.html"))
        self.opened.look_at_charts()
        if not self.page.evaluate(DARK):
            self.wrong("is not dark though its theme says so")
        self.did.append("dark, narrow")

    def faint(self, theme: str) -> None:
        if texts := self.page.evaluate(FAINT):
            self.wrong(f"{theme}: too little contrast: {texts[:5]}")

    def static(self) -> None:
        """Without scripts the picture stays."""
        self.page.set_viewport_size({"width": 900, "height": 900})
        self.page.context.new_cdp_session(self.page).send("Emulation.setScriptExecutionDisabled", {"value": True})
        for scheme in ("light", "dark"):
            self.page.emulate_media(color_scheme=scheme)
            self.open(self.path)
            if not self.page.evaluate(PICTURES):
                self.wrong("shows no picture without scripts")
            self.shoot(f"static-{scheme}")
        self.did.append("static")


def main() -> int:
    shots = REPORTS / "screenshots" / "figures"
    shots.mkdir(parents=True, exist_ok=True)
    failed, done = 0, set()
    with tempfile.TemporaryDirectory(prefix="vitrine-") as folder:
        pages = write_pages(folder)
        with chromium(allowed=("file:",)) as open_page:
            for path in pages:
                look = Look(open_page, path, shots)
                look.live()
                look.dark()
                look.static()
                look.page.close()
                done.update(look.did)
                failed += bool(look.opened.wrong)
                print(f"{path.stem}: {', '.join(look.did)}: {'; '.join(look.opened.wrong) or 'nothing wrong'}", flush=True)
    if missing := {"hover", "legend", "zoom"} - done:
        print(f"no figure: was tried with {', '.join(sorted(missing))}")
        failed += 1
    return int(failed > 0)


if __name__ == "__main__":
    end_well(main)
