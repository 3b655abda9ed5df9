"""What programs print, as a terminal would leave it."""

import re

ERASE = re.compile(r"\x1b\[[0-9;]*[KJ]")


def tidy(outputs: list) -> list:
    """Joins what a stream said in one go and keeps of a progress bar its last state."""
    joined = []
    for output in outputs:
        last = joined[-1] if joined else None
        if (last and output["output_type"] == last["output_type"] == "stream" and output["name"] == last["name"]):
            last["text"] += output["text"]
        else:
            joined.append(output)
    for output in joined:
        if output["output_type"] == "stream":
            output["text"] = overwritten(output["text"])
    return [output for output in joined if output["output_type"] != "stream" or output["text"]]


def overwritten(text: str) -> str:
    """Applies carriage returns: what follows one stands in place of what came before on that line."""
    lines = ERASE.sub("", text).split("\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)
