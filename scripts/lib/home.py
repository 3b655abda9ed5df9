"""Where everything lives. All that is installed or made is in ROOT/.vitrine, but for the reports."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"
REPORTS = ROOT / "reports"
SCRIPTS = ROOT / "scripts"

HOME = ROOT / ".vitrine"
VENV = HOME / "venv"
PYTHON = VENV / "bin" / "python"
GO_BIN = HOME / "go" / "bin"
COMPLETION = HOME / "go" / "completion"
GO_CACHE = HOME / "go-build"
JUPYTER = HOME / "jupyter"
XLA = HOME / "xla"
CACHE = HOME / "cache"
MIRROR = HOME / "mirror"  # of published data, for VITRINE_MIRROR
LOGS = HOME / "log"
ENV_FILE = HOME / "env.sh"


def write_whole(path: Path, text: str) -> None:
    """Writes a file that others see either as it was or complete; untouched if it says so already."""
    if path.is_file() and path.read_text() == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}.new")
    new.write_text(text)
    new.replace(path)
