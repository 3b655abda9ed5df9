import unittest

import here  # noqa: F401
import streams


def stream(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


class Tidy(unittest.TestCase):
    def test_consecutive_are_joined_others_stay_where_they_are(self):
        shown = {"output_type": "display_data", "data": {}}
        got = streams.tidy([stream("a"), stream("b\n"), stream("!", "stderr"), shown, stream("c"), stream("d")])
        self.assertEqual(got, [stream("ab\n"), stream("!", "stderr"), shown, stream("cd")])

    def test_progress_keeps_its_last_state(self):
        for text, want in {
            "\r10%\r50%\r100%\ndone\n": "100%\ndone\n",
            "10%\r50%\r": "50%",
            "windows\r\nlines\r\n": "windows\nlines\n",
            "a\x1b[2K\rb\x1b[K\n": "b\n",
            "plain\n": "plain\n",
        }.items():
            self.assertEqual(streams.overwritten(text), want, repr(text))

    def test_across_outputs(self):
        self.assertEqual(streams.tidy([stream("10%"), stream("\r20%"), stream("\rdone\n")]), [stream("done\n")])

    def test_empty_streams_go(self):
        self.assertEqual(streams.tidy([stream("\r")]), [])


if __name__ == "__main__":
    unittest.main()
