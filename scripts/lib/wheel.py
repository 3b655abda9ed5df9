"""The XLA plugin for the CPU of a Linux machine: a shared library in a Python wheel, pinned by its hash."""

import shutil
import zipfile
from pathlib import Path

from home import XLA
from pinned import downloaded, verify

NAME = "fastatomstruct-xla-cpu"
VERSION = "2026.6.23"
SHA256 = "88b1c430b341b4bea40a37420311c9c75db6e22b46d2ff95b6986577bee6afe9"
MEMBER = "fastatomstruct_xla_cpu/libpjrt_cpu.so"
GLIBC = (2, 27)  # the oldest it was linked against
PLUGIN = XLA / "libpjrt_cpu.so"


def fetch() -> Path:
    """The plugin's path, after a download if it is not there yet."""
    if PLUGIN.is_file():
        return PLUGIN
    print(f"XLA for the CPU: downloading {NAME} {VERSION} (63 MB), which carries the unmodified build "
          "manual-2026-06-23T00-20-00Z of zml/pjrt-artifacts; XLA is under the Apache-2.0 licence …", flush=True)
    with downloaded(NAME, VERSION, "--only-binary") as archive:
        unpack(archive, PLUGIN)
    return PLUGIN


def unpack(archive: Path, plugin: Path, expected: str = SHA256) -> None:
    """Takes the library out of the wheel, which must be the very file that was pinned."""
    verify(archive, expected, "GOMLX_BACKEND=go:parallelism=-1 works without it.")
    plugin.parent.mkdir(parents=True, exist_ok=True)
    new = plugin.with_suffix(".new")
    with zipfile.ZipFile(archive) as wheel, wheel.open(MEMBER) as source, open(new, "wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
    new.replace(plugin)
