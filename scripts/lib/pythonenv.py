"""The Python environment: what runs notebooks, from lock files that name every package's hash."""

import importlib.util
import sys

from child import quietly
from home import HOME, SCRIPTS, VENV
from stages import Stage, digest
from trouble import Trouble

REQUIREMENTS = SCRIPTS / "requirements"


def stage(name: str = "jupyter", title: str = "Python environment", complete: bool = False) -> Stage:
    """A virtual environment is made where it stays: its scripts know their own place.

    Of a complete lock, nothing is installed but what it names, whatever else the packages ask for.
    """
    lock = REQUIREMENTS / f"{name}.txt"
    folder = VENV if name == "jupyter" else HOME / name
    python = folder / "bin" / "python"

    def make() -> None:
        if missing := [part for part in ("venv", "ensurepip") if not importlib.util.find_spec(part)]:
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            raise Trouble(f"This Python has no {' and no '.join(missing)}: apt-get install python{version}-venv")
        quietly(sys.executable, "-m", "venv", folder)
        quietly(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
                "--require-hashes", "--only-binary=:all:", *(["--no-deps"] if complete else []), "-r", lock,
                advice="If there is a network: pip's own settings (proxy, index) apply here.")

    base = f"{sys.base_prefix} {sys.version}"
    # An upgrade of the system's Python leaves a link to nowhere.
    return Stage(title, folder, digest(lock, base, str(folder)), make, whole=python.exists)
