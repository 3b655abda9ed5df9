import os
import stat
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import here  # noqa: F401
import golang
from trouble import Trouble


class Version(unittest.TestCase):
    def test_new_enough(self):
        for version, want in {
            "go1.26.5": True, "go1.26.8": True, "go1.27": True, "go1.27rc1": True, "go2.0": True,
            "go1.26.8-X:simd": True, "devel go1.27-1234abc Mon": True, "devel +1234abc": True,
            "go1.26.4": False, "go1.26": False, "go1.9.7": False, "devel go1.25-abc": False,
        }.items():
            self.assertEqual(golang.new_enough(version, "1.26.5"), want, version)

    def say(self, script):
        """Looks for Go where only a program of ours is."""
        with tempfile.TemporaryDirectory() as folder:
            if script:
                program = Path(folder, "go")
                program.write_text(f"#!/bin/sh\n{script}\n")
                program.chmod(program.stat().st_mode | stat.S_IXUSR)
            with mock.patch.dict(os.environ, PATH=folder), self.assertRaises(Trouble) as caught:
                golang.toolchain()
        return str(caught.exception)

    def test_missing_or_old_is_said_in_one_sentence_with_a_command(self):
        for script, what in {
            "": "none was found",
            "echo go version go1.19.8 linux/amd64; exit $([ $1 = version ]; echo $?)": "go1.19.8",
            """echo '{"GOVERSION":"go1.25.1","GOROOT":"","GOOS":"","GOARCH":""}'""": "go1.25.1",
        }.items():
            said = self.say(script)
            self.assertIn(what, said)
            self.assertRegex(said, "brew install go|curl ")
            self.assertNotIn("\n", said)


class Flags(unittest.TestCase):
    def toolchain(self, **what):
        return golang.Toolchain(**{"version": "", "root": "", "os": "linux", "arch": "amd64", "module_cache": "",
                                   "c_compiler": True, "simd": True, **what})

    def test_without_a_c_compiler_xla_is_left_out(self):
        self.assertIn("-tags=noxla", self.toolchain(c_compiler=False).flags)
        self.assertNotIn("-tags", self.toolchain().flags)

    def test_internal_linking_only_where_it_was_tried(self):
        self.assertIn("-linkmode=internal", self.toolchain().flags)
        self.assertNotIn("-linkmode", self.toolchain(os="darwin").flags)


if __name__ == "__main__":
    unittest.main()
