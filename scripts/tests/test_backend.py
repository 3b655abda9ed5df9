import hashlib
import os
import tempfile
import time
import unittest
import zipfile
from pathlib import Path
from unittest import mock

import here  # noqa: F401
import backend
import pinned
import wheel
from backend import PURE_GO, Machine
from trouble import Trouble


def no(*_):
    raise Trouble("pip failed with exit status 1:\n    no route to host\nThe whole log is x.")


def never():
    raise AssertionError("must not be asked")


class Choose(unittest.TestCase):
    def choose(self, fetch=never, install=never, **machine):
        machine = {"os": "linux", "arch": "amd64", "c_compiler": True, "glibc": (2, 36), **machine}
        return backend.choose(Machine(**machine), fetch, install)

    def plugins(self, *names):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        for name in names:
            Path(folder.name, name).touch()
        return Path(folder.name)

    def test_the_user_wins(self):
        got = self.choose(environ={"GOMLX_BACKEND": "go"}, c_compiler=False,
                          plugin_folders=[self.plugins("pjrt_c_api_cpu_plugin.so")])
        self.assertEqual((got.value, got.why), ("go", "GOMLX_BACKEND is set"))

    def test_an_empty_variable_is_none(self):
        self.assertTrue(self.choose(lambda: Path("/x/p.so"), environ={"GOMLX_BACKEND": ""}).value.startswith("xla:"))

    def test_installed_plugin_before_any_download(self):
        for name in ("pjrt_c_api_cpu_plugin.so", "pjrt-plugin-cpu.so", "pjrt_c_api_cpu_v0.83.1_plugin.so"):
            folder = self.plugins(name)
            self.assertEqual(self.choose(plugin_folders=[folder]).value, f"xla:{folder / name},shared_buffers")

    def test_gpu_plugin_only_with_a_gpu(self):
        folder = self.plugins("pjrt_c_api_cpu_plugin.so", "pjrt_c_api_cuda_plugin.so")
        self.assertIn("cpu", self.choose(plugin_folders=[folder]).value)
        self.assertEqual(self.choose(plugin_folders=[folder], nvidia=True).value,
                         f"xla:{folder / 'pjrt_c_api_cuda_plugin.so'}")

    def test_wheel_on_linux_amd64(self):
        got = self.choose(lambda: Path("/v/libpjrt_cpu.so"))
        self.assertEqual(got.value, "xla:/v/libpjrt_cpu.so,shared_buffers")
        self.assertIn(wheel.NAME, got.why)

    def test_gpu_asks_go_xla_first_and_falls_back_to_the_wheel(self):
        self.assertEqual(self.choose(install=lambda: "xla:cuda", nvidia=True).value, "xla:cuda")
        self.assertIn("/v/p.so", self.choose(lambda: Path("/v/p.so"), no, nvidia=True).value)

    def test_other_platforms_ask_go_xla(self):
        got = self.choose(install=lambda: "xla:/d/p.dylib", os="darwin", arch="arm64", glibc=())
        self.assertEqual(got.value, "xla:/d/p.dylib")

    def test_pure_go_says_why(self):
        for machine, why in [
            (dict(c_compiler=False), "C compiler"),
            (dict(os="darwin", arch="amd64"), "does not come for darwin/amd64"),
            (dict(glibc=(2, 17)), "glibc 2.27"),
            (dict(glibc=()), "glibc 2.27"),
            (dict(fetch=no), "no route to host"),
            (dict(install=no, os="linux", arch="arm64"), "no route to host"),
        ]:
            got = self.choose(**machine)
            self.assertEqual(got.value, PURE_GO)
            self.assertIn(why, str(got))

    def test_a_tampered_download_is_not_made_up_for(self):
        def tampered():
            raise pinned.Tampered("other bytes")

        with self.assertRaises(pinned.Tampered):
            self.choose(tampered)


class OnceADay(unittest.TestCase):
    def test_a_failure_is_remembered_for_a_day(self):
        tries = []

        def fetch():
            tries.append(1)
            no()

        with tempfile.TemporaryDirectory() as folder, mock.patch.object(backend, "XLA", Path(folder)):
            def attempt():
                with self.assertRaisesRegex(Trouble, "no route to host"):
                    backend.once_a_day("x", fetch)()
                return len(tries)

            self.assertEqual([attempt(), attempt()], [1, 1])
            yesterday = time.time() - 2 * pinned.A_DAY
            os.utime(Path(folder, "x.failed"), (yesterday, yesterday))
            self.assertEqual([attempt(), attempt()], [2, 2])


class Wheel(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def archive(self):
        path = self.folder / "a.whl"
        with zipfile.ZipFile(path, "w") as made:
            made.writestr(wheel.MEMBER, b"library")
        return path, hashlib.sha256(path.read_bytes()).hexdigest()

    def test_unpack(self):
        path, sha = self.archive()
        wheel.unpack(path, self.folder / "xla" / "p.so", sha)
        self.assertEqual((self.folder / "xla" / "p.so").read_bytes(), b"library")
        self.assertEqual([file.name for file in (self.folder / "xla").iterdir()], ["p.so"])

    def test_tampered_names_file_and_both_sums(self):
        path, sha = self.archive()
        with open(path, "ab") as file:
            file.write(b"x")
        with self.assertRaises(pinned.Tampered) as caught:
            wheel.unpack(path, self.folder / "p.so", sha)
        self.assertIn(str(path), str(caught.exception))
        self.assertEqual(len({word for word in str(caught.exception).replace(",", " ").replace(".", " ").split()
                              if len(word) == 64}), 2)
        self.assertFalse((self.folder / "p.so").exists())


if __name__ == "__main__":
    unittest.main()
