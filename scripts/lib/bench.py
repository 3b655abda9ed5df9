"""Times Vitrine side by side with PyTorch and Captum: the same weights, the same inputs, by turns, and the results compared.

PyTorch is installed on demand, in .vitrine/bench (4.2 GB on Linux, and Python 3.11 or newer). Exit status 1 says that a goal was missed.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack, redirect_stdout
from pathlib import Path

import home
import pythonenv
import stages
from alone import alone
from child import quietly
from environment import MEMORY
from prepare import prepare
from trouble import Trouble, end_well

PROGRAM = home.GO_BIN / "bench"
LOG = home.LOGS / "bench.log"
ENVIRONMENT = home.HOME / "bench"
PURE_GO = "go:parallelism=-1"
WARM = 2  # calls after the first, before anything is timed
ROUNDS = 3, 25  # at least and at most; in each, every side has its turn
TURN = 3.0  # seconds that a turn should not exceed by more than a call
# Seconds for all rounds, if that allows for more than the fewest. A machine that others use too, below what it can see of them, is slow for
# seconds at a time: all turns of a workload of milliseconds would fall into one such time.
SPAN = 6.0


class Side:
    """A program that takes orders, a line each, and answers each with a line of JSON: cmd/bench or bench_torch.py."""

    def __init__(self, title: str, argv: list, env: dict):
        """env is what differs from this process's environment; None is for what it has not."""
        self.title = title
        env = {key: value for key, value in {**os.environ, **env}.items() if value is not None}
        with open(LOG, "ab") as log:  # in a group of its own: Ctrl-C is for us, who then end it
            self.process = subprocess.Popen([str(arg) for arg in argv], cwd=home.ROOT, text=True, stderr=log, process_group=0,
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()

    def order(self, *words) -> dict:
        try:
            print(*words, file=self.process.stdin, flush=True)
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            status = self.process.wait()
            raise Trouble(f"{self.title} ended by itself with {words[0]} {words[1]}, exit status {status}. Its log is {LOG}.")
        answer = json.loads(line)
        if error := answer.get("error"):
            raise Trouble(f"{self.title}: {words[0]} {words[1]}: {error}")
        return answer

    def call(self, name: str, times: int) -> list[float]:
        return self.order("call", name, times)["seconds"]


class Progress:
    """One line of the standard error on what is done now: rewritten on a terminal, elsewhere only as a workload begins."""

    def __init__(self):
        self.terminal = sys.stderr.isatty()

    def say(self, text: str, major: bool = False) -> None:
        if self.terminal:
            width = shutil.get_terminal_size().columns - 1
            print(f"\r\x1b[K{text[:width]}", end="", file=sys.stderr, flush=True)
        elif major:
            print(text, file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self.terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def measure(workload: dict, ours: Side, peer: Side, pure: Side | None, runs: int, progress: Progress) -> dict:
    """One line of the table. ours writes the weights and inputs that peer reads; pure is pure Go, if that is asked for."""
    name = workload["name"]
    sides = [side for side in (ours, peer, pure) if side]
    first, warm, difference = {}, {}, 0.0
    for side in sides:
        progress.say(f"{name}: first calls, {side.title}", major=side is ours)
        side.order("prepare", name)
        first[side], *rest = side.call(name, 1) + side.call(name, WARM)
        warm[side] = min(rest)
    for side in sides:
        if side is not peer:
            side.order("result", name)
            apart = peer.order("compare", name)["difference"]
            if not apart <= workload["tolerance"]:
                raise Trouble(f"{name}: {side.title} and {peer.title} do not compute the same: they differ by {apart:.1e} of the largest "
                              f"number, {workload['tolerance']:.0e} is allowed. Their times are not compared.")
            difference = max(difference, apart)
    turns = {side: [] for side in sides}
    times = {side: max(1, min(runs, int(TURN / warm[side]))) for side in sides}
    fewest, most = ROUNDS
    rounds = max(fewest, min(most, int(SPAN / sum(warm[side] * (1 + times[side]) for side in sides))))
    for number in range(rounds):
        for side in sides:
            progress.say(f"{name}: round {number + 1} of {rounds}, {side.title}")
            side.call(name, 1)  # what was in the caches is the other side's
            turns[side].append(statistics.median(side.call(name, times[side])))
    for side in sides:
        side.order("end", name)
    progress.clear()
    took = {side: statistics.median(turns[side]) for side in sides}

    def ratio(side: Side) -> float:  # of neighbouring turns, which found the machine alike
        return statistics.median(mine / other for mine, other in zip(turns[side], turns[peer]))

    line = {"ours_ms": 1000 * took[ours], "peer_ms": 1000 * took[peer], "ratio": ratio(ours), "goal": workload.get("goal"),
            "compile_s": max(0.0, first[ours] - took[ours]), "compile_goal_s": workload.get("compile_goal"), "difference": difference}
    if pure:
        line |= {"go_ms": 1000 * took[pure], "go_ratio": ratio(pure)}
    return {key: value if value is None else float(f"{value:.4g}") for key, value in line.items()}


def missed(line: dict, xla: bool = True) -> list[str]:
    """Which of its goals a line misses: goals are for XLA."""
    pairs = {"ratio": "goal", "compile_s": "compile_goal_s"}
    return [what for what, goal in pairs.items() if xla and line[goal] is not None and line[what] > line[goal]]


def table(lines: dict[str, dict], what: dict[str, str], ours: str) -> str:
    """The lines for people; a missed goal has an exclamation mark."""
    xla, pure = ours == "XLA", any("go_ms" in line for line in lines.values())
    heads = ["", f"{ours} ms", "PyTorch ms", "ratio", "goal", "compile s", *(["pure Go ms", "ratio"] if pure else []), "differ by"]
    rows = [heads]
    for name, line in lines.items():
        bad = missed(line, xla)
        goal = [f"{line['goal']:.2g}"] if line["goal"] is not None else []
        goal += [f"{line['compile_goal_s']:.2g} s"] if line["compile_goal_s"] is not None else []
        rows.append([
            f"{name}  {what[name]}", f"{line['ours_ms']:.1f}", f"{line['peer_ms']:.1f}", f"{line['ratio']:.2f}" + "!" * ("ratio" in bad),
            ", ".join(goal), f"{line['compile_s']:.1f}" + "!" * ("compile_s" in bad),
            *([f"{line['go_ms']:.1f}", f"{line['go_ratio']:.2f}"] if pure else []), f"{line['difference']:.0e}"])
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join("  ".join([row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))]).rstrip()
                     for row in rows)


