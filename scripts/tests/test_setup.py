"""Set-ups that are killed, and two at once: real processes, stages of our own."""

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest
from pathlib import Path

import here

PRELUDE = f"""
import sys, time
from pathlib import Path
sys.path.insert(0, {str(here.LIB)!r})
import home
home.HOME = home.LOGS = Path({{folder!r}})
import alone, child, stages
alone.HOME = child.LOGS = home.HOME
def say(what): print(what, flush=True)
"""


class Process:
    def __init__(self, folder: str, code: str):
        self.process = subprocess.Popen(
            [sys.executable, "-c", PRELUDE.format(folder=folder) + textwrap.dedent(code)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def await_line(self, text: str) -> None:
        for line in self.process.stdout:
            if text in line:
                return
        raise AssertionError(f"never said {text!r}")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def end(self) -> str:
        said = self.process.stdout.read()
        self.process.wait(20)
        self.process.stdout.close()
        return said


class Set_up(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def start(self, code):
        return Process(self.folder, code)

    STAGE = """
        def make():
            say('made' if 'half' not in [f.name for f in folder.iterdir()] else 'found rubbish')
            (folder / 'half').write_text('x')
            {pause}
            (folder / 'whole').write_text('x')
        folder = home.HOME / 'thing'
        stage = stages.Stage('Thing', folder, 'version 1', make)
        say('done' if stage.done() else 'to do')
        stages.run([stage])
        say('end')
    """

    def test_killed_while_it_makes_something(self):
        first = self.start(self.STAGE.format(pause="say('halfway'); time.sleep(60)"))
        first.await_line("halfway")
        first.kill()
        said = self.start(self.STAGE.format(pause="")).end()
        self.assertIn("to do", said)
        self.assertIn("made", said)  # afresh, not on top of what was left
        self.assertIn("end", said)
        self.assertTrue(Path(self.folder, "thing", "whole").exists())
        self.assertIn("done", self.start(self.STAGE.format(pause="")).end())

    def test_killed_while_it_makes_something_again(self):
        self.start(self.STAGE.format(pause="")).end()
        newer = self.STAGE.replace("version 1", "version 2")
        first = self.start(newer.format(pause="say('halfway'); time.sleep(60)"))
        first.await_line("halfway")
        first.kill()
        for stage in (newer, self.STAGE):  # neither the new nor the old version counts as there
            self.assertIn("to do", self.start(stage.format(pause="")).end())

    def test_interrupted_with_the_keyboard(self):
        first = self.start("import trouble\n" + textwrap.dedent("""
            def main():
                say('begun')
                time.sleep(60)
            trouble.end_well(main)"""))
        first.await_line("begun")
        first.process.send_signal(signal.SIGINT)
        self.assertIn("goes on from here", first.end())
        self.assertEqual(first.process.returncode, 130)

    HOLD = """
        with alone.alone():
            say('alone')
            {what}
        say('end')
    """

    def test_two_at_once(self):
        first = self.start(self.HOLD.format(what="time.sleep(2); say('leaves')"))
        first.await_line("alone")
        second = self.start(self.HOLD.format(what=""))
        second.await_line("waiting")
        self.assertIn("leaves", first.end())
        self.assertIn("end", second.end())

    def test_a_killed_one_lets_go(self):
        first = self.start(self.HOLD.format(what="time.sleep(60)"))
        first.await_line("alone")
        second = self.start(self.HOLD.format(what=""))
        second.await_line("waiting")
        first.kill()
        self.assertIn("end", second.end())

    def test_what_a_killed_one_had_started_is_waited_for(self):
        first = self.start(self.HOLD.format(what="say('starts'); child.quietly('sleep', '2')"))
        first.await_line("starts")
        time.sleep(0.5)
        first.kill()
        begun = time.monotonic()
        self.assertIn("waiting", self.start(self.HOLD.format(what="")).end())
        self.assertGreater(time.monotonic() - begun, 0.5)

    def test_a_program_that_fails_shows_its_last_lines_and_the_log(self):
        said = self.start("""
            try:
                child.quietly('sh', '-c', 'echo why; exit 3', advice='Do this.')
            except child.Trouble as trouble:
                say(trouble)""").end()
        for part in ("exit status 3", "why", "setup.log", "Do this."):
            self.assertIn(part, said)

    def test_files_are_written_whole(self):
        said = self.start("""
            import threading
            path, texts = home.HOME / 'file', ['a' * 100_000, 'b' * 100_000]
            home.write_whole(path, texts[0])
            def write():
                for turn in range(200): home.write_whole(path, texts[turn % 2])
            writer = threading.Thread(target=write); writer.start()
            while writer.is_alive():
                assert path.read_text() in texts
            say('good')""").end()
        self.assertIn("good", said)
        self.assertEqual(os.listdir(self.folder), ["file"])


if __name__ == "__main__":
    unittest.main()
