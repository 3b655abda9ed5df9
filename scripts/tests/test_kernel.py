"""Notebooks that go wrong in every way, in the real kernel."""

import os
import signal
import tempfile
import threading
import time
import unittest
from pathlib import Path

import here  # noqa: F401

try:
    import nbformat

    import execute
except ImportError:
    execute = None


@unittest.skipUnless(execute and os.environ.get("VITRINE_ROOT"), "needs a set-up: source .vitrine/env.sh")
class Kernel(unittest.TestCase):
    def run_cells(self, *code, timeout=60.0, then=None):
        os.environ["VITRINE_UNATTENDED"] = "1"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "book.ipynb")
            book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in code])
            nbformat.write(book, path)
            if then:
                threading.Thread(target=then, args=(folder,), daemon=True).start()
            said = []
            outcome = execute.execute(path, timeout, lambda line, **_: said.append(line))
        return outcome, [cell.outputs for cell in outcome.book.cells]

    def failure(self, *code, **how):
        return str(self.run_cells(*code, **how)[0].failure)

    def test_good(self):
        outcome, outputs = self.run_cells(
            "const answer = 42", '%%\nfor i := range 3 {\n\tfmt.Printf("\\rstep %d", i)\n}\nfmt.Println()\n'
            "fmt.Println(answer)")
        self.assertIsNone(outcome.failure)
        self.assertEqual([output.text for output in outputs[1]], ["step 2\n42\n"])
        self.assertEqual(outcome.book.cells[1].metadata, {})  # nothing that changes from run to run

    def test_no_set_up_cell_even_outside_the_module(self):
        outcome, outputs = self.run_cells('import "github.com/vitrine-ml/vitrine/pkg/record"\n%%\n'
                                          'fmt.Printf("%T\\n", record.Explanation{})')
        self.assertIsNone(outcome.failure)
        self.assertEqual(outputs[0][0].text, "record.Explanation\n")

    def test_missing_dependency_fails_without_a_network(self):
        begun = time.monotonic()
        self.assertIn("github.com/no/such", self.failure('import "github.com/no/such/thing"\n%%\nthing.Do()'))
        self.assertLess(time.monotonic() - begun, 20)

    def test_compile_error(self):
        self.assertEqual(self.failure("%%\nf()", "").split(": ", 1)[0], "book, cell 1, line 2")

    def test_panic(self):
        self.assertEqual(self.failure("func boom(n int) int {\n\treturn []int{}[n]\n}", "%%\nboom(3)"),
                         "book, cell 2, line 2 of cell 1: panic: runtime error: index out of range [3] with length 0")

    def test_exit(self):
        self.assertEqual(self.failure('%%\nfmt.Fprintln(os.Stderr, "cannot go on")\nos.Exit(3)', "%%\n"),
                         "book, cell 1: exit status 3 (cannot go on)")

    def test_shell(self):
        self.assertIn("line 1: a shell line failed: exit status 1", self.failure("!false"))

    def test_too_long(self):
        self.assertIn("took longer than", self.failure("%%\nselect {\ncase <-time.After(time.Hour):\n}", timeout=4.0))

    def test_interrupt(self):
        def interrupt(folder):
            while not Path(folder, "begun").exists():
                time.sleep(0.1)
            os.kill(os.getpid(), signal.SIGINT)

        outcome, outputs = self.run_cells(
            '%%\nfmt.Println("begun")\nos.Create("begun")\ntime.Sleep(time.Hour)', "%%\n", then=interrupt)
        self.assertTrue(outcome.interrupted)
        self.assertEqual(outputs[0][0].text, "begun\n")
        self.assertEqual(outputs[1], [])


if __name__ == "__main__":
    unittest.main()
