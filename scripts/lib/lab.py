"""Opens the notebooks in JupyterLab, with the kernel "Go (Vitrine)" ready. What follows goes to `jupyter lab`."""

import os
import sys

import home
from prepare import prepare
from trouble import end_well


def command() -> list[str]:
    """The command line that starts JupyterLab on this checkout, in the environment of prepare()."""
    argv = [str(home.PYTHON), "-m", "jupyterlab", f"--ServerApp.root_dir={home.ROOT}",
            f"--FileContentsManager.preferred_dir={home.NOTEBOOKS if home.NOTEBOOKS.is_dir() else home.ROOT}"]
    if os.geteuid() == 0:
        argv.append("--allow-root")
    return argv


def main() -> int:
    if {"-h", "--help"} & set(sys.argv[1:]):
        print(f"usage: scripts/lab [option…]\n\n{__doc__}\nSuch as --no-browser, --port=8899 or --ip=0.0.0.0; "
              "a port that is taken gives way to the next free one.")
        return 0
    prepare(completion=True)
    sys.stdout.flush()
    argv = [*command(), *sys.argv[1:]]
    os.execv(argv[0], argv)


if __name__ == "__main__":
    end_well(main)
