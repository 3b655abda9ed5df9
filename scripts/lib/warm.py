"""Compiles ahead what cells import, under their very flags: without it the first cell takes over a minute."""

import json
import os
import re
import subprocess
from pathlib import Path

from child import quietly
from golang import Toolchain
from home import GO_CACHE, HOME, NOTEBOOKS, ROOT
from stages import Stage, digest
from trouble import Trouble


def stage(go: Toolchain) -> Stage:
    imports = notebook_imports()
    downloaded = Path(go.module_cache, "cache", "download", "github.com", "janpfeifer", "gonb")

    def make() -> bool:
        quietly("go", "mod", "download", env={"GOWORK": "off"},
                advice="If there is a network: Go's own settings (GOPROXY and its like) apply here.")
        program = HOME / "tmp" / "cell.go"
        program.parent.mkdir(exist_ok=True)
        every = packages({"flag", "fmt", "github.com/janpfeifer/gonb/gonbui", *imports})
        program.write_text("package main\n\nimport (\n" + "".join(f'\t_ "{path}"\n' for path in every)
                           + ")\n\nfunc main() {}\n")
        binary = program.with_suffix("")
        try:
            quietly("go", "build", "-o", binary, program, env={"GOWORK": "off"})
        except Trouble as trouble:  # such as a package being worked on: cells that do not need it still run
            print(f"\n{trouble}")
            return False
        binary.unlink()
        return True

    made_from = digest(ROOT / "go.mod", ROOT / "go.sum", go, str(ROOT), *sorted(imports))
    # go clean -modcache empties it behind our back.
    return Stage("What cells import", GO_CACHE, made_from, make, whole=downloaded.is_dir, keep=True)


def notebook_imports() -> set[str]:
    """The import paths that stand in the notebooks' code cells."""
    found = set()
    for notebook in NOTEBOOKS.glob("*.ipynb"):
        for cell in json.loads(notebook.read_text()).get("cells", []):
            if cell["cell_type"] == "code":
                found |= imports_of("".join(cell["source"]))
    return found


def imports_of(code: str) -> set[str]:
    single = re.findall(r'^\s*import\s+(?:[\w.]+\s+)?"([^"]+)"', code, re.M)
    blocks = re.findall(r"^\s*import\s*\((.*?)\)", code, re.M | re.S)
    return {*single, *(path for block in blocks for path in re.findall(r'"([^"]+)"', block))}


def packages(imports: set[str]) -> list[str]:
    """Those that exist, and all of this module's: goimports adds them to cells that do not name them."""
    found = '{{if not (or .Error (eq .Name "main"))}}{{.ImportPath}}{{end}}'
    asked = subprocess.run(["go", "list", "-e", "-f", found, *sorted(imports), "./pkg/..."], cwd=ROOT,
                           env={**os.environ, "GOWORK": "off"}, capture_output=True, text=True)
    return [path for path in asked.stdout.split() if "/internal" not in path]
