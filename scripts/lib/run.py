"""Runs notebooks from top to bottom and writes of each reports/NAME.ipynb and one self-contained reports/NAME.html."""

import argparse

import environment
import notebooks
from prepare import prepare
from trouble import end_well


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/run", description=__doc__)
    parser.add_argument("notebook", nargs="*", help="a path, a name or a number (default: the first)")
    parser.add_argument("--all", action="store_true", help="every notebook of notebooks/")
    parser.add_argument("--setup-only", action="store_true", help="set up everything, also for scripts/lab, and run nothing")
    parser.add_argument("--cell-timeout", type=float, default=30, metavar="MINUTES",
                        help="stop a cell that takes longer (default: 30)")
    asked = parser.parse_args()
    if asked.setup_only:
        prepare(completion=True)
        return 0
    chosen = notebooks.select(asked.notebook, asked.all)  # a wrong name is said before a long set-up
    prepare()
    return environment.python("report.py", str(asked.cell_timeout * 60), *map(str, chosen))


if __name__ == "__main__":
    end_well(main)