def select(asked: list[str], known: list[dict]) -> list[dict]:
    """The workloads that are asked for by name or by the beginning of a name; all if none is."""
    for word in asked:
        if not any(workload["name"].startswith(word) for workload in known):
            raise Trouble(f"No workload is called {word}; there are {', '.join(workload['name'] for workload in known)}.")
    return [w for w in known if not asked or any(w["name"].startswith(word) for word in asked)]


def install() -> Path:
    """The peer's environment; returns its Python."""
    if sys.version_info < (3, 11):
        raise Trouble(f"PyTorch 2.15 needs Python 3.11 or newer and this is {sys.version.split()[0]}; the rest of Vitrine does without.")
    with alone():
        quietly("go", "build", "-o", PROGRAM, "./cmd/bench", env={"GOWORK": "off"})
        stages.run([pythonenv.stage("bench", "PyTorch and Captum, to compare with (4.2 GB on Linux)", complete=True)])
    return ENVIRONMENT / "bin" / "python"


def cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def busy() -> str:
    """What to say if other programs use the machine."""
    load = os.getloadavg()[0]
    return f"Other programs keep {load:.1f} of {cores()} cores busy: figures of a busy machine mislead." if load > 0.3 * cores() else ""


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("name", nargs="*", help="a workload, or the beginning of its name (default: all)")
    parser.add_argument("--json", action="store_true", help="print {name: {ours_ms, peer_ms, ratio, goal, compile_s, …}}")
    parser.add_argument("--runs", type=int, default=7, metavar="N", help="calls in each turn (default: 7)")
    parser.add_argument("--quick", action="store_true", help="leave out pure Go")
    asked = parser.parse_args()
    if asked.runs < 1:
        parser.error("--runs must be at least 1")
    with redirect_stdout(sys.stderr if asked.json else sys.stdout):
        prepare()
        python = install()
    known = json.loads(subprocess.run([PROGRAM, "list"], check=True, capture_output=True, text=True).stdout)
    workloads = select(asked.name, known)
    xla = not os.environ["GOMLX_BACKEND"].startswith("go")
    ours = "XLA" if xla else "pure Go"
    threads, progress, lines = cores(), Progress(), {}
    print(f"{threads} threads each, by turns of {asked.runs} calls, medians. {busy()}".rstrip(), file=sys.stderr, flush=True)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="vitrine-bench-"))
        limits = {"GOMAXPROCS": str(threads), "OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}

        def start(title: str, argv: list, **env) -> Side:
            return stack.enter_context(Side(title, argv, {**limits, **env}))

        progress.say("Starting PyTorch …")
        peer = start("PyTorch", [python, "-W", "ignore", home.SCRIPTS / "lib" / "bench_torch.py", folder, threads],
                     **dict.fromkeys(MEMORY))  # which are ours
        mine = start(ours, [PROGRAM, "serve", folder])
        pure = None
        if xla and not asked.quick:
            pure = start("pure Go", [PROGRAM, "serve", folder], GOMLX_BACKEND=PURE_GO, VITRINE_BACKEND_WHY="")
        for workload in workloads:
            lines[workload["name"]] = measure(workload, mine, peer, pure, asked.runs, progress)
    if asked.json:
        print(json.dumps(lines, indent=1))
    else:
        print(table(lines, {w["name"]: w["what"] for w in workloads}, ours))
    bad = [f"{name} ({what})" for name, line in lines.items() for what in missed(line, xla)]
    if bad:
        print(f"Goals missed: {', '.join(bad)}. {busy()}".rstrip(), file=sys.stderr)
    return int(bool(bad))


if __name__ == "__main__":
    end_well(main)
