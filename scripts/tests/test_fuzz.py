import tempfile
import textwrap
import unittest
from pathlib import Path

import here  # noqa: F401
import fuzz
import home

GOOD = """
    fuzz: elapsed: 0s, gathering baseline coverage: 0/8 completed
    fuzz: elapsed: 0s, gathering baseline coverage: 8/8 completed, now fuzzing with 1 workers
    fuzz: elapsed: 3s, execs: 4404 (1468/sec), new interesting: 51 (total: 59)
    fuzz: elapsed: 10s, execs: 21908 (2298/sec), new interesting: 90 (total: 98)
    PASS
"""
WRITTEN = """
    --- FAIL: FuzzRead (0.03s)
        --- FAIL: FuzzRead (0.00s)
            read_test.go:9: wrong

        Failing input written to testdata/fuzz/FuzzRead/582528ddfad69eb5
        To re-run:
        go test -run=FuzzRead/582528ddfad69eb5
    FAIL
"""
OF_A_SEED = """
    failure while testing seed corpus entry: FuzzRead/seed#1
    --- FAIL: FuzzRead (0.00s)
"""
READ = fuzz.Target("./pkg/data", "FuzzRead")


class Fuzz(unittest.TestCase):
    def test_targets(self):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {
                "one_test.go": "func FuzzOne(f *testing.F) {\nfunc TestOne(t *testing.T) {\n// func FuzzNone(f *testing.F)\n",
                "pkg/data/two_test.go": "\nfunc FuzzThree(f *testing.F) {\n}\nfunc FuzzTwo(f *testing.F) {\n",
                "pkg/data/two.go": "func FuzzNone(f *testing.F) {\n",
                "pkg/data/testdata/three_test.go": "func FuzzNone(f *testing.F) {\n",
                ".hidden/four_test.go": "func FuzzNone(f *testing.F) {\n",
            }.items():
                Path(folder, name).parent.mkdir(parents=True, exist_ok=True)
                Path(folder, name).write_text(text)
            self.assertEqual([str(target) for target in fuzz.targets(Path(folder))],
                             [". FuzzOne", "pkg/data FuzzThree", "pkg/data FuzzTwo"])

    def test_all_of_the_module_are_found(self):
        """As the compiler sees them: whatever takes a *testing.F."""
        declared = sum(file.read_text().count(" *testing.F) {") for file in home.ROOT.glob("[a-z]*/**/*_test.go"))
        self.assertEqual(len(fuzz.targets(home.ROOT)), declared)
        self.assertGreater(declared, 20)

    def outcome(self, said, status=0, seconds=5):
        return fuzz.outcome(READ, seconds, status, textwrap.dedent(said))

    def test_executions_besides_the_seeds_are_counted(self):
        self.assertEqual(self.outcome(GOOD), fuzz.Outcome(21900))

    def test_too_few_executions(self):
        few = GOOD.replace("21908", "207")
        self.assertIn("199 executions in 5 s, want 200", self.outcome(few).wrong)
        self.assertEqual(self.outcome(GOOD.replace("21908", "208")).wrong, "")
        self.assertIn("want 2400", self.outcome(few, seconds=60).wrong)
        self.assertIn("0 executions", self.outcome("PASS\n").wrong)  # a test that is not there

    def test_a_failure_names_its_input_and_how_to_run_it_again(self):
        wrong = self.outcome(WRITTEN, 1).wrong
        self.assertIn("read_test.go:9: wrong", wrong)
        self.assertIn("The input: ./pkg/data/testdata/fuzz/FuzzRead/582528ddfad69eb5\n", wrong)
        self.assertTrue(wrong.endswith("Again: go test -run='FuzzRead/582528ddfad69eb5' ./pkg/data"), wrong)
        wrong = self.outcome(OF_A_SEED, 1).wrong
        self.assertTrue(wrong.endswith("Again: go test -run='FuzzRead/seed#1' ./pkg/data"), wrong)

    def test_the_time_that_is_up_is_no_failure(self):
        ended = textwrap.dedent(GOOD).replace("PASS", "--- FAIL: FuzzRead (10.04s)\n    context deadline exceeded\nFAIL\nexit status 1")
        self.assertEqual(self.outcome(ended, 1), fuzz.Outcome(21900))
        self.assertIn("want 200", self.outcome(ended.replace("21908", "9"), 1).wrong)
        self.assertNotEqual(self.outcome(ended.replace("    context", "    x_test.go:1: context"), 1).wrong, "")

    def test_a_program_that_is_not_instrumented(self):
        warning = "warning: the test binary was not built with coverage instrumentation, so fuzzing will run without coverage guidance"
        self.assertIn("not instrumented", self.outcome(warning + GOOD).wrong)

    def test_what_does_not_compile_fails(self):
        self.assertEqual(self.outcome("undefined: x\n", 1), fuzz.Outcome(0, "undefined: x"))


if __name__ == "__main__":
    unittest.main()
