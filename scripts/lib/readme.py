"""Prints the README's figures again, as measured here and now, and draws its picture, docs/why-this-person.png, from the report of notebook 13."""

import argparse
import json
import os
import re
import shutil
import subprocess
import time

import home
import notebooks
from prepare import prepare
from trouble import Trouble, end_well

PURE_GO = "go:parallelism=-1"


def main() -> int:
    argparse.ArgumentParser(prog="scripts/readme", description=__doc__).parse_args()
    prepare(checks=True)
    first = notebooks.known()[0]
    trained = home.HOME / "tmp" / "readme"  # a cache of its own, so that everything is computed
    for backend in (PURE_GO, os.environ["GOMLX_BACKEND"]):  # the report that is left is the second's
        shutil.rmtree(trained, ignore_errors=True)
        start = time.monotonic()
        lib("report.py", "1800", first, env={"GOMLX_BACKEND": backend, "VITRINE_BACKEND_WHY": "", "VITRINE_CACHE": str(trained)})
        print(f"The first notebook on {backend.partition(':')[0]}: {time.monotonic() - start:.0f} s; {accuracy(first)}")
    print("A cell that loads its net and explains 16 pictures:")
    lib("celltimes.py", "9", env={"VITRINE_CACHE": str(trained)})
    shutil.rmtree(trained)
    gallery, picture = notebooks.find("13"), home.ROOT / "docs" / "why-this-person.png"
    lib("report.py", "1800", gallery)
    lib("portrait.py", home.REPORTS / f"{gallery.stem}.html", "Why is this person a bad risk?", picture,
        python=home.HOME / "checks" / "bin" / "python")
    print(f"{picture}: {picture.stat().st_size / 1000:.0f} kB")
    return 0


def lib(script: str, *argv, env=None, python=home.PYTHON) -> None:
    command = [str(python), str(home.SCRIPTS / "lib" / script), *map(str, argv)]
    if subprocess.run(command, env={**os.environ, **(env or {})}).returncode:
        raise Trouble(f"{script} failed")


def accuracy(notebook) -> str:
    """What the executed notebook said of unseen pictures."""
    report = json.loads((home.REPORTS / f"{notebook.stem}.ipynb").read_text())
    for cell in report["cells"]:
        for output in cell.get("outputs", []):
            if found := re.search(r"accuracy on unseen pictures [\d.]+", "".join(output.get("text", ""))):
                return found[0]
    raise Trouble(f"{notebook.stem} says nothing of its accuracy")


if __name__ == "__main__":
    end_well(main)
