"""Runs one notebook in a kernel of its own. Needs the Python environment (nbclient)."""

import asyncio
import atexit
import os
import signal
import time
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import DeadKernelError

import failures
import streams
from home import LOGS
from trouble import Trouble

GRACE = 10  # seconds: GoNB interrupts a cell and kills it five seconds later


@dataclass
class Outcome:
    book: nbformat.NotebookNode
    seconds: float = 0
    failure: failures.Failure | None = None
    interrupted: bool = False


def execute(path: Path, cell_timeout: float, say=print) -> Outcome:
    """Runs a copy, in the notebook's folder, up to the first cell that fails."""
    book = nbformat.read(path, as_version=4)
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    execution = _Execution(path, book, cell_timeout, say)
    try:
        return asyncio.run(execution.run())
    except RuntimeError as error:
        if execution.started:
            raise
        atexit.unregister(execution.client._cleanup_kernel)  # nbclient's, which expects a kernel
        log = LOGS / "gonb.log"
        last = "\n".join(log.read_text().splitlines()[-5:]) if log.is_file() else ""
        raise Trouble(f"The kernel did not start: {error}\n{last}\nThe whole log is {log}.") from error


@dataclass
class _Execution:
    path: Path
    book: nbformat.NotebookNode
    cell_timeout: float
    say: object
    ran: list = field(default_factory=list)  # the code cells so far
    started: bool = False

    async def run(self) -> Outcome:
        start = time.monotonic()
        outcome = Outcome(self.book)
        self.client = NotebookClient(self.book, kernel_name="vitrine", timeout=None, record_timing=False,
                                     allow_errors=True, startup_timeout=60)
        async with self.client.async_setup_kernel(cwd=str(self.path.parent)):
            self.started = True
            self.stop = asyncio.Event()
            for number in (signal.SIGINT, signal.SIGTERM):  # after nbclient's own, which would kill the kernel
                asyncio.get_running_loop().add_signal_handler(number, self.stop.set)
            await self.name_language()
            code = [(index, cell) for index, cell in enumerate(self.book.cells)
                    if cell.cell_type == "code" and cell.source.strip()]
            for number, (index, cell) in enumerate(code, 1):
                began = time.monotonic()
                self.say(f"{self.path.stem}  cell {number}/{len(code)}", end="", flush=True)
                outcome.failure = await self.run_cell(number, index, cell)
                outcome.interrupted = self.stop.is_set()
                self.say(f"  {time.monotonic() - began:.1f} s", flush=True)
                if outcome.failure or outcome.interrupted:
                    break
        outcome.seconds = time.monotonic() - start
        return outcome

    async def name_language(self) -> None:
        """Notes what the kernel says of its language, for highlighting."""
        reply = await self.client.async_wait_for_reply(self.client.kc.kernel_info())
        if reply:
            said = {key: value for key, value in reply["content"]["language_info"].items() if value}
            self.book.metadata["language_info"] = {"pygments_lexer": said["name"], **said}

    async def run_cell(self, number: int, index: int, cell) -> failures.Failure | None:
        running = asyncio.ensure_future(self.client.async_execute_cell(cell, index))
        stopping = asyncio.ensure_future(self.stop.wait())
        await asyncio.wait({running, stopping}, timeout=self.cell_timeout, return_when=asyncio.FIRST_COMPLETED)
        too_long = not running.done() and not self.stop.is_set()
        died = False
        if not running.done():
            await self.client.km.interrupt_kernel()
            await asyncio.wait({running}, timeout=GRACE)
        if not running.done():  # compiling, which GoNB does not interrupt
            self.kill_kernel()
        try:
            await running
        except DeadKernelError:
            died = True
        stopping.cancel()
        cell.outputs = [nbformat.from_dict(output) for output in streams.tidy(cell.outputs)]
        self.ran.append(cell)
        if self.stop.is_set() or "raises-exception" in cell.metadata.get("tags", []):
            return None
        if too_long:
            return failures.Failure(self.path.stem, number, None, f"took longer than {self.cell_timeout / 60:g} min")
        if died:
            return failures.Failure(self.path.stem, number, None, "the kernel died; see .vitrine/log/gonb.log")
        return failures.find(self.path.stem, self.ran)

    def kill_kernel(self) -> None:
        """Kills the kernel and all that it started: Jupyter gave it a process group of its own."""
        group = getattr(self.client.km.provisioner, "pgid", None)
        if group and group != os.getpgrp():
            os.killpg(group, signal.SIGKILL)
