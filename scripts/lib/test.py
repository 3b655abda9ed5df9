"""Checks all that a change must keep: form, lint, licences, the installation, tests on each backend, fuzz tests,
figures, notebooks, and their pages."""

import argparse
import os
import re
import subprocess
import time
from pathlib import Path

import form
import fuzz
import gotools
import home
import notebooks
from prepare import prepare
from trouble import end_well

CHECKS = home.HOME / "checks" / "bin"
HELLO = home.ROOT / "cmd" / "vitrine" / "folder" / "template" / "hello.ipynb"  # of vitrine init
PURE_GO = "go:parallelism=-1"


class Tally:
    """Runs stages one after another, whatever came of those before, and counts."""

    def __init__(self):
        self.passed = self.failed = 0
        self.bad = []

    def stage(self, title: str, check) -> None:
        print(f"\n=== {title}", flush=True)
        start = time.monotonic()
        passed, failed = check()
        self.passed, self.failed = self.passed + passed, self.failed + failed
        if failed:
            self.bad.append(title)
        print(f"--- {title}: {f'{failed} FAILED' if failed else 'good'}, {time.monotonic() - start:.0f} s", flush=True)


def command(*argv, passed: str = "", failed: str = "", env=None):
    """A check that runs a program. Lines that match the patterns are counted; without patterns, the program is one."""

    def check() -> tuple[int, int]:
        counts = [0, 0]
        program = subprocess.Popen([str(arg) for arg in argv], cwd=home.ROOT, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                                   env={**os.environ, **(env or {})})
        for line in program.stdout:
            print(line, end="", flush=True)
            for index, pattern in enumerate((passed, failed)):
                counts[index] += bool(pattern and re.search(pattern, line))
        status = program.wait()
        if status and not counts[1]:
            counts[1] = 1
        if not status and not any(counts) and not passed:
            counts[0] = 1
        return counts[0], counts[1]

    return check


def gofmt() -> tuple[int, int]:
    folders = [name for name in ("cmd", "internal", "pkg") if (home.ROOT / name).is_dir()]
    said = subprocess.run(["gofmt", "-l", *folders], cwd=home.ROOT, capture_output=True, text=True)
    print("".join(f"not formatted: {name}\n" for name in said.stdout.split()), said.stderr, sep="", end="")
    return (1, 0) if not said.stdout and not said.returncode else (0, 1)


def shell_scripts() -> list[Path]:
    places = [*(home.ROOT / "scripts").glob("**/*"), *(home.ROOT / "kernel").iterdir(), home.ROOT / ".ci" / "run"]
    return [file for file in places
            if file.is_file() and re.match(rb"#!.*\b(ba)?sh\b", file.read_bytes()[:40])]


def notebooks_form() -> tuple[int, int]:
    failed = 0
    books = [*notebooks.known(), HELLO]
    for path in books:
        wrong = form.complaints(path)
        failed += bool(wrong)
        print("".join(f"{path.name}: {what}\n" for what in wrong), end="")
    return len(books) - failed, failed


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/test", description=__doc__)
    parser.add_argument("--full", action="store_true", help="also what takes long, and nothing from a cache")
    full = parser.parse_args().full
    start = time.monotonic()
    prepare(completion=True, checks=True)
    os.environ.update(GOWORK="off", GOLANGCI_LINT_CACHE=str(home.HOME / "lint-cache"))
    if full:
        os.environ["VITRINE_FULL"] = "1"
    go_test = ["go", "test", *(["-count=1", "-timeout=3h"] if full else ["-timeout=20m"]), "./..."]
    go_lines = {"passed": r"^ok\s", "failed": r"^FAIL\t\S+"}
    lib = home.SCRIPTS / "lib"
    books = notebooks.known()

    tally = Tally()
    tally.stage("gofmt", gofmt)
    tally.stage("go vet", command("go", "vet", "./..."))
    tally.stage("golangci-lint", command(gotools.LINT / "golangci-lint", "run", "--timeout=15m",
                                         "--allow-parallel-runners"))
    tally.stage("licences", command(home.PYTHON, lib / "licences.py"))
    tally.stage("shellcheck", command(CHECKS / "shellcheck", *shell_scripts()))
    tally.stage("Dockerfile", command(CHECKS / "hadolint", home.ROOT / "Dockerfile"))
    tally.stage("scripts", command(home.PYTHON, "-m", "unittest", "discover", "-v", "-s", home.SCRIPTS / "tests",
                                   passed=r"\.\.\. ok$", failed=r"^(FAIL|ERROR): "))
    tally.stage("notebooks' form", notebooks_form)
    tally.stage(f"go test on {os.environ['GOMLX_BACKEND'].partition(':')[0]}", command(*go_test, **go_lines))
    if not os.environ["GOMLX_BACKEND"].startswith("go"):
        # Packages that do not ask for a backend come from Go's test cache: it knows which variables a test read.
        tally.stage("go test in pure Go", command(*[arg for arg in go_test if arg != "-count=1"], **go_lines,
                                                  env={"GOMLX_BACKEND": PURE_GO, "VITRINE_BACKEND_WHY": ""}))
    tally.stage("fuzz tests", fuzz.check(60 if full else 10, GOMLX_BACKEND=PURE_GO, VITRINE_BACKEND_WHY=""))
    tally.stage("vitrine doctor", command(home.SCRIPTS / "vitrine", "doctor", passed=r"^  ok ", failed=r"^  WRONG "))
    tally.stage("figures in a browser", command(CHECKS / "python", lib / "gallery.py",
                                                passed=r"nothing wrong$", failed=r"^\S+: (?!.*nothing wrong$)"))
    if books:
        tally.stage("notebooks", command(home.PYTHON, lib / "report.py", "1800", *books,
                                         passed=r"  done in [\d.]+ s$", failed=r"^FAILED: "))
        pages = [home.REPORTS / f"{book.stem}.html" for book in books]
        tally.stage("reports in a browser", command(CHECKS / "python", lib / "browse.py", *pages,
                                                    passed=r"nothing wrong$", failed=r"^\S+: \d+ charts, (?!nothing)"))
        tally.stage("notebooks in JupyterLab", command(
            CHECKS / "python", lib / "live.py", *(book.stem for book in books),
            passed=r"nothing wrong$", failed=r"^\S+: \d+ charts (shown|drawn) \w+, (?!nothing)"))

    print(f"\n{time.monotonic() - start:.0f} s in all" + (f"; failed: {', '.join(tally.bad)}" if tally.bad else ""))
    print(f"{tally.passed} passed, {tally.failed} failed", flush=True)
    return int(tally.failed > 0)


if __name__ == "__main__":
    end_well(main)
