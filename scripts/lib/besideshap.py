"""Writes reports/13-gallery-beside-shap.html: the figures of notebook 13, live, beside those that SHAP draws of the same values.

SHAP and matplotlib are installed on demand, in .vitrine/shap (0.7 GB, and Python 3.11 or newer). The notebook is run if it or the
packages have changed since it was. Exit status 1 says that the two sides do not show the same.
"""

import argparse
import base64
import html
import html.parser
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

import home
import notebooks
import pythonenv
import stages
from alone import alone
from prepare import prepare
from trouble import Trouble, end_well

ENVIRONMENT = home.HOME / "shap"
DIFFERS = "*Beside SHAP's:*"  # begins the paragraph of a section of the notebook that says what differs
RECORDS = ("explanation.json", "samples.json", "dependence.json")
PAGE = """<!DOCTYPE html>
<html lang="en" style="color-scheme:light dark">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<title>{title}</title>
<style>
body {{ margin: 0 auto; padding: 1rem 1.5rem 4rem; max-width: 105rem; font: 16px/1.5 system-ui, sans-serif; color: light-dark(#1f2328, #eef4fb); background: light-dark(#f6f8fa, #1b1b1b); }}
h1, h2, p {{ max-width: 60rem; }}
h2 {{ margin-top: 3rem; }}
code {{ font-size: 0.9em; overflow-wrap: anywhere; }}
figure {{ margin: 0; min-width: 0; }}
figcaption {{ font-size: 0.9em; color: light-dark(#59636e, #96a1ad); margin-top: 0.4rem; }}
.pair {{ display: grid; grid-template-columns: minmax(0, 838px) minmax(22rem, 1fr); gap: 1.5rem; margin: 1rem 0 2rem; align-items: start; }}
.shap {{ background: #fff; border: 1px solid light-dark(#d0d7de, #3d444d); border-radius: 6px; padding: 8px; display: block; box-sizing: border-box; max-width: min(100%, 838px); }}
@media (max-width: 1500px) {{ .pair {{ grid-template-columns: minmax(0, 1fr); }} }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>Each time first the figure of <code>notebooks/13-gallery.ipynb</code>, as it is in the notebook: live, in the reader's light or dark, with its numbers under “Data”. Beside
it, or beneath where there is no room, what SHAP {shap} draws when it is given the same values; of partial dependence, the same curves. What could be read off SHAP's
pictures was compared with the figures' own tables.</p>
{body}
</body>
</html>
"""


@dataclass
class Section:
    """A section of the notebook that was run, whose figures have SHAP's beside them."""

    title: str
    differs: str
    figures: list[str] = field(default_factory=list)  # HTML


