"""celltimes.py TIMES: runs a cell in a kernel and prints where its time goes. Needs the Python environment (nbclient)."""

import re
import statistics
import sys
import time

import nbformat
from nbclient import NotebookClient

from home import NOTEBOOKS

# What stands at the top of every cell: as in the first notebook, whose net this finds if it has been run.
DECLARATIONS = """
import (
	"context"
	"fmt"
	"time"

	"github.com/janpfeifer/must"
	"github.com/vitrine-ml/vitrine/pkg/data"
	"github.com/vitrine-ml/vitrine/pkg/explain"
	"github.com/vitrine-ml/vitrine/pkg/models"
	"github.com/vitrine-ml/vitrine/pkg/record"
	"github.com/vitrine-ml/vitrine/pkg/train"
	"github.com/vitrine-ml/vitrine/pkg/viz"
)

var start = time.Now()
var trainSet, testSet = must.M2(data.FashionMNIST())
"""

# A number in a comment makes each run another program, so that it is compiled and linked as an edited cell is.
CELL = """
%%%%
// run %d
lap := func(name string, from time.Time) time.Time { fmt.Printf("%%s %%.3f\\n", name, time.Since(from).Seconds()); return time.Now() }
at := lap("decode the pictures", start)
net, _ := must.M2(train.FitOrLoad(ARCHITECTURE, trainSet, SETTINGS))
at = lap("load the net", at)
must.M1(net.Backend())
at = lap("start the backend", at)
why := must.M1(explain.IntegratedGradients{}.Explain(context.Background(), net, testSet.Inputs(0, 16), explain.Predicted))
at = lap("explain 16 pictures (with compiling the gradient)", at)
must.M1(viz.ImageAttribution{Samples: testSet.Samples(0, 16), Explanations: []*record.Explanation{why}}.Draw())
lap("draw them", at)
"""


def main() -> int:
    book = nbformat.v4.new_notebook()
    architecture, settings = first_notebook()
    book.cells = [nbformat.v4.new_code_cell(DECLARATIONS)]
    book.cells += [nbformat.v4.new_code_cell((CELL % i).replace("ARCHITECTURE", architecture).replace("SETTINGS", settings)) for i in range(int(sys.argv[1]) + 1)]
    client = NotebookClient(book, kernel_name="vitrine", timeout=1800, resources={"metadata": {"path": str(NOTEBOOKS)}})
    runs = []
    with client.setup_kernel():
        client.execute_cell(book.cells[0], 0)
        for index, cell in enumerate(book.cells[1:], 1):
            began = time.perf_counter()
            client.execute_cell(cell, index)
            total = time.perf_counter() - began
            parts = {name: float(seconds) for name, seconds in re.findall(r"^(.+) (\d+\.\d+)$", text_of(cell), re.M)}
            runs.append({"compile, link and start the cell": total - sum(parts.values()), **parts, "in all": total})
    first, warm = runs[0], runs[1:]
    print(f"{'seconds':>52}  {'first':>6}  {'warm, median of ' + str(len(warm)):>18}")
    for name in first:
        print(f"{name:>52}  {first[name]:6.2f}  {statistics.median(run[name] for run in warm):18.2f}")
    return 0


def first_notebook() -> tuple[str, str]:
    """What notebooks/01-… trains, and with which settings, so that its net is found."""
    path = sorted(NOTEBOOKS.glob("01-*.ipynb"))[0]
    source = "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code")
    settings = re.search(r"var settings = (train\.Config\{.*?\n\})", source, re.S)
    architecture = re.search(r"FitOrLoad\((.+?), \w+, settings\)", source)
    if not settings or not architecture:
        raise SystemExit(f"{path} declares no settings and trains nothing with them")
    return architecture[1], settings[1]


def text_of(cell) -> str:
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


if __name__ == "__main__":
    sys.exit(main())
