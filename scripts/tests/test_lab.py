"""Which folder JupyterLab is to show."""

import tempfile
import unittest
from pathlib import Path

import here  # noqa: F401
import home
import lab
from trouble import Trouble


class Command(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = str(Path(folder.name).resolve())

    def test_the_checkout(self):
        argv = lab.command("--port", "8899")
        self.assertIn(f"--ServerApp.root_dir={home.ROOT}", argv)
        self.assertIn(f"--FileContentsManager.preferred_dir={home.NOTEBOOKS}", argv)
        self.assertEqual(argv[argv.index("--port") + 1], "8899")

    def test_a_folder(self):
        for asked in (("--no-browser", self.folder), (self.folder, "--no-browser")):
            argv = lab.command(*asked)
            self.assertIn(f"--ServerApp.root_dir={self.folder}", argv)
            self.assertIn(f"--FileContentsManager.preferred_dir={self.folder}", argv)
            self.assertIn("--no-browser", argv)
            self.assertNotIn(self.folder, argv)

    def test_two_folders(self):
        with self.assertRaisesRegex(Trouble, "Expected one folder and got 2"):
            lab.command(self.folder, str(home.ROOT))


if __name__ == "__main__":
    unittest.main()
