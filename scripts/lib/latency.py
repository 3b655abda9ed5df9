"""Measures how long a cell takes that loads the first notebook's net and explains 16 pictures, and what the time is spent on."""

import argparse

import environment
from prepare import prepare
from trouble import end_well


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/latency", description=__doc__)
    parser.add_argument("--times", type=int, default=7, help="how often the warm cell is run (default: 7)")
    asked = parser.parse_args()
    prepare()
    return environment.python("celltimes.py", str(asked.times))


if __name__ == "__main__":
    end_well(main)
