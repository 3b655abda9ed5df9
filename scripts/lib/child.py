"""Programs that a set-up starts: what they say goes to a log, and is shown only when they fail."""

import os
import shlex
import subprocess
from pathlib import Path

from home import LOGS, ROOT
from trouble import Trouble


def quietly(*argv, env=None, cwd: Path = ROOT, advice: str = "", timeout=None) -> None:
    """Runs a program to its end; Trouble with its last lines and the advice if it fails."""
    log = LOGS / "setup.log"
    LOGS.mkdir(parents=True, exist_ok=True)
    argv = [str(arg) for arg in argv]
    with open(log, "ab") as out:
        out.write(f"\n$ {shlex.join(argv)}\n".encode())
        out.flush()
        start = out.tell()
        try:
            # close_fds=False hands on the set-up lock: see alone.py.
            status = subprocess.run(
                argv, cwd=cwd, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL, stdout=out,
                stderr=subprocess.STDOUT, close_fds=False, timeout=timeout,
            ).returncode
            failure = f"failed with exit status {status}" if status else ""
        except (OSError, subprocess.TimeoutExpired) as error:
            failure = f"failed: {error}"
    if failure:
        with open(log, "rb") as said:
            said.seek(start)
            last = said.read().decode(errors="replace").strip().splitlines()[-12:]
        lines = "".join(f"    {line[:200]}\n" for line in last)
        raise Trouble(f"{Path(argv[0]).name} {failure}:\n{lines}The whole log is {log}. {advice}".rstrip())
