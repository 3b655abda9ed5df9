"""The steps of a set-up: each makes one folder, and is done again only when what it is made from changes."""

import hashlib
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from home import write_whole


@dataclass
class Stage:
    title: str
    folder: Path
    made_from: str  # everything that decides what the folder holds
    make: Callable[[], bool | None]  # False: go on without it, and try again next time
    whole: Callable[[], bool] = lambda: True  # whether it is still all there
    keep: bool = False  # a cache: what an earlier run left in it is still good

    @property
    def stamp(self) -> Path:
        return self.folder / ".made-from"

    def done(self) -> bool:
        return self.stamp.is_file() and self.stamp.read_text() == self.made_from and self.whole()

    def run(self) -> None:
        """Makes the folder; the stamp comes last, so that a stage that was interrupted counts as not done."""
        self.stamp.unlink(missing_ok=True)
        if not self.keep:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True, exist_ok=True)
        if self.make() is not False:
            write_whole(self.stamp, self.made_from)


def run(stages: list[Stage]) -> None:
    """Brings every stage up to date and says what it does meanwhile."""
    for number, stage in enumerate(stages, 1):
        if stage.done():
            continue
        sys.stdout.write(f"[{number}/{len(stages)}] {stage.title} …")
        sys.stdout.flush()
        start = time.monotonic()
        try:
            stage.run()
        except BaseException:
            print(flush=True)
            raise
        print(f" {time.monotonic() - start:.0f} s", flush=True)


def digest(*parts) -> str:
    """A short name for the contents of files (paths) and of anything else (its text)."""
    sha = hashlib.sha256()
    for part in parts:
        data = part.read_bytes() if isinstance(part, Path) else str(part).encode()
        sha.update(len(data).to_bytes(8, "big") + data)
    return sha.hexdigest()
