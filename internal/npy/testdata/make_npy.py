"""Writes arrays.npz and the .npy files beside it: what NumPy makes of the numbers that npy_test.go expects.

    pip install numpy==2.4.6
    python make_npy.py

Every array of a type and byte order holds 0, 1, 2, ... in its own order of axes, as bools odd or even.
"""

import pathlib

import numpy as np
from numpy.lib import format as npy

here = pathlib.Path(__file__).parent
arrays = {}
for kind in ("b1", "i1", "u1"):
    arrays[f"{kind}"] = (np.arange(6).reshape(2, 3) % (2 if kind == "b1" else 256)).astype(kind)
for kind in ("i2", "i4", "i8", "u2", "u4", "u8", "f2", "f4", "f8"):
    for order, name in ("<", "little"), (">", "big"):
        arrays[f"{kind} {name}"] = np.arange(6).reshape(2, 3).astype(order + kind)
arrays["fortran"] = np.asfortranarray(np.arange(24, dtype="<f4").reshape(2, 3, 4))
arrays["fortran big"] = np.asfortranarray(np.arange(24, dtype=">i2").reshape(2, 3, 4))
arrays["scalar"] = np.float32(2.5)
arrays["row"] = np.arange(5, dtype="<f4")
arrays["empty"] = np.zeros((0, 3), "<f8")
np.savez_compressed(here / "arrays.npz", **arrays)
np.savez(here / "plain.npz", x=arrays["row"])
for version in (1, 0), (2, 0), (3, 0):
    with open(here / f"v{version[0]}.npy", "wb") as f:
        npy.write_array(f, arrays["f4 little"], version=version)
np.save(here / "objects.npy", np.array([{"a": 1}, None], dtype=object), allow_pickle=True)
np.save(here / "structured.npy", np.zeros(2, dtype=[("a", "<f4"), ("b", "<i2")]))
np.save(here / "complex.npy", np.zeros(2, dtype="<c8"))
np.save(here / "texts.npy", np.array(["a", "b"]))
print(np.__version__, sum(p.stat().st_size for p in here.iterdir()))
