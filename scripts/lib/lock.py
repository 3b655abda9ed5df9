"""Writes scripts/requirements/*.txt anew: every package that *.in ask for, pinned by version and hash.

One file serves Python 3.10 (bench, shap: 3.11) and newer on Linux and macOS. Needs uv; afterwards, run scripts/test.
"""

import argparse
import shutil
import subprocess

from home import SCRIPTS
from trouble import Trouble, end_well


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/lock", description=__doc__)
    parser.add_argument("--upgrade", action="store_true", help="take newer versions where *.in allow them")
    parser.add_argument("--uv", default="uv", help="the uv program")
    asked = parser.parse_args()
    if not shutil.which(asked.uv):
        raise Trouble("uv makes the locks and was not found: python3 -m pip install uv")
    for wanted in sorted((SCRIPTS / "requirements").glob("*.in")):
        # PyTorch and SHAP want a newer Python, and bench.in names all that is installed of it.
        own = ["--python-version", "3.11" if wanted.stem in ("bench", "shap") else "3.10", *(["--no-deps"] if wanted.stem == "bench" else [])]
        argv = [asked.uv, "pip", "compile", "--quiet", "--universal", *own, "--generate-hashes",
                "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links",
                *(["--upgrade"] if asked.upgrade else []), wanted.name, "-o", wanted.with_suffix(".txt").name]
        subprocess.run(argv, cwd=wanted.parent, check=True)
        print(wanted.with_suffix(".txt"))
    return 0


if __name__ == "__main__":
    end_well(main)
