"""The Go programs behind a kernel, built from the versions and checksums of scripts/tools and scripts/lint.

They have modules of their own so that the versions they need do not decide those of the product.
"""

from child import quietly
from golang import Toolchain
from home import COMPLETION, GO_BIN, HOME, SCRIPTS
from stages import Stage, digest

LINT = HOME / "go" / "lint"


def kernel(go: Toolchain) -> Stage:
    """GoNB and the goimports that it calls for every cell."""
    return _stage(go, "Go kernel", "tools", GO_BIN, "github.com/janpfeifer/gonb", "golang.org/x/tools/cmd/goimports")


def completion(go: Toolchain) -> Stage:
    """gopls, for who types: takes half a minute to build, so only JupyterLab asks for it."""
    return _stage(go, "Completion and help in cells", "tools", COMPLETION, "golang.org/x/tools/gopls")


def lint(go: Toolchain) -> Stage:
    return _stage(go, "Linters", "lint", LINT, "github.com/golangci/golangci-lint/v2/cmd/golangci-lint")


def _stage(go: Toolchain, title: str, module: str, folder, *packages: str) -> Stage:
    source = SCRIPTS / module

    def make() -> None:
        # In the environment of the cells, so that the standard library is compiled once for both.
        quietly("go", "install", *packages, cwd=source, env={"GOBIN": str(folder), "GOWORK": "off"},
                advice="If there is a network: Go's own settings (GOPROXY and its like) apply here.")

    return Stage(title, folder, digest(source / "go.mod", source / "go.sum", go, *packages), make)
