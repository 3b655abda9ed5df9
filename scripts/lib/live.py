"""Opens notebooks in a real JupyterLab in a real browser: first the report, untrusted; then the notebook, run live, light and in the dark theme."""

import json
import os
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import lab
from browser import chromium
from home import LOGS, NOTEBOOKS, REPORTS, ROOT
from trouble import Trouble, end_well

SETTINGS = {  # every cell is rendered, and nothing is written into the notebook
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}
MINUTES = 20  # for one notebook
PICTURES = """() => [...document.querySelectorAll('.jp-OutputArea-output img')]
    .filter(image => image.complete && image.naturalWidth > 0).length"""
FINISHED = """() => {
    const code = [...document.querySelectorAll('.jp-Notebook .jp-CodeCell')]
        .filter(cell => cell.querySelector('.cm-content')?.innerText.trim());
    const prompts = code.map(cell => cell.querySelector('.jp-InputPrompt').innerText);
    const failed = document.querySelector('[data-mime-type="application/vnd.jupyter.error"]');
    return !prompts.includes('[*]:') && (failed || prompts.every(prompt => /[0-9]/.test(prompt)));
}"""
HEIGHT = """() => Math.max(800, ...[...document.querySelectorAll('.jp-NotebookPanel *')]
    .filter(e => e.contains(document.querySelector('.jp-Cell'))).map(e => e.scrollHeight))"""
FOLLOWED = """dark => [...document.querySelectorAll('.jp-OutputArea-output [data-vitrine-chart]')]
    .map(chart => chart.querySelector('[data-vitrine-plot] svg rect'))
    .every(ground => ground && dark === (getComputedStyle(ground).fill !== 'rgb(255, 255, 255)'))"""
ERRORS = """() => [...document.querySelectorAll('[data-mime-type="application/vnd.jupyter.error"]')]
    .map(error => error.innerText.trim().slice(0, 300))"""


@contextmanager
def jupyterlab():
    """Runs JupyterLab for as long as it is needed; yields its address and token."""
    with socket.socket() as free, tempfile.TemporaryDirectory(prefix="vitrine-") as folder:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        for name, value in SETTINGS.items():
            file = Path(folder, "settings", f"{name}.jupyterlab-settings")
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(value))
        token = secrets.token_hex(16)
        argv = [*lab.command(), "--no-browser", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}",
                "--ServerApp.port_retries=0", f"--LabApp.user_settings_dir={folder}/settings",
                f"--LabApp.workspaces_dir={folder}/workspaces"]
        log = LOGS / "lab.log"
        with open(log, "wb") as out:
            server = subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                      env={**os.environ, "JUPYTER_TOKEN": token})
        try:
            address = f"http://127.0.0.1:{port}"
            await_server(server, f"{address}/api?token={token}", log)
            yield address, token
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()


def await_server(server, address: str, log: Path) -> None:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(240):
        try:
            direct.open(address, timeout=5).close()
            return
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.25)
    raise Trouble(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


def look(open_page, address: str, token: str, path: Path, run: bool) -> bool:
    """Opens one notebook, with all its cells run if so asked; says what is wrong with it."""
    opened = open_page()
    page = opened.page
    page.goto(f"{address}/lab/tree/{path.relative_to(ROOT)}?reset&token={token}", timeout=60_000)
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    page.wait_for_selector(".jp-NotebookPanel-toolbar", timeout=60_000)
    if run:
        charts = run_all(opened)
        state = f"{charts} charts drawn live"
    else:
        charts = len(re.findall(r"<div [^>]*data-vitrine-chart", "".join(outputs(path))))
        if not opened.wait(f"count => ({PICTURES})() >= count", 20, charts):
            opened.wrong.append(f"shows {page.evaluate(PICTURES)} of {charts} pictures")
        if page.evaluate("() => typeof window.echarts") != "undefined":
            opened.wrong.append("ran a script of an untrusted notebook")
        state = f"{charts} charts shown untrusted"
    height = page.evaluate(HEIGHT)
    page.set_viewport_size({"width": 1300, "height": min(height + 150, 12_000)})  # all of it in one picture
    page.evaluate("() => document.querySelectorAll('.jp-NotebookPanel *').forEach(e => { e.scrollTop = 0; })")
    page.wait_for_timeout(1000)
    page.screenshot(path=REPORTS / "screenshots" / f"{path.stem}.{'live' if run else 'untrusted'}.png")
    if run and charts:
        turn(opened, "JupyterLab Dark")
        page.screenshot(path=REPORTS / "screenshots" / f"{path.stem}.dark.png")
        turn(opened, "JupyterLab Light")
    page.close()
    wrong = [what for what in opened.wrong if not harmless(what)]
    print(f"{path.stem}: {state}, {'; '.join(wrong) or 'nothing wrong'}", flush=True)
    return not wrong


def run_all(opened) -> int:
    """Run > Run All Cells, as a person would; returns how many charts were drawn."""
    page = opened.page
    page.wait_for_timeout(3000)  # the kernel connects; its status stays "unknown" until something runs
    page.locator(".lm-MenuBar-itemLabel", has_text="Run").first.click()
    page.locator(".lm-Menu-itemLabel:text-is('Run All Cells')").click()
    page.wait_for_timeout(1000)
    if not opened.wait(FINISHED, MINUTES * 60):
        opened.wrong.append(f"was not finished after {MINUTES} minutes")
    opened.wrong += page.evaluate(ERRORS)
    return opened.look_at_charts()


def turn(opened, theme: str) -> None:
    """Settings > Theme, as a person would; the charts must follow."""
    page = opened.page
    page.locator(".lm-MenuBar-itemLabel:text-is('Settings')").click()
    page.locator(".lm-Menu-itemLabel:text-is('Theme')").hover()
    page.locator(f".lm-Menu-itemLabel:text-is('{theme}')").click()
    dark = theme.endswith("Dark")
    if not opened.wait("dark => document.body.dataset.jpThemeLight === String(!dark)", 20, dark):
        opened.wrong.append(f"has no theme {theme}")
    if not opened.wait(FOLLOWED, 10, dark):
        opened.wrong.append(f"has charts that do not follow the theme {theme}")


def outputs(path: Path):
    """The HTML of a notebook's outputs."""
    for cell in json.loads(path.read_text())["cells"]:
        for output in cell.get("outputs", []):
            yield "".join(output.get("data", {}).get("text/html", ""))


def harmless(what: str) -> bool:
    """What JupyterLab itself says on the console, whatever the notebook."""
    return "Failed to load resource" in what and "404" in what


def main() -> int:
    (REPORTS / "screenshots").mkdir(parents=True, exist_ok=True)
    good = True
    with jupyterlab() as (address, token), chromium(allowed=(address, address.replace("http", "ws"))) as open_page:
        for name in sys.argv[1:]:
            good &= look(open_page, address, token, REPORTS / f"{name}.ipynb", run=False)
            good &= look(open_page, address, token, NOTEBOOKS / f"{name}.ipynb", run=True)
    return int(not good)


if __name__ == "__main__":
    end_well(main)
