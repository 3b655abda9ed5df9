"""The film reviews: taken out of the pinned archive only, and done without where they cannot be had."""

import hashlib
import io
import tarfile
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import here  # noqa: F401
import pinned
import snippets
from trouble import Trouble


class Snippets(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = Path(folder.name)
        for name, value in {"HOME": self.home, "FOLDER": self.home / "mirror", "FILE": self.home / "mirror" / "reviews.gz"}.items():
            patch = mock.patch.object(snippets, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def archive(self) -> Path:
        path = self.home / "source.tar.gz"
        with tarfile.open(path, "w:gz") as out:
            for name, text in {"../outside": b"bad", snippets.MEMBER: b"reviews"}.items():
                member = tarfile.TarInfo(name)
                member.size = len(text)
                out.addfile(member, io.BytesIO(text))
        return path

    def test_only_the_pinned_member_is_taken(self):
        archive = self.archive()
        snippets.unpack(archive, snippets.FILE, hashlib.sha256(archive.read_bytes()).hexdigest())
        self.assertEqual(snippets.FILE.read_bytes(), b"reviews")
        self.assertEqual(sorted(p.name for p in self.home.iterdir()), ["mirror", "source.tar.gz"])

    def test_another_archive_is_refused(self):
        with self.assertRaises(pinned.Tampered):
            snippets.unpack(self.archive(), snippets.FILE)
        self.assertFalse(snippets.FILE.exists())

    def test_without_an_index_it_goes_on_and_waits_a_day(self):
        with mock.patch.object(snippets, "fetch", side_effect=Trouble("no network")):
            stage = snippets.stage()
            stage.run()
        self.assertTrue(stage.done())
        note = self.home / "mirror-vader.failed"
        self.assertIn("no network", note.read_text())
        with mock.patch.object(pinned.time, "time", return_value=note.stat().st_mtime + pinned.A_DAY + 1):
            self.assertFalse(stage.done())

    def test_a_file_that_is_gone_is_fetched_again(self):
        with mock.patch.object(snippets, "fetch", side_effect=lambda: snippets.FILE.write_text("x")):
            stage = snippets.stage()
            stage.run()
            self.assertTrue(stage.done())
            snippets.FILE.unlink()
            self.assertFalse(stage.done())


if __name__ == "__main__":
    unittest.main()
