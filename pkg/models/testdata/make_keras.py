"""Writes weights that Keras saved as the page "use it on your own model" says, keras-NAME.npz, and keras.json with what its nets give.

    pip install keras==3.12.0 torch==2.15.0 numpy==2.4.6
    KERAS_BACKEND=torch python make_keras.py
"""

import json
import pathlib

import keras
import numpy as np
from keras import Input, Model, layers

keras.utils.set_random_seed(5)
here, nets = pathlib.Path(__file__).parent, {}
kind = keras.initializers.RandomNormal(stddev=0.5)


def keep(name, net, x):
    for v in net.weights:  # biases, gains and statistics that are not 0 and 1
        v.assign(keras.random.uniform(v.shape, 0.5, 1.5) if "gamma" in v.path or "variance" in v.path else kind(v.shape))
    y = keras.ops.convert_to_numpy(net(x, training=False))
    arrays = {v.path: keras.ops.convert_to_numpy(v) for v in net.variables}
    np.savez(here / f"keras-{name}.npz", **arrays)
    nets[name] = {"names": sorted(arrays), "shape": list(x.shape), "input": [float(v) for v in x.flatten()],
                  "output": [float(f"{v:.8g}") for v in y.flatten()]}


random = np.random.default_rng(5)
x = y = Input((5,))
for i, units in enumerate((6, 4)):
    y = layers.Dense(units, name=f"dense_{i}")(y)
    y = layers.ReLU()(layers.BatchNormalization(epsilon=1e-5, name=f"batch_norm_{i}")(y))
keep("mlp", Model(x, layers.Dense(3, name="logits")(y)), random.normal(size=(2, 5)).astype("float32"))

x = y = Input((8, 7, 2))
for i, channels in enumerate((3, 4)):
    y = layers.MaxPooling2D()(layers.Conv2D(channels, 3, padding="same", activation="relu", name=f"conv_{i}")(y))
y = layers.Dense(5, activation="relu", name="dense")(layers.Flatten()(y))
keep("cnn", Model(x, layers.Dense(3, name="logits")(y)), random.normal(size=(2, 8, 7, 2)).astype("float32"))

words = np.array([[1, 2, 3, 4, 5], [5, 4, 4, 1, 2]])
for name, layer in (("lstm", layers.LSTM), ("rnn", layers.SimpleRNN), ("gru", layers.GRU)):
    x = Input((5,), dtype="int32")
    y = layers.Embedding(6, 3, name="embedding")(x)
    y = layer(4, return_sequences=True, name=f"{name}_0")(y)
    y = layer(4, name=f"{name}_1")(y)
    keep(name, Model(x, layers.Dense(3, name="logits")(y)), words)

out = {"versions": {"keras": keras.__version__, "backend": keras.backend.backend(), "numpy": np.__version__}, "nets": nets}
(here / "keras.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
print(out["versions"], {n: v["names"] for n, v in nets.items()}, sum(p.stat().st_size for p in here.glob("keras*")))
