import json
import os
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import here  # noqa: F401
import form
import notebooks
import warm
from trouble import Trouble


class Select(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()
        for name in ("01-first-explanation", "02-lime", "10-lstm", "11-lstm-deep"):
            (self.folder / f"{name}.ipynb").write_text("{}")
        patch = mock.patch.object(notebooks, "NOTEBOOKS", self.folder)
        patch.start()
        self.addCleanup(patch.stop)

    def names(self, *asked, everything=False):
        return [path.stem for path in notebooks.select(list(asked), everything)]

    def test_first_or_all(self):
        self.assertEqual(self.names(), ["01-first-explanation"])
        self.assertEqual(len(self.names(everything=True)), 4)

    def test_number_name_beginning_and_path(self):
        for asked in ("2", "02", "02-lime", "02-lime.ipynb", "02-l", "notebooks/02-lime.ipynb",
                      str(self.folder / "02-lime.ipynb")):
            self.assertEqual(self.names(asked), ["02-lime"], asked)
        self.assertEqual(self.names("1", "10"), ["01-first-explanation", "10-lstm"])

    def test_a_path_outside(self):
        with tempfile.NamedTemporaryFile(suffix=".ipynb") as file:
            self.assertEqual(notebooks.select([file.name]), [Path(file.name).resolve()])

    def test_unknown_lists_what_exists(self):
        with self.assertRaisesRegex(Trouble, r"(?s)^No notebook is called '7'; these exist:.*10-lstm"):
            self.names("7")

    def test_ambiguous(self):
        with self.assertRaisesRegex(Trouble, "More than one notebook begins with '1'"):
            (self.folder / "01-second.ipynb").write_text("{}")
            self.names("1")

    def test_none_yet(self):
        for file in self.folder.iterdir():
            os.unlink(file)
        with self.assertRaisesRegex(Trouble, "There is no notebook in"):
            self.names()


class Form(unittest.TestCase):
    def complaints(self, *code, name="vitrine", **cell):
        cells = [{"cell_type": "code", "source": source, "outputs": [], "execution_count": None, **cell}
                 for source in code]
        book = {"cells": cells, "metadata": {"kernelspec": {"name": name, "display_name": "Go (Vitrine)"}}}
        with tempfile.NamedTemporaryFile("w", suffix=".ipynb") as file:
            file.write(json.dumps(book))
            file.flush()
            return " ".join(form.complaints(Path(file.name)))

    def test_good(self):
        self.assertEqual(self.complaints("%%\nf()", "%%\nmust.M(check(1))"), "")

    def test_each_rule(self):
        self.assertIn("kernel", self.complaints("check()", name="gonb"))
        self.assertIn("16 code cells", self.complaints(*["check()"] * 16))
        self.assertIn("cell 1 has 16 lines", self.complaints("check()\n" * 16))
        self.assertIn("carries outputs", self.complaints("check()", execution_count=3))
        self.assertIn("checks nothing", self.complaints("check()", "fmt.Println()"))


class Imports(unittest.TestCase):
    def test_single_block_and_alias(self):
        code = 'import "fmt"\nimport (\n\t"os"\n\tx "a/b"\n\t_ "c/d" // "not this"\n)\n%%\nfmt.Println("e/f")'
        self.assertLessEqual({"fmt", "os", "a/b", "c/d"}, warm.imports_of(code))
        self.assertNotIn("e/f", warm.imports_of(code))


if __name__ == "__main__":
    unittest.main()
