"""The image's Dockerfile, as far as it can be held against the scripts without building it."""

import json
import re
import unittest

import here  # noqa: F401
from home import ROOT


def instructions(text: str) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile with their arguments, continued lines joined."""
    lines = re.sub(r"^\s*#.*\n", "", text, flags=re.M).replace("\\\n", " ")
    return [(name.upper(), " ".join(rest.split())) for name, _, rest in
            (line.strip().partition(" ") for line in lines.splitlines() if line.strip())]


class Image(unittest.TestCase):
    def setUp(self):
        self.steps = instructions((ROOT / "Dockerfile").read_text())

    def of(self, name):
        return [rest for step, rest in self.steps if step == name]

    def test_instructions(self):
        self.assertEqual(instructions("# syntax\nFROM a\nRUN b \\\n    && c\n"), [("FROM", "a"), ("RUN", "b && c")])

    def test_go_is_new_enough_and_exact(self):
        [base] = self.of("FROM")
        version = re.fullmatch(r"golang:(\d+)\.(\d+)\.(\d+)-\w+", base)
        self.assertTrue(version, base)
        need = re.search(r"^go (\d+)\.(\d+)\.(\d+)$", (ROOT / "go.mod").read_text(), re.M)
        self.assertGreaterEqual([*map(int, version.groups())], [*map(int, need.groups())])

    def test_runs_as_user_1000_from_the_set_up_on(self):
        order = [step for step in self.steps if step[0] == "USER" or "scripts/" in step[1]]
        self.assertEqual(order[0], ("USER", "1000"))
        self.assertEqual(self.of("USER"), ["1000"])

    def test_what_it_starts_is_there(self):
        self.assertEqual(json.loads(self.of("CMD")[0]),
                         ["./scripts/lab", "--ip=0.0.0.0", "--port=8888", "--no-browser"])
        self.assertEqual(self.of("EXPOSE"), ["8888"])
        for script in re.findall(r"\./scripts/\w+", " ".join(rest for _, rest in self.steps)):
            self.assertTrue((ROOT / script).is_file(), script)

    def test_nothing_that_was_made_here_goes_in(self):
        ignored = (ROOT / ".dockerignore").read_text().split()
        for line in (ROOT / ".gitignore").read_text().split():
            if line in ("/.vitrine/", "/reports/"):
                self.assertIn(line.strip("/"), ignored)


if __name__ == "__main__":
    unittest.main()
