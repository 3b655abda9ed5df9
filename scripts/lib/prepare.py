"""The set-up that run, lab and test share. A second one finds everything done and takes a fraction of a second."""

import backend
import environment
import golang
import gotools
import kernelspec
import minilm
import pythonenv
import snippets
import stages
import warm
from alone import alone
from home import ROOT
from trouble import Trouble


def prepare(completion: bool = False, checks: bool = False) -> None:
    """Brings .vitrine up to date and sets this process's environment; says which backend is used, and why."""
    if awkward := [sign for sign in ",:\n" if sign in str(ROOT)]:
        raise Trouble(f"The checkout's path has a {awkward[0]!r}, which GoNB or PATH cannot take: move {ROOT}")
    go = golang.toolchain()
    with alone():
        environment.enter(go)
        kernelspec.write()
        todo = [pythonenv.stage(), gotools.kernel(go), warm.stage(go), snippets.stage(), minilm.stage()]
        if completion or checks:
            todo.append(gotools.completion(go))
        if checks:
            todo += [pythonenv.stage("checks", "Browser driver, shellcheck and hadolint"), gotools.lint(go)]
        stages.run(todo)
        chosen = backend.resolve(go)
        environment.settle(go, chosen, backend.unasked(go))
    print(chosen, flush=True)