def sections(book: dict) -> list[Section]:
    """The sections that say what differs from SHAP's, with their figures."""
    found, here = [], None
    for cell in book["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown" and (heading := re.search(r"^## +(.+)$", text, re.M)):
            here = None
            for paragraph in text.split("\n\n"):
                if paragraph.startswith(DIFFERS):
                    here = Section(heading[1].strip(), " ".join(paragraph.removeprefix(DIFFERS).split()))
                    found.append(here)
        for output in cell.get("outputs", []):
            markup = "".join(output.get("data", {}).get("text/html", ""))
            if here and "data-vitrine-chart" in markup:
                here.figures.append(markup)
    return found


class Table(html.parser.HTMLParser):
    """The rows of a figure's table, each {column: cell}."""

    def __init__(self, markup: str):
        super().__init__()
        self.columns, self.cells, self.within = [], [], None
        self.feed(markup)
        width = len(self.columns) or 1
        self.rows = [dict(zip(self.columns, self.cells[k:k + width])) for k in range(0, len(self.cells), width)]

    def handle_starttag(self, tag, attrs):
        if tag in ("th", "td"):
            self.within = self.columns if tag == "th" else self.cells
            self.within.append("")

    def handle_endtag(self, tag):
        if tag in ("th", "td"):
            self.within = None

    def handle_data(self, data):
        if self.within is not None:
            self.within[-1] += data


def differences(figure: str, same: dict) -> list[str]:
    """What of a figure is not as SHAP has it: the order of the features, from the top, and the lengths of bars."""
    rows = Table(figure).rows
    names = list(dict.fromkeys(next(iter(row.values())) for row in rows))
    wrong = []
    if (order := same.get("order")) and names[:len(order)] != order:
        wrong.append(f"the order is {', '.join(names)}; SHAP's is {', '.join(order)}")
    for name, lengths in same.get("bars", {}).items():
        ours = sorted(float(row["Value"].replace("−", "-")) for row in rows if row["Feature"] == name)
        if not ours and "order" not in same:
            continue  # where the order is another, so may be which features have a row
        if len(ours) != len(lengths) or any(abs(a - b) > 1e-3 * abs(b) + 1e-12 for a, b in zip(ours, sorted(lengths))):  # a table has four digits
            wrong.append(f"{name} is {ours}; SHAP's is {sorted(lengths)}")
    return wrong


def compose(book: dict, pictures: list[dict], folder: Path) -> tuple[str, list[str]]:
    """The page, and what is not the same on both sides."""
    parts, wrong = [], []
    known = sections(book)
    if strange := {p["section"] for p in pictures} - {s.title for s in known}:
        raise Trouble(f"The notebook has no section {', '.join(sorted(strange))} with a paragraph that begins with {DIFFERS!r}.")
    for section in known:
        theirs = [p for p in pictures if p["section"] == section.title]
        if len(theirs) > len(section.figures):
            raise Trouble(f"{section.title}: {len(section.figures)} figures in the notebook, {len(theirs)} of SHAP's: did its cell fail?")
        parts.append(f"<h2>{html.escape(section.title)}</h2>\n<p>{inline(section.differs[:1].upper() + section.differs[1:])}</p>")
        for figure, picture in zip_longest(section.figures, theirs):
            beside = ""
            if picture:
                bad = differences(figure, picture["same"])
                wrong += [f"{section.title}, {picture['call']}: {what}" for what in bad]
                data = base64.b64encode((folder / picture["file"]).read_bytes()).decode()
                beside = (f'<figure><img class="shap" alt="What {html.escape(picture["call"])} draws" src="data:image/png;base64,{data}">'
                          f"<figcaption><code>{html.escape(picture['call'])}</code>{said(picture['same'], bad)}</figcaption></figure>")
            parts.append(f'<div class="pair"><figure>{figure}</figure>{beside}</div>')
    return "\n".join(parts), wrong


def said(same: dict, bad: list[str]) -> str:
    """What was compared, for the page."""
    what = [name for key, name in (("order", "the order of the features"), ("bars", "the lengths of the bars")) if same.get(key)]
    if not what:
        return ""
    return "<br>" + ("Not the same: " + html.escape("; ".join(bad)) if bad else "Compared, and the same: " + " and ".join(what)) + "."


def inline(text: str) -> str:
    """A line of Markdown: code and emphasis."""
    return re.sub(r"\*(.+?)\*", r"<em>\1</em>", re.sub(r"`(.+?)`", r"<code>\1</code>", html.escape(text, quote=False)))


def executed(notebook: Path) -> tuple[dict, Path] | None:
    """The notebook as it was run last and the folder with its records, if both are there and the report is no older than what it is made of."""
    report = home.REPORTS / notebook.name
    newest = max(path.stat().st_mtime for path in (notebook, *(home.ROOT / "pkg").glob("**/*.go")))
    if not report.is_file() or report.stat().st_mtime < newest:
        return None
    book = json.loads(report.read_text())
    printed = "".join("".join(output.get("text", "")) for cell in book["cells"] for output in cell.get("outputs", []))
    folder = re.search(r"^records in (.+)$", printed, re.M)
    if not folder or not all(Path(folder[1], name).is_file() for name in RECORDS):
        return None
    return book, Path(folder[1])


def install() -> Path:
    """SHAP's environment; returns its Python."""
    if sys.version_info < (3, 11):
        raise Trouble(f"SHAP 0.51 needs Python 3.11 or newer and this is {sys.version.split()[0]}; the rest of Vitrine does without.")
    with alone():
        stages.run([pythonenv.stage("shap", "SHAP and matplotlib, to compare with (0.7 GB)")])
    return ENVIRONMENT / "bin" / "python"


def draw(python: Path, records: Path, folder: str) -> dict:
    """Lets SHAP draw into the folder."""
    print("SHAP draws …", end="", flush=True)
    start = time.monotonic()
    made = subprocess.run([python, "-W", "ignore", home.SCRIPTS / "lib" / "besideshap_draw.py", records, folder], text=True, capture_output=True,
                          env={**os.environ, "MPLCONFIGDIR": str(ENVIRONMENT / "matplotlib")})
    print(f" {time.monotonic() - start:.0f} s", flush=True)
    if made.returncode:
        raise Trouble(f"SHAP's pictures were not drawn:\n{made.stderr[-2000:]}")
    return json.loads(Path(folder, "pictures.json").read_text())


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/beside-shap", description=__doc__)
    parser.parse_args()
    notebook = notebooks.find("13")
    prepare()
    python = install()
    found = executed(notebook)
    if not found:
        if subprocess.run([home.PYTHON, home.SCRIPTS / "lib" / "report.py", "1800", notebook]).returncode or not (found := executed(notebook)):
            raise Trouble(f"{notebook.stem} has to run to its end first: see what it said above.")
    book, records = found
    with tempfile.TemporaryDirectory(prefix="vitrine-") as folder:
        drawn = draw(python, records, folder)
        body, wrong = compose(book, drawn["pictures"], Path(folder))
    page = home.REPORTS / f"{notebook.stem}-beside-shap.html"
    home.write_whole(page, PAGE.format(title="The gallery, beside SHAP's own figures", shap=drawn["shap"], body=body))
    print(page)
    for what in wrong:
        print(f"NOT THE SAME: {what}", file=sys.stderr)
    return int(bool(wrong))


if __name__ == "__main__":
    end_well(main)
