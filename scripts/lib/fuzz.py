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
# Fewer inputs than this in ten seconds find nothing: then a test does too much for each, such as writing a file.
FEWEST = 200
BUILDING = 600  # seconds that the go command may need before, to instrument all that a package imports

DECLARED = re.compile(r"^func (Fuzz\w+)\(\w+ \*testing\.F\)", re.M)
SEEDS = re.compile(r"gathering baseline coverage: \d+/(\d+) completed")
EXECUTED = re.compile(r"execs: (\d+)")
WRITTEN = re.compile(r"Failing input written to (\S+)")
# The go command fails like this, now and then, when the time is up while it hands an input over (golang/go#75804).
TIME_IS_UP = re.compile(r"^--- FAIL: Fuzz\w+ \([\d.]+s\)\n    context deadline exceeded\nFAIL$", re.M)
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


def command(target: Target, seconds: int, found: str) -> list[str]:
    """What is found goes into a folder of this run alone: the cache of the go command grows, and is gone through first."""
    return ["go", "test", "-vet=off", "-run=^$", f"-fuzz=^{target.name}$", f"-fuzztime={seconds}s",
            "-fuzzminimizetime=5x", "-parallel=1", target.package, "-args", f"-test.fuzzcachedir={found}"]


def outcome(target: Target, seconds: int, status: int, said: str) -> Outcome:
    """Reads what the go command said."""
    seeds, executions = SEEDS.findall(said), EXECUTED.findall(said)
    done = max(0, int(executions[-1]) - int(seeds[-1])) if seeds and executions else 0
    if status and not TIME_IS_UP.search(said):
        again = ""
        if written := WRITTEN.search(said):
            again = f"\nThe input: {target.package}/{written[1]}"
        if entry := SEED.search(said) or re.search(r"go test -run=(\S+)", said):
            again += f"\nAgain: go test -run='{entry[1]}' {target.package}"
        return Outcome(done, said.rstrip() + again)
    fewest = FEWEST * seconds // 10
    if done < fewest:
        return Outcome(done, f"{done} executions in {seconds} s, want {fewest} or more: it does too much for each")
    return Outcome(done)


def run(target: Target, seconds: int, environment: dict, started: set, folder: str) -> Outcome:
    program = subprocess.Popen(command(target, seconds, folder), cwd=home.ROOT, env=environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                               start_new_session=True)  # so that its workers can be ended with it
    started.add(program)
    try:
        said, _ = program.communicate(timeout=seconds + BUILDING)
        return outcome(target, seconds, program.returncode, said)
    except subprocess.TimeoutExpired:
        os.killpg(program.pid, signal.SIGKILL)
        said, _ = program.communicate()
        return Outcome(0, f"{said.rstrip()}\nIt did not end: an input that it never gets done with?")
    finally:
        started.discard(program)


def check(seconds: int, **environment: str):
    """A check of scripts/test: counts the fuzz tests that pass and fail."""

    def fuzz() -> tuple[int, int]:
        found, failed, started = targets(home.ROOT), 0, set()
        with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(AT_A_TIME) as pool:
            running = {pool.submit(run, target, seconds, {**os.environ, **environment}, started,
                                   os.path.join(folder, str(number))): target for number, target in enumerate(found)}
            try:
                for number, done in enumerate(as_completed(running), 1):
                    target, result = running[done], done.result()
                    failed += bool(result.wrong)
                    print(f"[{number}/{len(found)}] {target}: {result.executions} executions" +
                          (f"\n{result.wrong}\nFAILED: {target}" if result.wrong else ""), flush=True)
            except BaseException:  # such as Ctrl-C, which does not reach them
                pool.shutdown(wait=False, cancel_futures=True)
                for program in list(started):
                    os.killpg(program.pid, signal.SIGKILL)
                raise
        return len(found) - failed, failed

    return fuzz
