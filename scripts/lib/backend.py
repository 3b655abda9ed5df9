"""Which GoMLX backend the cells use, and why: the first that can be had of

1. what the user set in GOMLX_BACKEND,
2. an XLA plugin that is already installed where go-xla looks,
3. for an NVIDIA GPU, the plugin that go-xla's own installer fetches,
4. on Linux with an amd64 processor, a pinned CPU plugin from the Python package index (wheel.py),
5. elsewhere, go-xla's own installer again,
6. pure Go.
"""

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Callable

import wheel
from golang import Toolchain
from home import ROOT, XLA, write_whole
from pinned import Tampered, failed_lately
from trouble import Trouble

# Plain "go" can deadlock: a large matrix product holds every worker and then waits for one.
PURE_GO = "go:parallelism=-1"
HAS_XLA = {("linux", "amd64"), ("linux", "arm64"), ("darwin", "arm64")}  # where go-xla compiles


@dataclass(frozen=True)
class Backend:
    value: str  # of GOMLX_BACKEND
    why: str

    def __str__(self) -> str:
        kind = {"xla": "XLA", "go": "pure Go"}.get(self.value.partition(":")[0], "as set")
        return f"Backend: {kind} ({self.value}), because {self.why}."


@dataclass
class Machine:
    """What the choice depends on."""

    os: str
    arch: str
    c_compiler: bool
    glibc: tuple[int, ...] = ()
    nvidia: bool = False
    environ: dict = field(default_factory=dict)
    plugin_folders: list[Path] = field(default_factory=list)


def this_machine(go: Toolchain) -> Machine:
    return Machine(
        go.os, go.arch, go.c_compiler, glibc(), Path("/dev/nvidia0").exists() or bool(shutil.which("nvidia-smi")),
        dict(os.environ), plugin_folders(),
    )


def choose(machine: Machine, fetch_wheel: Callable[[], Path], install_go_xla: Callable[[], str]) -> Backend:
    """The choice; fetch_wheel and install_go_xla make ready what they return, or raise Trouble."""
    if value := machine.environ.get("GOMLX_BACKEND"):
        return Backend(value, "GOMLX_BACKEND is set")
    if (machine.os, machine.arch) not in HAS_XLA:
        return Backend(PURE_GO, f"XLA does not come for {machine.os}/{machine.arch}")
    if not machine.c_compiler:
        install = "xcode-select --install" if machine.os == "darwin" else "apt-get install gcc libc6-dev"
        return Backend(PURE_GO, f"XLA needs a C compiler and none was found ({install})")
    if plugin := installed(machine):
        # Named by its path: GoMLX then finds it whatever the search path of the program that asks.
        return Backend(value_of(plugin), f"{plugin} is installed")

    failures = []
    if machine.nvidia or (machine.os, machine.arch) != ("linux", "amd64"):
        try:
            whose = "an NVIDIA GPU" if machine.nvidia else f"{machine.os}/{machine.arch}"
            return Backend(install_go_xla(), f"go-xla has a plugin for {whose}")
        except Trouble as trouble:
            failures.append(f"go-xla's installer found none: {reason(trouble)}")
    if (machine.os, machine.arch) == ("linux", "amd64"):
        if machine.glibc >= wheel.GLIBC:
            try:
                return Backend(value_of(fetch_wheel()), f"the plugin of {wheel.NAME} {wheel.VERSION} runs here")
            except Tampered:
                raise
            except Trouble as trouble:
                failures.append(f"{wheel.NAME} could not be had: {reason(trouble)}")
        else:
            need = ".".join(map(str, wheel.GLIBC))
            failures.append(f"the XLA plugin needs glibc {need} or newer")
    return Backend(PURE_GO, "; ".join(failures))


def value_of(plugin: Path) -> str:
    """GOMLX_BACKEND for a plugin; one for the CPU reads our memory in place, which go-xla must be told."""
    return f"xla:{plugin}" if "cuda" in plugin.name else f"xla:{plugin},shared_buffers"


def reason(trouble: Trouble) -> str:
    """The last line of what a program said before it failed, or else all."""
    lines = [line.strip() for line in str(trouble).splitlines()]
    said = [line for line in lines[1:] if line and not line.startswith("The whole log")]
    return said[-1] if said else lines[0]


