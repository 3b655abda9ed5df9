"""One HTML page of a notebook that was run: self-contained, so that it can be mailed and read without a network."""

import html.parser
import re
from pathlib import Path

from nbconvert import HTMLExporter

STYLE = """
<style>
/* A page to read: lines of a width that the eye can follow, and no prompts beside them. */
body.jp-Notebook { max-width: 62rem; margin: 0 auto; padding: 1rem 2rem 4rem; }
.jp-InputPrompt, .jp-OutputPrompt { display: none; }
.highlight .err { border: 0; color: inherit; } /* GoNB's %% and ! lines, which are not Go */
.jp-RenderedSVG img, .jp-RenderedHTMLCommon img { max-width: 100%; height: auto; }
</style>
"""
# Whatever nbconvert would load from a network.
ADDRESSES = ("require_js_url", "mathjax_url", "mermaid_js_url", "mermaid_layout_elk_js_url", "jquery_url",
             "jupyter_widgets_base_url", "widget_renderer_url")


def render(book, path: Path) -> str:
    exporter = HTMLExporter(template_name="lab", embed_images=True, **dict.fromkeys(ADDRESSES, ""))
    resources = {"metadata": {"name": title(book) or path.stem, "path": str(path.parent)}}
    page, _ = exporter.from_notebook_node(book, resources)
    page = re.sub(r"<script[^>]*\ssrc=\"\"[^>]*>\s*</script>", "", page)  # what is left of them
    return page.replace("</head>", STYLE + "</head>", 1)


def title(book) -> str:
    """The first heading."""
    for cell in book.cells:
        if cell.cell_type == "markdown" and (heading := re.search(r"^#+\s+(.+?)\s*#*$", cell.source, re.M)):
            return heading[1]
    return ""


def outside(page: str) -> list[str]:
    """What a browser would fetch to show the page: must be nothing."""
    finder = _Fetches()
    finder.feed(page)
    return finder.found


class _Fetches(html.parser.HTMLParser):
    """Collects addresses that are loaded when a page is shown; links that a reader may follow are not."""

    LOADS = {"src", "srcset", "data", "poster", "background"}

    def __init__(self):
        super().__init__()
        self.found, self.style, self.script = [], False, False

    def handle_starttag(self, tag, attrs):
        self.style, self.script = tag == "style", tag == "script"
        for name, value in attrs:
            if value and (name in self.LOADS or (tag == "link" and name == "href")):
                if not value.startswith(("data:", "blob:", "#")):
                    self.found.append(value)
            if value and name == "style":
                self._css(value)

    def handle_endtag(self, tag):
        self.style = self.script = False

    def handle_data(self, data):
        if self.style:
            self._css(data)
        if self.script:
            self.found += re.findall(r"""\bimport\s*(?:\(\s*|[\w{},*\s]+from\s*)?["'](https?://[^"']+)""", data)

    def _css(self, text):
        for address in re.findall(r"url\(\s*[\"']?([^\"')]+)", text) + re.findall(r"@import\s+[\"']([^\"']+)", text):
            if not address.startswith(("data:", "#")):
                self.found.append(address)
