"""The kernel "Go (Vitrine)", from the templates in kernel/, and JupyterLab's settings."""

import json
import shutil

from home import JUPYTER, ROOT, SCRIPTS, write_whole

NOT_WANTED = {"@jupyterlab/apputils-extension:announcements": True}  # asks whether to fetch news


def write() -> None:
    """Quick, so done at each start: kernel.json names its folder, which may have moved with the checkout."""
    folder = JUPYTER / "kernels" / "vitrine"
    for template in sorted((ROOT / "kernel").iterdir()):
        escaped = json.dumps(str(folder))[1:-1]  # not every editor knows Jupyter's {resource_dir}
        write_whole(folder / template.name, template.read_text().replace("{resource_dir}", escaped))
    shutil.copymode(ROOT / "kernel" / "kernel.sh", folder / "kernel.sh")
    config = JUPYTER / "config"
    write_whole(config / "jupyter_lab_config.py", (SCRIPTS / "lib" / "jupyterlab.conf.py").read_text())
    write_whole(config / "labconfig" / "page_config.json", json.dumps({"disabledExtensions": NOT_WANTED}))
