"""The environment that cells, tests and tools share, and its file .vitrine/env.sh."""

import os
import shlex
import sys
from pathlib import Path

import home
from backend import Backend
from golang import Toolchain


def of_go(go: Toolchain) -> dict[str, str]:
    """How everything is compiled: cells, tests and tools share one build cache, so they share every flag."""
    return {
        "GOFLAGS": go.flags,
        "GOEXPERIMENT": go.experiment,
        "GOCACHE": str(home.GO_CACHE),
        "GOMODCACHE": go.module_cache,
        "GOTOOLCHAIN": "local",  # the one that was found: see PATH
        "CGO_ENABLED": "1" if go.c_compiler else "0",
    }


# How glibc keeps memory: in two arenas, in place of eight a core, that grow by 64 MB and keep that. Every call of a program of XLA's allocates
# anew what it needs on the way; all arenas but the first are made of heaps of 64 MB, and what does not fit, or leaves one empty, comes from
# the kernel each time, as zeros: an eighth of a Transformer's training step. It must be said before a process has threads.
MEMORY = {"MALLOC_ARENA_MAX": "2", "MALLOC_TOP_PAD_": str(64 << 20)}


def of_cells() -> dict[str, str]:
    return {
        **MEMORY,
        "VITRINE_ROOT": str(home.ROOT),
        "GOMLX_NO_AUTO_INSTALL": "1",  # what is installed is pinned here; a cell never downloads
        "JUPYTER_PATH": str(home.JUPYTER),
        "JUPYTER_DATA_DIR": str(home.JUPYTER / "data"),
        "JUPYTER_CONFIG_DIR": str(home.JUPYTER / "config"),
        "JUPYTER_RUNTIME_DIR": str(home.JUPYTER / "runtime"),
        "IPYTHONDIR": str(home.JUPYTER / "ipython"),
    }


def enter(go: Toolchain) -> None:
    """Sets up this process, and so all that it starts, to compile as cells do."""
    folders = [str(home.GO_BIN), str(home.VENV / "bin"), os.path.join(go.root, "bin")]
    os.environ.update(of_go(go), PATH=os.pathsep.join([*folders, os.environ["PATH"]]))


def settle(go: Toolchain, backend: Backend, unasked: Backend) -> None:
    """Sets the rest, and writes all of it to env.sh for kernels, editors and people.

    What the user has set for this one time is not written: unasked is the backend without it.
    """
    fixed = {**of_go(go), **of_cells()}
    lines = ["# Written by scripts/: `source .vitrine/env.sh` to work as the notebooks do."]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in fixed.items()]
    os.environ.update(fixed)
    # Where the user has set one of these, that stays.
    for name, default in {"VITRINE_CACHE": str(home.CACHE), "VITRINE_MIRROR": str(home.MIRROR), "GOMLX_BACKEND": unasked.value}.items():
        why = f" VITRINE_BACKEND_WHY={shlex.quote(unasked.why)}" if name == "GOMLX_BACKEND" else ""
        lines.append(f'[ -n "${{{name}:-}}" ] || export {name}={shlex.quote(default)}{why}')
    os.environ.update(VITRINE_CACHE=os.environ.get("VITRINE_CACHE") or str(home.CACHE),
                      VITRINE_MIRROR=os.environ.get("VITRINE_MIRROR") or str(home.MIRROR),
                      GOMLX_BACKEND=backend.value, VITRINE_BACKEND_WHY=backend.why)
    folders = [home.GO_BIN, home.VENV / "bin", Path(go.root, "bin")]
    lines.append("export PATH=" + ":".join(shlex.quote(str(folder)) for folder in folders) + ':"$PATH"')
    home.write_whole(home.ENV_FILE, "\n".join(lines) + "\n")


def python(script: str, *argv: str) -> None:
    """Goes on as another script of this folder, in the Python that has Jupyter."""
    sys.stdout.flush()
    os.execv(home.PYTHON, [str(home.PYTHON), str(home.SCRIPTS / "lib" / script), *argv])