def installed(machine: Machine) -> Path | None:
    """A plugin where go-xla looks for one, the GPU's first: same folders, same names, same order."""
    wanted = ["cuda", "cpu"] if machine.nvidia else ["cpu"]
    for name in wanted:
        for folder in machine.plugin_folders:
            for pattern in (f"pjrt[-_]plugin[-_]{name}*", f"pjrt_c_api_{name}*_plugin.*"):
                found = [path for path in sorted(folder.glob(pattern)) if path.suffix in (".so", ".dylib")]
                if found:
                    return found[-1]
    return None


def plugin_folders() -> list[Path]:
    """See go-xla's pjrt/dynamiclib_*.go; the system's own library folders come last."""
    if "PJRT_PLUGIN_LIBRARY_PATH" in os.environ:
        return [Path(part) for part in os.environ["PJRT_PLUGIN_LIBRARY_PATH"].split(":") if part]
    folders = []
    for prefix in (Path.home() / ".local" / "lib", Path("/usr/local/lib")):
        folders += [prefix / "go-xla", prefix / "go-xla" / "nvidia", prefix / "gomlx" / "pjrt"]
    if platform.system() == "Darwin":
        folders.append(Path.home() / "Library" / "Application Support" / "go-xla")
    for name in ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"):
        folders += [Path(part) for part in os.environ.get(name, "").split(":") if part.startswith("/")]
    return folders


def glibc() -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in os.confstr("CS_GNU_LIBC_VERSION").split()[1].split("."))
    except (AttributeError, OSError, ValueError, IndexError):
        return ()  # not glibc


def resolve(go: Toolchain) -> Backend:
    """The choice for this machine, downloaded if need be."""
    machine = this_machine(go)
    theirs = machine.environ.get("GOMLX_BACKEND")
    if theirs and machine.environ.get("VITRINE_BACKEND_WHY") and theirs == unasked(go).value:
        machine = replace(machine, environ={})  # set by env.sh, not by the user
    return choose(machine, once_a_day("wheel", wheel.fetch), once_a_day("go-xla", go_xla))


def unasked(go: Toolchain) -> Backend:
    """What the choice would be, of what is there already, had the user not set GOMLX_BACKEND."""
    def there(what):
        if not what:
            raise Trouble("it is not installed")
        return what

    machine = replace(this_machine(go), environ={})
    return choose(machine, lambda: there(wheel.PLUGIN.is_file() and wheel.PLUGIN), lambda: there(said_by_go_xla()))


def once_a_day(name: str, fetch: Callable) -> Callable:
    """A failed download is not tried again for a day, so that starts stay quick."""
    note = XLA / f"{name}.failed"

    def try_():
        if failed_lately(note):
            raise Trouble(note.read_text())
        note.unlink(missing_ok=True)
        try:
            return fetch()
        except Tampered:
            raise
        except Trouble as trouble:
            write_whole(note, f"{reason(trouble)} (tried again after a day, or when {note} is gone)")
            raise

    return try_


def said_by_go_xla() -> str | None:
    """What go-xla's installer answered an earlier time, if what it installed is still there."""
    said = XLA / "go-xla.backend"
    if said.is_file() and Path(said.read_text().partition(":")[2].partition(",")[0]).is_file():
        return said.read_text()
    return None


def go_xla() -> str:
    """Lets go-xla's own installer fetch the plugin for this machine; returns the value of GOMLX_BACKEND."""
    if value := said_by_go_xla():
        return value
    print("XLA: go-xla's own installer fetches its tested plugin for this machine (XLA, Apache-2.0) …", flush=True)
    argv = ["go", "run", "./cmd/vitrine", "backend", "--install", str(XLA)]
    try:
        asked = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=1200, close_fds=False)
    except subprocess.TimeoutExpired:
        raise Trouble("it took more than 20 minutes") from None
    lines = asked.stdout.strip().splitlines()
    if asked.returncode or not lines:
        # go run adds the exit status.
        said = [line for line in asked.stderr.strip().splitlines() if not line.startswith("exit status")]
        raise Trouble(said[-1] if said else "it said nothing")
    write_whole(XLA / "go-xla.backend", lines[-1])
    return lines[-1]
