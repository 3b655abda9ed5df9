import unittest
from pathlib import Path

import here  # noqa: F401

try:
    import nbformat.v4 as v4

    import page
except ImportError:
    page = None


@unittest.skipUnless(page, "needs the Python environment: .vitrine/venv")
class Page(unittest.TestCase):
    def render(self, *cells):
        return page.render(v4.new_notebook(cells=list(cells)), Path("/nowhere/05-name.ipynb"))

    def test_nothing_is_loaded(self):
        mermaid = v4.new_output("display_data", data={"text/vnd.mermaid": "graph TD; A-->B", "text/plain": "A"})
        code = v4.new_code_cell("%%\nfmt.Println(1)", outputs=[
            v4.new_output("stream", text="1\n"), mermaid,
            v4.new_output("display_data", data={"text/html": '<img src="data:image/png;base64,AA==">'})])
        made = self.render(v4.new_markdown_cell("# Title\n$x^2$ [link](https://example.org)"), code)
        self.assertEqual(page.outside(made), [])
        self.assertIn("<title>Title</title>", made)

    def test_outside_finds_what_is_loaded(self):
        for part, address in {
            '<script src="https://a.b/c.js"></script>': "https://a.b/c.js",
            "<link rel=stylesheet href='//a.b/c.css'>": "//a.b/c.css",
            '<img src="pictures/a.png">': "pictures/a.png",
            "<style>@import 'https://a.b/c.css';</style>": "https://a.b/c.css",
            "<style>x { background: url(https://a.b/c.png) }</style>": "https://a.b/c.png",
            '<p style="background:url(\'https://a.b/d.png\')">': "https://a.b/d.png",
            '<script>import x from "https://a.b/c.mjs"</script>': "https://a.b/c.mjs",
        }.items():
            self.assertEqual(page.outside(part), [address], part)
        for part in ('<a href="https://a.b">', '<img src="data:,x">', "<style>x { fill: url(#a) }</style>"):
            self.assertEqual(page.outside(part), [], part)

    def test_title_is_the_first_heading_or_the_name(self):
        self.assertIn("<title>05-name</title>", self.render(v4.new_markdown_cell("no heading")))
        self.assertIn("<title>Two words</title>", self.render(v4.new_markdown_cell("text\n\n## Two words ##\n# Three")))

    def test_go_is_highlighted(self):
        book = v4.new_notebook(cells=[v4.new_code_cell("func f() {}")])
        book.metadata["language_info"] = {"name": "go"}
        self.assertIn('<span class="kd">func</span>', page.render(book, Path("/nowhere/x.ipynb")))


if __name__ == "__main__":
    unittest.main()
