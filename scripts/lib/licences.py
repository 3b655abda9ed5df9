"""The licences of the Go modules that are linked into something of ours: only those that ask for no more than credit."""

import re
import subprocess
from pathlib import Path

from home import ROOT
from trouble import end_well

# What a licence's text says, and no other's. Add one only with the thought that it deserves.
ALLOWED = {
    "Apache-2.0": r"Apache License\s+Version 2\.0",
    "MIT": r"Permission is hereby granted, free of charge",
    "BSD": r"Redistribution and use in source and binary forms",
    "ISC": r"Permission to use, copy, modify, and(/or)? distribute this software",
}
NAMES = re.compile(r"(licen[sc]e|copying)([.-].*)?", re.I)


def licence(folder: Path) -> str | None:
    """The licence of a module, if it is one of those allowed."""
    for file in sorted(folder.iterdir()):
        if NAMES.fullmatch(file.name) and file.is_file():
            text = file.read_text(errors="replace")
            for name, says in ALLOWED.items():
                if re.search(says, text):
                    return name
    return None


def linked() -> dict[str, Path]:
    """The modules of all packages that ours import, without their tests: name and version, and folder."""
    form = "{{with .Module}}{{if not .Main}}{{.Path}}@{{.Version}}\t{{.Dir}}{{end}}{{end}}"
    said = subprocess.run(["go", "list", "-deps", "-f", form, "./..."], cwd=ROOT, stdout=subprocess.PIPE, text=True,
                          check=True).stdout
    return {name: Path(folder) for name, folder in (line.split("\t") for line in sorted(set(said.split("\n"))) if line)}


def main() -> int:
    found = {module: licence(folder) for module, folder in linked().items()}
    for module, name in found.items():
        print(f"{name or 'NOT ALLOWED':<12} {module}")
    return int(not all(found.values()))


if __name__ == "__main__":
    end_well(main)
