"""The page of scripts/beside-shap, with figures and pictures that only pretend to be some: SHAP itself is not needed."""

import json
import os
import re
import tempfile
import unittest
import unittest.mock
from pathlib import Path

import here  # noqa: F401
import besideshap
from home import NOTEBOOKS
from trouble import Trouble

FIGURE = """<div data-vitrine-chart id="{name}"><details><table><thead><tr><th>Feature</th><th>Explanation</th><th>Value</th></tr></thead><tbody>
<tr><td>age</td><td>a</td><td>0.5</td></tr><tr><td>age</td><td>b</td><td>−0.25</td></tr><tr><td>a &lt; b</td><td>a</td><td>0.1234</td></tr>
<tr><td>a &lt; b</td><td>b</td><td>0</td></tr></tbody></table></details></div>"""


def markdown(*lines):
    return {"cell_type": "markdown", "source": "\n".join(lines)}


def code(*figures):
    return {"cell_type": "code", "source": "…", "outputs": [{"output_type": "stream", "text": "said\n"}] + [
        {"output_type": "display_data", "data": {"text/html": [figure], "text/plain": "…"}} for figure in figures]}


BOOK = {"cells": [
    markdown("# Title", "", "*Beside SHAP's:* not in a section."), code(FIGURE.format(name="none")),
    markdown("## Bars", "", "What it is.", "", "*Beside SHAP's:* whiskers, *of course*,", "and `a < b`."), code(FIGURE.format(name="one"), FIGURE.format(name="two")),
    markdown("## Plain", "", "Without."), code(FIGURE.format(name="three")),
    markdown("## Alone", "", "*Beside SHAP's:* SHAP has none."), code(FIGURE.format(name="four")), code("<p>no figure</p>"),
]}
SAME = {"order": ["age", "a < b"], "bars": {"age": [-0.25, 0.5], "a < b": [0.12341, 0.0]}}


class Sections(unittest.TestCase):
    def test_those_that_say_what_differs(self):
        bars, alone = besideshap.sections(BOOK)
        self.assertEqual((bars.title, bars.differs), ("Bars", "whiskers, *of course*, and `a < b`."))
        self.assertEqual([re.search('id="(.+?)"', figure)[1] for figure in bars.figures], ["one", "two"])
        self.assertEqual((alone.title, len(alone.figures)), ("Alone", 1))

    def test_the_notebook_has_all_that_is_drawn(self):
        drawn = re.findall(r'^@beside\("(.+?)", ', (here.LIB / "besideshap_draw.py").read_text(), re.M)
        found = [section.title for section in besideshap.sections(json.loads((NOTEBOOKS / "13-gallery.ipynb").read_text()))]
        self.assertEqual(list(dict.fromkeys(drawn)), [title for title in found if title in drawn])
        self.assertLessEqual(set(drawn), set(found))
        self.assertGreater(len(drawn), 8)


class Differences(unittest.TestCase):
    def differ(self, **same):
        return besideshap.differences(FIGURE, same)

    def test_the_same(self):
        self.assertEqual(self.differ(**SAME), [])
        self.assertEqual(self.differ(), [])
        self.assertEqual(self.differ(bars=SAME["bars"] | {"has no row here": [1.0]}), [])

    def test_another_order(self):
        self.assertEqual(self.differ(order=["a < b", "age"]), ["the order is age, a < b; SHAP's is a < b, age"])

    def test_another_number(self):
        self.assertEqual(self.differ(**SAME | {"bars": {"age": [0.5, -0.252]}}), ["age is [-0.25, 0.5]; SHAP's is [-0.252, 0.5]"])
        self.assertEqual(self.differ(**SAME | {"bars": {"age": [0.5]}}), ["age is [-0.25, 0.5]; SHAP's is [0.5]"])
        self.assertEqual(self.differ(**SAME | {"bars": {"height": [0.5]}}), ["height is []; SHAP's is [0.5]"])


class Compose(unittest.TestCase):
    def compose(self, *pictures):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "a.png").write_bytes(b"picture")
            return besideshap.compose(BOOK, [{"section": section, "call": "f('<')", "file": "a.png", "same": same} for section, same in pictures], Path(folder))

    def test_pairs(self):
        body, wrong = self.compose(("Bars", SAME))
        self.assertEqual(wrong, [])
        self.assertEqual(re.findall(r"<h2>(.+?)</h2>", body), ["Bars", "Alone"])
        self.assertIn("<p>Whiskers, <em>of course</em>, and <code>a &lt; b</code>.</p>", body)
        self.assertEqual(body.count('<div class="pair">'), 3)
        self.assertEqual(body.count("data:image/png;base64,cGljdHVyZQ=="), 1)
        self.assertIn("<code>f(&#x27;&lt;&#x27;)</code><br>Compared, and the same: the order of the features and the lengths of the bars.", body)

    def test_what_differs_is_said(self):
        body, wrong = self.compose(("Bars", {}), ("Bars", {"order": ["a < b"]}))
        self.assertEqual(wrong, ["Bars, f('<'): the order is age, a < b; SHAP's is a < b"])
        self.assertIn("Not the same: the order is age, a &lt; b; SHAP&#x27;s is a &lt; b.", body)

    def test_what_does_not_fit(self):
        with self.assertRaisesRegex(Trouble, "no section Other with a paragraph"):
            self.compose(("Other", {}))
        with self.assertRaisesRegex(Trouble, "Alone: 1 figures in the notebook, 2 of SHAP's"):
            self.compose(("Alone", {}), ("Alone", {}))


class Executed(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        for name, at in {"REPORTS": self.folder / "reports", "ROOT": self.folder}.items():
            patch = unittest.mock.patch.object(besideshap.home, name, at)
            patch.start()
            self.addCleanup(patch.stop)
        self.notebook = self.folder / "13-gallery.ipynb"
        self.notebook.write_text("{}")
        self.report = self.folder / "reports" / self.notebook.name
        self.report.parent.mkdir()

    def test_only_what_is_whole_and_not_old(self):
        self.assertIsNone(besideshap.executed(self.notebook))
        said = {"output_type": "stream", "text": ["first\n", f"records in {self.folder}\n"]}
        self.report.write_text(json.dumps({"cells": [{"cell_type": "code", "source": "", "outputs": [said]}]}))
        self.assertIsNone(besideshap.executed(self.notebook))
        for name in besideshap.RECORDS:
            (self.folder / name).write_text("{}")
        book, records = besideshap.executed(self.notebook)
        self.assertEqual((len(book["cells"]), records), (1, self.folder))
        source = self.folder / "pkg" / "viz" / "bars.go"
        source.parent.mkdir(parents=True)
        source.write_text("package viz")
        os.utime(source, (1, 1))
        self.assertIsNotNone(besideshap.executed(self.notebook))
        os.utime(source, (2e9, 2e9))
        self.assertIsNone(besideshap.executed(self.notebook))


if __name__ == "__main__":
    unittest.main()
