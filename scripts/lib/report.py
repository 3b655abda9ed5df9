"""Runs notebooks and writes their reports. Started by run.py, in the Python that has Jupyter."""

import os
import sys
from pathlib import Path

import nbformat

import page
from execute import Outcome, execute
from home import REPORTS, write_whole
from trouble import end_well


def report(path: Path, cell_timeout: float) -> Outcome:
    """Runs one notebook; writes and names its reports, whatever came of it."""
    outcome = execute(path, cell_timeout)
    executed, html = REPORTS / f"{path.stem}.ipynb", REPORTS / f"{path.stem}.html"
    write_whole(executed, nbformat.writes(outcome.book) + "\n")
    write_whole(html, page.render(outcome.book, path))
    print(f"{executed}\n{html}")
    state = "interrupted after" if outcome.interrupted else "failed after" if outcome.failure else "done in"
    print(f"{path.stem}  {state} {outcome.seconds:.1f} s", flush=True)
    if outcome.failure:
        print(f"FAILED: {outcome.failure}", file=sys.stderr, flush=True)
    return outcome


def main() -> int:
    os.environ["VITRINE_UNATTENDED"] = "1"  # for kernel.sh
    failed = False
    for path in sys.argv[2:]:
        outcome = report(Path(path), float(sys.argv[1]))
        failed = failed or outcome.failure is not None
        if outcome.interrupted:
            return 130
    return int(failed)


if __name__ == "__main__":
    end_well(main)
