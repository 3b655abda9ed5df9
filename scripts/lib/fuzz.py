"""Fuzzes the module: each of its fuzz tests for some seconds, two at a time, each counted as one check."""

import os
import re
import signal
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import home

AT_A_TIME = 2
# Fewer inputs than this a second find nothing: then a test does too much for each, such as writing a file.
FEWEST = 40
BUILDING = 600  # seconds that the go command may need to make a test program
ENDING = 120  # and a test to end when its time is up

DECLARED = re.compile(r"^func (Fuzz\w+)\(\w+ \*testing\.F\)", re.M)
SEEDS = re.compile(r"gathering baseline coverage: \d+/(\d+) completed")
EXECUTED = re.compile(r"execs: (\d+)")
WRITTEN = re.compile(r"Failing input written to (\S+)")
# The go command fails like this, now and then, when the time is up while it hands an input over (golang/go#75804).
TIME_IS_UP = re.compile(r"^--- FAIL: Fuzz\w+ \([\d.]+s\)\n    context deadline exceeded\nFAIL$", re.M)
UNGUIDED = "without coverage guidance"
SEED = re.compile(r"failure while testing seed corpus entry: (\S+)")


@dataclass(frozen=True, order=True)
class Target:
    package: str  # such as ./pkg/data
    name: str

    def __str__(self) -> str:
        return f"{self.package.removeprefix('./')} {self.name}"


@dataclass
class Outcome:
    executions: int  # besides the seeds
    wrong: str = ""  # what, and how to see it again


def targets(root: Path) -> list[Target]:
    """All fuzz tests below the folder, but for those of other modules and of test data."""
    found = []
    for file in root.rglob("*_test.go"):
        folder = file.parent.relative_to(root)
        if not any(part.startswith((".", "_")) or part == "testdata" for part in folder.parts):
            found += (Target(f"./{folder.as_posix()}", name) for name in DECLARED.findall(file.read_text()))
    return sorted(found)


def build(package: str, program: Path) -> list[str]:
    """Makes a package's test program, once for all of its targets.

    It is guided by the coverage of the module alone. With that of all it imports, as go test -fuzz has it, 470 packages were compiled
    anew, a tenth of the inputs or fewer were tried in the same time, and of the module less was covered.
    """
    return ["go", "test", "-c", "-gcflags=./...=-d=libfuzzer", "-o", str(program), package]


def command(program: Path, name: str, seconds: int, found: Path) -> list[str]:
    """What is found goes into a folder of this run alone: a cache would grow, and is gone through first."""
    return [str(program), "-test.paniconexit0", "-test.run=^$", f"-test.fuzz=^{name}$", f"-test.fuzztime={seconds}s",
            "-test.fuzzminimizetime=5x", "-test.parallel=1", f"-test.fuzzcachedir={found}"]


def outcome(target: Target, seconds: int, status: int, said: str) -> Outcome:
    """Reads what a test program said, or the go command that made none."""
    seeds, executions = SEEDS.findall(said), EXECUTED.findall(said)
    done = max(0, int(executions[-1]) - int(seeds[-1])) if seeds and executions else 0
    if status and not TIME_IS_UP.search(said):
        again = ""
        if written := WRITTEN.search(said):
            again = f"\nThe input: {target.package}/{written[1]}"
        if entry := SEED.search(said) or re.search(r"go test -run=(\S+)", said):
            again += f"\nAgain: go test -run='{entry[1]}' {target.package}"
        return Outcome(done, said.rstrip() + again)
    if UNGUIDED in said:
        return Outcome(done, f"{said.rstrip()}\nIt is not instrumented, and so finds nothing but by chance.")
    fewest = FEWEST * seconds
    if done < fewest:
        return Outcome(done, f"{done} executions in {seconds} s, want {fewest} or more: it does too much for each")
    return Outcome(done)


class Programs:
    """What was started and has not ended yet."""

    def __init__(self, environment: dict):
        self.environment, self.started = environment, set()

    def run(self, argv: list[str], folder: Path, seconds: int) -> tuple[int, str]:
        """The exit status and what was said."""
        program = subprocess.Popen(argv, cwd=folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, errors="replace",
                                   start_new_session=True)  # so that its workers can be ended with it
        self.started.add(program)
        try:
            said, _ = program.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            os.killpg(program.pid, signal.SIGKILL)
            said, _ = program.communicate()
            said = f"{said.rstrip()}\nIt did not end: an input that it never gets done with?"
        finally:
            self.started.discard(program)
        return program.returncode, said

    def end(self) -> None:
        for program in list(self.started):
            os.killpg(program.pid, signal.SIGKILL)


def check(seconds: int, **environment: str):
    """A check of scripts/test: counts the fuzz tests that pass and fail."""

    def fuzz() -> tuple[int, int]:
        found, failed = targets(home.ROOT), 0
        programs = Programs({**os.environ, **environment})
        with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_A_TIME) as pool:
            program = {target.package: Path(folder, target.package, "fuzz.test") for target in found}
            built = {package: pool.submit(programs.run, build(package, path), home.ROOT, BUILDING)
                     for package, path in program.items()}

            def run(target: Target) -> Outcome:
                status, said = built[target.package].result()
                if not status:
                    path = program[target.package]
                    status, said = programs.run(command(path, target.name, seconds, path.with_name("found")),
                                                home.ROOT / target.package, seconds + ENDING)
                return outcome(target, seconds, status, said)

            running = {pool.submit(run, target): target for target in found}
            try:
                for number, done in enumerate(as_completed(running), 1):
                    target, result = running[done], done.result()
                    failed += bool(result.wrong)
                    print(f"[{number}/{len(found)}] {target}: {result.executions} executions" +
                          (f"\n{result.wrong}\nFAILED: {target}" if result.wrong else ""), flush=True)
            except BaseException:  # such as Ctrl-C, which does not reach them
                pool.shutdown(wait=False, cancel_futures=True)
                programs.end()
                raise
        return len(found) - failed, failed

    return fuzz
