"""Builds cmd/vitrine and goes on as it, in the environment of the notebooks. Only what it says goes to the standard output."""

import os
import sys
from contextlib import redirect_stdout

import home
from alone import alone
from child import quietly
from prepare import prepare
from trouble import end_well

PROGRAM = home.GO_BIN / "vitrine"


def main() -> int:
    with redirect_stdout(sys.stderr):
        prepare()
        with alone():
            quietly("go", "build", "-o", PROGRAM, "./cmd/vitrine", env={"GOWORK": "off"})
        sys.stderr.flush()
    os.execv(PROGRAM, [str(PROGRAM), *sys.argv[1:]])


if __name__ == "__main__":
    end_well(main)
