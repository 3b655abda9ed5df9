import tempfile
import unittest
from pathlib import Path

import here  # noqa: F401
import failures

RED, BLANK = "\x1b[31m", "\x1b[0m"


def cell(*outputs, source="%%\nf()\n", count=3):
    return {"source": source, "outputs": list(outputs), "execution_count": count}


def stderr(text):
    return {"output_type": "stream", "name": "stderr", "text": text}


def error(value, *traceback):
    return {"output_type": "error", "ename": "ERROR", "evalue": value, "traceback": list(traceback)}


class Find(unittest.TestCase):
    def find(self, *outputs, source="%%\nf()\n"):
        earlier = [cell(count=1), cell(source="func boom() {\n\treturn []int{}[n]\n}", count=2)]
        found = failures.find("book", [*earlier, cell(*outputs, source=source)])
        return found and str(found)

    def test_nothing_wrong(self):
        self.assertIsNone(self.find(stderr("a warning\n"), {"output_type": "stream", "name": "stdout", "text": "1"}))

    def test_compiler(self):
        entry = f"Cell[3]: Line 4\n\tx := 1\n\t^\n\n{RED}declared and not used: x{BLANK}"
        self.assertEqual(self.find(error("# gonb\n./main.go:12:2: …", "", "# gonb", entry)),
                         "book, cell 3, line 4: declared and not used: x")

    def test_compiler_complains_of_an_earlier_cell(self):
        self.assertEqual(self.find(error("…", f"Cell[1]: Line 2\n…\n{RED}undefined: y{BLANK}")),
                         "book, cell 3, line 2 of cell 1: undefined: y")

    def test_panic(self):
        stack = "panic: index out of range [3]\n\ngoroutine 1 [running]:\nmain.boom(...)\n\t"
        place = "\x1b[7m[[ Cell [2] Line 3 ]]\x1b[0m /tmp/gonb_1/main.go:8 +0x1d\n"
        self.assertEqual(self.find(stderr(stack + place + "exit status 2\n"), error("exit status 2", "exit status 2")),
                         "book, cell 3, line 3 of cell 2: panic: index out of range [3]")

    def test_a_stack_whose_place_was_not_written_beside_it(self):
        with tempfile.TemporaryDirectory(prefix="gonb_") as folder:
            Path(folder, "main.go").write_text("package main\n\nfunc boom() {\n\treturn []int{}[n]\n}\n")
            frames = f"{folder}/main.go:4 +0x1d\nmain.main()\n\t[[ Cell [3] Line 2 ]] {folder}/main.go:9\n"
            said = stderr(f"panic: index out of range\n\ngoroutine 1 [running]:\nmain.boom(...)\n\t{frames}")
            self.assertEqual(self.find(said, error("exit status 2")),
                             "book, cell 3, line 2 of cell 2: panic: index out of range")

    def test_fatal(self):
        self.assertEqual(self.find(stderr("2026/11/23 no such model\nexit status 1\n"), error("exit status 1")),
                         "book, cell 3: exit status 1 (2026/11/23 no such model)")

    def test_go_get(self):
        value = 'failed to run "go get": exit status 1\n\ngo: x imports\n\ta/b: cannot find it\n\n-----\nNote: …\n'
        self.assertEqual(self.find(error(value, *value.split("\n"))), "book, cell 3: a/b: cannot find it")

    def test_killed(self):
        self.assertEqual(self.find(stderr("signal: killed\n"), error("signal: killed")),
                         "book, cell 3: signal: killed")

    def test_shell_line_fails_without_an_error(self):
        said = stderr("ls: cannot access 'x'\nexit status 2\n")
        self.assertEqual(self.find(said, source="!ls x\n%%\nf()"),
                         "book, cell 3, line 1: a shell line failed: exit status 2 (ls: cannot access 'x')")
        self.assertEqual(self.find(said, source="!ls\n!ls x"),
                         "book, cell 3: a shell line failed: exit status 2 (ls: cannot access 'x')")

    def test_unknown_command(self):
        self.assertEqual(self.find(stderr('"%nonsense" unknown or not implemented yet.'), source="\n%nonsense 3"),
                         "book, cell 3, line 2: %nonsense is not a command of GoNB")

    def test_a_program_may_speak_of_an_exit_status(self):
        self.assertIsNone(self.find(stderr("the exit status 2 is common\n")))


if __name__ == "__main__":
    unittest.main()
