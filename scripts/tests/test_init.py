"""A notebook folder of the user's own, made by cmd/vitrine and run in the real kernel."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import here  # noqa: F401
from home import ROOT

try:
    import nbformat

    import execute
except ImportError:
    execute = None


@unittest.skipUnless(execute and os.environ.get("VITRINE_ROOT"), "needs a set-up: source .vitrine/env.sh")
class Init(unittest.TestCase):
    def setUp(self):
        os.environ["VITRINE_UNATTENDED"] = "1"
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name, "my notebooks")
        self.go("run", "./cmd/vitrine", "init", str(self.folder), cwd=ROOT)

    def go(self, *argv, cwd=None):
        subprocess.run(["go", *argv], cwd=cwd or self.folder, check=True, capture_output=True,
                       env={**os.environ, "GOPROXY": "off", "GOWORK": "off"})

    def run_book(self, name):
        outcome = execute.execute(self.folder / name, 600.0, lambda *_, **__: None)
        self.assertIsNone(outcome.failure)
        return outcome.book.cells[-1].outputs[0].text

    def test_hello(self):
        self.assertEqual(self.run_book("hello.ipynb"), "the values add up for every picture\n")

    def test_other_packages(self):
        other = self.folder.parent / "other"
        for folder, package in ((other, "other"), (self.folder / "shapes", "shapes")):
            folder.mkdir()
            (folder / f"{package}.go").write_text(f'package {package}\n\nconst Name = "{package}"\n')
        (other / "go.mod").write_text("module example.com/other\n\ngo 1.26\n")
        self.go("mod", "edit", "-require=example.com/other@v0.0.0", "-replace=example.com/other=../other")
        cell = ('import (\n\t"example.com/other"\n\t"notebooks/shapes"\n)\n\n%%\n'
                "fmt.Println(other.Name, shapes.Name)")
        nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)]), self.folder / "book.ipynb")
        self.assertEqual(self.run_book("book.ipynb"), "other shapes\n")


if __name__ == "__main__":
    unittest.main()
