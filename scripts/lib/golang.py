"""The Go toolchain: is it there, is it new enough, and how cells are compiled with it."""

import json
import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass

from home import ROOT
from trouble import Trouble


@dataclass(frozen=True)
class Toolchain:
    version: str  # such as go1.26.5
    root: str  # GOROOT: of the toolchain that go.mod asks for, where Go fetched that one by itself
    os: str
    arch: str
    module_cache: str
    c_compiler: bool  # XLA is reached through cgo
    simd: bool  # accepts GOEXPERIMENT=simd: matrices in pure Go several times faster

    @property
    def flags(self) -> str:
        """GOFLAGS for cells: linking is most of what a cell waits for, and these halve it."""
        link = "-s -w"
        if self.os == "linux":
            link += " -linkmode=internal"
        tags = "" if self.c_compiler else " -tags=noxla"
        return f"-buildvcs=false '-ldflags={link}'{tags}"

    @property
    def experiment(self) -> str:
        return "simd" if self.simd else ""


def toolchain() -> Toolchain:
    """Asks the go command; Trouble if it is missing or older than go.mod wants."""
    need = re.search(r"^go (\S+)", (ROOT / "go.mod").read_text(), re.M).group(1)
    if not shutil.which("go"):
        raise Trouble(f"Go {need} or newer is needed and none was found: {how_to_install(need)}")
    names = ["GOVERSION", "GOROOT", "GOOS", "GOARCH", "GOMODCACHE", "CGO_ENABLED", "CC"]
    plain = {**os.environ, "GOFLAGS": "", "GOEXPERIMENT": "", "GOWORK": "off"}
    asked = subprocess.run(["go", "env", "-json", *names], cwd=ROOT, env=plain, capture_output=True, text=True)
    if asked.returncode:  # an older Go that may not fetch a newer one by itself
        found = subprocess.run(["go", "version"], cwd="/", env=plain, capture_output=True, text=True).stdout
        raise Trouble(f"Go {need} or newer is needed and this is {found.strip() or 'broken'}: {how_to_install(need)}")
    is_ = json.loads(asked.stdout)
    if not new_enough(is_["GOVERSION"], need):
        raise Trouble(f"Go {need} or newer is needed and this is {is_['GOVERSION']}: {how_to_install(need)}")
    simd = subprocess.run(["go", "env", "GOEXPERIMENT"], cwd=ROOT, env={**plain, "GOEXPERIMENT": "simd"},
                          capture_output=True)
    return Toolchain(
        version=is_["GOVERSION"], root=is_["GOROOT"], os=is_["GOOS"], arch=is_["GOARCH"],
        module_cache=is_["GOMODCACHE"],
        c_compiler=is_["CGO_ENABLED"] == "1" and bool(shutil.which(is_["CC"].split()[0])),
        simd=is_["GOARCH"] == "amd64" and simd.returncode == 0,
    )


def new_enough(version: str, need: str) -> bool:
    """Compares go1.26.5, go1.27rc1 or 'devel go1.27-1234abc' with 1.26.5. Of what it cannot read it thinks well."""
    found = re.search(r"go(\d+(?:\.\d+)*)", version)
    if not found:
        return True

    def numbers(text: str) -> list[int]:
        return [int(part) for part in (text.split(".") + ["0", "0"])[:3]]

    return numbers(found.group(1)) >= numbers(need)


def how_to_install(need: str) -> str:
    if platform.system() == "Darwin":
        return "brew install go"
    arch = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    return (f"curl -L https://go.dev/dl/go{need}.linux-{arch}.tar.gz | tar -C /usr/local -xz, "
            "and put /usr/local/go/bin on the PATH")
