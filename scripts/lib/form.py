"""What every notebook of the repository keeps to, so that it can be read, compared and trusted."""

import json
import re
from pathlib import Path

from home import ROOT

CELLS, LINES = 15, 15
# The last cell proves what the notebook claimed: it must be able to fail.
CAN_FAIL = re.compile(r"\b\w*[Cc]heck\w*|\bpanic\(|\blog\.Fatal|\bmust\.|\bos\.Exit\(")


def complaints(path: Path) -> list[str]:
    """What is wrong with the form of a notebook; nothing if it is as it should be."""
    book = json.loads(path.read_text())
    code = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
    wrong = []
    kernel = json.loads((ROOT / "kernel" / "kernel.json").read_text())
    if (spec := book["metadata"].get("kernelspec", {})).get("name") != "vitrine":
        wrong.append(f"its kernel is {spec.get('name')!r}, not 'vitrine'")
    elif spec.get("display_name") != kernel["display_name"]:
        wrong.append(f"its kernel is called {spec.get('display_name')!r}, not {kernel['display_name']!r}")
    if len(code) > CELLS:
        wrong.append(f"it has {len(code)} code cells, more than {CELLS}")
    for number, cell in enumerate(code, 1):
        lines = "".join(cell["source"]).strip().count("\n") + 1
        if lines > LINES:
            wrong.append(f"code cell {number} has {lines} lines, more than {LINES}")
        if cell["outputs"] or cell["execution_count"] is not None:
            wrong.append(f"code cell {number} carries outputs: clear them before a commit")
    if not code or not CAN_FAIL.search("".join(code[-1]["source"])):
        wrong.append("its last code cell checks nothing")
    return wrong
