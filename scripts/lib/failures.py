"""What went wrong in a cell, and where: read from what GoNB wrote into the cell's outputs."""

import re
from dataclasses import dataclass

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
# GoNB's own count of cells, and the line within the cell.
PLACE = re.compile(r"Cell(?: \[(\d+)\]|\[(\d+)\]:)? Line (\d+)")
# What the kernel adds when a shell line, or the cell's own process, ends badly.
BAD_END = re.compile(r"^(?:exit status \d+|signal: .+)$", re.M)
UNKNOWN_COMMAND = re.compile(r'^"(%\S+)" unknown or not implemented yet', re.M)


@dataclass
class Failure:
    notebook: str
    cell: int  # counting code cells from 1
    line: int | None  # within that cell, from 1
    message: str
    defined_in: int | None = None  # the cell that the line is in, if it is another

    def __str__(self) -> str:
        line = f", line {self.line}" if self.line else ""
        where = f" of cell {self.defined_in}" if self.line and self.defined_in not in (None, self.cell) else ""
        return f"{self.notebook}, cell {self.cell}{line}{where}: {self.message}"


def find(notebook: str, number: int, cell, numbers: dict[int, int]) -> Failure | None:
    """What went wrong in this cell, if anything; numbers gives the cell of each of GoNB's counts."""
    said = [output for output in cell["outputs"] if output["output_type"] == "stream" and output["name"] == "stderr"]
    stderr = COLOURS.sub("", "".join(output["text"] for output in said))
    for output in cell["outputs"]:
        if output["output_type"] == "error":
            return of_error(notebook, number, output, stderr, numbers)
    lines = cell["source"].splitlines()
    if found := UNKNOWN_COMMAND.search(stderr):
        return Failure(notebook, number, _only(lines, re.escape(found[1])), f"{found[1]} is not a command of GoNB")
    if found := BAD_END.search(stderr):
        before = _last_line(stderr[:found.start()])
        message = f"a shell line failed: {found[0]}" + (f" ({before})" if before else "")
        return Failure(notebook, number, _only(lines, "!"), message)
    return None


def of_error(notebook: str, number: int, error, stderr: str, numbers: dict[int, int]) -> Failure:
    """Compiler errors carry their place in the traceback; a cell that died has left a stack on stderr."""
    for entry in error.get("traceback", []):
        entry = COLOURS.sub("", entry)
        if (place := PLACE.search(entry)) and entry.strip():
            message = entry.strip().splitlines()[-1]
            return Failure(notebook, number, int(place[3]), message, _cell(place, number, numbers))
    value = COLOURS.sub("", error.get("evalue", "")).strip() or error.get("ename", "error")
    place = PLACE.search(stderr)
    message = _why_it_died(stderr, value)
    if not place:
        return Failure(notebook, number, None, message)
    return Failure(notebook, number, int(place[3]), message, _cell(place, number, numbers))


def _why_it_died(stderr: str, value: str) -> str:
    for line in stderr.splitlines():
        if line.startswith(("panic: ", "fatal error: ")):
            return line
    if "\n" in value:  # what the go command said, before GoNB's advice
        return _last_line(value.partition("\n-----")[0])
    last = _last_line(BAD_END.sub("", stderr))
    return f"{value} ({last})" if last else value


def _cell(place, number: int, numbers: dict[int, int]) -> int:
    count = place[1] or place[2]
    return numbers.get(int(count), number) if count else number


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _only(lines: list[str], start: str) -> int | None:
    """The number of the line that begins so, if only one does."""
    found = [number for number, line in enumerate(lines, 1) if re.match(start, line.strip())]
    return found[0] if len(found) == 1 else None
