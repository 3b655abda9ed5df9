"""What went wrong in a cell, and where: read from what GoNB wrote into the cell's outputs."""

import re
from dataclasses import dataclass
from pathlib import Path

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
# GoNB's own count of cells, and the line within the cell.
PLACE = re.compile(r"Cell(?: \[(\d+)\]|\[(\d+)\]:)? Line (\d+)")
# A stack's frame in the program that GoNB made of the cells.
FRAME = re.compile(r"(/\S*gonb_\w+/main(?:_test)?\.go):(\d+)")
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


def find(notebook: str, cells: list) -> Failure | None:
    """What went wrong in the last of these code cells, if anything. The kernel must still be there."""
    cell, number = cells[-1], len(cells)
    said = [output for output in cell["outputs"] if output["output_type"] == "stream" and output["name"] == "stderr"]
    stderr = COLOURS.sub("", "".join(output["text"] for output in said))
    for output in cell["outputs"]:
        if output["output_type"] == "error":
            return _of_error(notebook, cells, output, stderr)
    lines = cell["source"].splitlines()
    if found := UNKNOWN_COMMAND.search(stderr):
        return Failure(notebook, number, _only(lines, re.escape(found[1])), f"{found[1]} is not a command of GoNB")
    if found := BAD_END.search(stderr):
        before = _last_line(stderr[:found.start()])
        message = f"a shell line failed: {found[0]}" + (f" ({before})" if before else "")
        return Failure(notebook, number, _only(lines, "!"), message)
    return None


def _of_error(notebook: str, cells: list, error, stderr: str) -> Failure:
    """Compiler errors carry their place in the traceback; a cell that died has left a stack on stderr."""
    number = len(cells)
    for entry in error.get("traceback", []):
        entry = COLOURS.sub("", entry)
        if place := PLACE.search(entry):
            return Failure(notebook, number, int(place[3]), _last_line(entry), _cell(place, cells))
    value = COLOURS.sub("", error.get("evalue", "")).strip() or error.get("ename", "error")
    cell, line = _of_stack(cells, stderr)
    return Failure(notebook, number, line, _why_it_died(stderr, value), cell)


def _of_stack(cells: list, stderr: str) -> tuple[int | None, int | None]:
    """The cell and the line of a stack's first frame that is of a cell.

    GoNB writes the place beside most frames. Not all: it looks at what it is sent piece by piece, and a program that
    dies sends its stack in small pieces. So its program is asked for the text of the line, and the cells for the text.
    """
    if frame := FRAME.search(stderr):
        program = Path(frame[1])
        text = program.read_text().splitlines()[int(frame[2]) - 1] if program.is_file() else ""
        for number, cell in reversed(list(enumerate(cells, 1))):
            for line, source in enumerate(cell["source"].splitlines(), 1):
                if text.strip() and source.strip().removeprefix("var ") == text.strip().removeprefix("var "):
                    return number, line
    if place := PLACE.search(stderr):
        return _cell(place, cells), int(place[3])
    return None, None


def _why_it_died(stderr: str, value: str) -> str:
    for line in stderr.splitlines():
        if line.startswith(("panic: ", "fatal error: ")):
            return line
    if "\n" in value:  # what the go command said, before GoNB's advice
        return _last_line(value.partition("\n-----")[0])
    last = _last_line(BAD_END.sub("", stderr))
    return f"{value} ({last})" if last else value


def _cell(place, cells: list) -> int:
    """The number of the cell that GoNB counts as such; it counts only what it was given to run."""
    count = int(place[1] or place[2] or 0)
    return next((number for number, cell in enumerate(cells, 1) if cell["execution_count"] == count), len(cells))


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _only(lines: list[str], start: str) -> int | None:
    """The number of the line that begins so, if only one does."""
    found = [number for number, line in enumerate(lines, 1) if re.match(start, line.strip())]
    return found[0] if len(found) == 1 else None
