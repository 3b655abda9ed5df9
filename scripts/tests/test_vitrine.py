"""./scripts/vitrine from a folder that is not the checkout: the paths that it is given are that folder's."""

import os
import shutil
import struct
import subprocess
import tempfile
import unittest
from pathlib import Path

import here  # noqa: F401
from home import ROOT

NET = ROOT / "pkg" / "models" / "testdata" / "net-v1-mlp.safetensors"


def array(*numbers: float) -> bytes:
    """A .npy file of one example."""
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({len(numbers)},), }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + struct.pack(f"<{len(numbers)}f", *numbers)


@unittest.skipUnless(os.environ.get("VITRINE_ROOT"), "needs a set-up: source .vitrine/env.sh")
class Elsewhere(unittest.TestCase):
    def test_relative_paths_and_a_link(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            shutil.copy(NET, folder / "net.safetensors")
            (folder / "x.npy").write_bytes(array(0.5, -1, 2, 0))
            (folder / "vitrine").symlink_to(ROOT / "scripts" / "vitrine")
            for argv in (
                [ROOT / "scripts" / "vitrine", "predict", "net.safetensors", "x.npy"],
                ["./vitrine", "explain", "net.safetensors", "x.npy", "--method", "saliency", "--out", "why"],
                ["./vitrine", "verify", "why/explanation.json"],
            ):
                said = subprocess.run(argv, cwd=folder, capture_output=True, text=True)
                self.assertEqual(said.returncode, 0, said.stderr + said.stdout)
            self.assertTrue((folder / "why" / "explanation.html").is_file())
            self.assertIn("holds", said.stdout)


if __name__ == "__main__":
    unittest.main()
