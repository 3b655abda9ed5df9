"""Which notebooks there are, and which are meant."""

import re
from pathlib import Path

from home import NOTEBOOKS
from trouble import Trouble


def known() -> list[Path]:
    return sorted(NOTEBOOKS.glob("[0-9]*.ipynb"))


def select(asked: list[str], everything: bool = False) -> list[Path]:
    """Finds notebooks by path, name (also its beginning) or number; the first one if nothing is asked."""
    if not asked:
        found = known() if everything else known()[:1]
        if not found:
            raise Trouble(f"There is no notebook in {NOTEBOOKS} yet.")
        return found
    return [find(name) for name in asked]


def find(name: str) -> Path:
    path = Path(name)
    if path.suffix == ".ipynb" and path.is_file():
        return path.resolve()
    stem = path.name.removesuffix(".ipynb")
    number = re.fullmatch(r"0*(\d+)", stem)
    pattern = rf"0*{number[1]}(\D.*)?" if number else re.escape(stem) + ".*"
    found = [book for book in known() if book.stem == stem] or [
        book for book in known() if re.fullmatch(pattern, book.stem)]
    if len(found) == 1:
        return found[0]
    list_ = "\n".join(f"    {book.stem}" for book in found or known()) or "    (none yet)"
    what = f"More than one notebook begins with {name!r}" if found else f"No notebook is called {name!r}; these exist"
    raise Trouble(f"{what}:\n{list_}")
