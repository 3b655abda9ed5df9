"""The table of scripts/bench: what is measured, compared and said, with sides that only pretend to compute."""

import re
import sys
import textwrap
import unittest

import here  # noqa: F401
import bench
from home import LOGS
from trouble import Trouble

SIDE = """
    import json, sys
    first, warm, difference = map(float, sys.argv[1:])
    calls = 0
    for line in sys.stdin:
        what, name, *more = line.split()
        answer = {}
        if what == "call":
            answer = {"seconds": [first if calls + i == 0 else warm for i in range(int(more[0]))]}
            calls += int(more[0])
        elif what == "compare":
            answer = {"difference": difference}
        elif name == "broken":
            answer = {"error": "no such thing"}
        elif name == "crash":
            sys.exit(3)
        print(json.dumps(answer), flush=True)
"""


class Quiet:
    def say(self, *_, **__): pass
    def clear(self): pass


class Measure(unittest.TestCase):
    def setUp(self):
        LOGS.mkdir(parents=True, exist_ok=True)

    def side(self, title, first, warm, difference=0.0):
        side = bench.Side(title, [sys.executable, "-c", textwrap.dedent(SIDE), first, warm, difference], {})
        self.addCleanup(side.__exit__)
        return side

    def measure(self, name="cnn/lrp", peer=0.020, difference=1e-6, pure=True, **more):
        workload = {"name": name, "what": "LRP", "tolerance": 1e-4, **more}
        return bench.measure(workload, self.side("XLA", 2.0, 0.010), self.side("PyTorch", 0.5, peer, difference),
                             self.side("pure Go", 0.1, 0.050) if pure else None, 3, Quiet())

    def test_figures(self):
        line = self.measure(goal=0.7, compile_goal=3)
        self.assertEqual(line, {"ours_ms": 10, "peer_ms": 20, "ratio": 0.5, "goal": 0.7, "compile_s": 1.99, "compile_goal_s": 3,
                                "difference": 1e-6, "go_ms": 50, "go_ratio": 2.5})
        self.assertEqual(bench.missed(line), [])

    def test_without_goals_and_pure_go(self):
        line = self.measure(pure=False)
        self.assertIsNone(line["goal"])
        self.assertNotIn("go_ms", line)
        self.assertEqual(bench.missed(line), [])

    def test_missed_goals(self):
        line = self.measure(peer=0.012, goal=0.7, compile_goal=1)
        self.assertEqual(bench.missed(line), ["ratio", "compile_s"])
        self.assertEqual(bench.missed(line, xla=False), [])  # goals are XLA's

    def test_different_work_is_not_compared(self):
        for difference in (0.01, float("nan")):
            with self.assertRaisesRegex(Trouble, "do not compute the same"):
                self.measure(difference=difference)

    def test_a_side_that_fails(self):
        with self.assertRaisesRegex(Trouble, "XLA: prepare broken: no such thing"):
            self.measure(name="broken")
        with self.assertRaisesRegex(Trouble, "XLA ended by itself with prepare crash, exit status 3"):
            self.measure(name="crash")


class Table(unittest.TestCase):
    LINE = {"ours_ms": 10.0, "peer_ms": 20.0, "ratio": 0.5, "goal": 0.7, "compile_s": 1.99, "compile_goal_s": None, "difference": 1e-6}

    def rows(self, *lines, ours="XLA"):
        named = {f"name{i}": line for i, line in enumerate(lines)}
        return bench.table(named, {name: "what it is" for name in named}, ours).split("\n")

    def test_columns(self):
        head, row = self.rows(self.LINE | {"go_ms": 50.0, "go_ratio": 2.5})
        self.assertEqual(re.split("  +", head.strip()), ["XLA ms", "PyTorch ms", "ratio", "goal", "compile s", "pure Go ms", "ratio", "differ by"])
        self.assertEqual(re.split("  +", row), ["name0", "what it is", "10.0", "20.0", "0.50", "0.7", "2.0", "50.0", "2.50", "1e-06"])

    def test_a_missed_goal_is_marked(self):
        _, good, bad = self.rows(self.LINE, self.LINE | {"ratio": 0.71, "compile_goal_s": 1})
        self.assertNotIn("!", good)
        self.assertIn("0.71!", bad)
        self.assertIn("2.0!", bad)
        self.assertIn("0.7, 1 s", bad)
        self.assertNotIn("!", self.rows(self.LINE | {"ratio": 0.71}, ours="pure Go")[1])


class Select(unittest.TestCase):
    KNOWN = [{"name": "cnn/lrp"}, {"name": "cnn/ig"}, {"name": "lstm/ig"}]

    def select(self, *asked):
        return [w["name"] for w in bench.select(list(asked), self.KNOWN)]

    def test_select(self):
        self.assertEqual(self.select(), ["cnn/lrp", "cnn/ig", "lstm/ig"])
        self.assertEqual(self.select("lstm", "cnn/ig"), ["cnn/ig", "lstm/ig"])
        with self.assertRaisesRegex(Trouble, "No workload is called dense; there are cnn/lrp, cnn/ig, lstm/ig"):
            self.select("dense")


class Peers(unittest.TestCase):
    def test_every_workload_has_a_peer(self):
        ours = re.findall(r'^\t\{"(\w+/\w+)", "', (bench.home.ROOT / "cmd" / "bench" / "workloads.go").read_text(), re.M)
        theirs = re.findall(r'^@peer\("(.+)"\)', (here.LIB / "bench_torch.py").read_text(), re.M)
        self.assertEqual(sorted(ours), sorted(theirs))
        self.assertGreater(len(ours), 5)


if __name__ == "__main__":
    unittest.main()
