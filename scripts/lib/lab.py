"""Opens a folder in JupyterLab, the checkout's notebooks if none is named, with the kernel "Go (Vitrine)" ready.

Everything else goes to `jupyter lab`."""

import os
import sys
from pathlib import Path

import home
from prepare import prepare
from trouble import Trouble, end_well


def command(*asked: str) -> list[str]:
    """The command line that starts JupyterLab as asked, in the environment of prepare()."""
    folders = [Path(arg).resolve() for arg in asked if os.path.isdir(arg)]
    if len(folders) > 1:
        raise Trouble(f"Expected one folder and got {len(folders)}: {', '.join(map(str, folders))}")
    root, shown = (folders * 2) or (home.ROOT, home.NOTEBOOKS if home.NOTEBOOKS.is_dir() else home.ROOT)
    argv = [str(home.PYTHON), "-m", "jupyterlab", f"--ServerApp.root_dir={root}",
            f"--FileContentsManager.preferred_dir={shown}", *(arg for arg in asked if not os.path.isdir(arg))]
    if os.geteuid() == 0:
        argv.append("--allow-root")
    return argv


def main() -> int:
    if {"-h", "--help"} & set(sys.argv[1:]):
        print(f"usage: scripts/lab [FOLDER] [option…]\n\n{__doc__}\nSuch as --no-browser, --port=8899 or --ip=0.0.0.0; "
              "a port that is taken gives way to the next free one.")
        return 0
    argv = command(*sys.argv[1:])  # a mistake is said before a long set-up
    prepare(completion=True)
    sys.stdout.flush()
    os.execv(argv[0], argv)


if __name__ == "__main__":
    end_well(main)
