"""Small nets of PyTorch and scikit-learn as ONNX files, with inputs, outputs and the gradients of the originals (onnx.json).

Of PyTorch's nets both exporters write one file with a free batch and one with a fixed batch: NAME-old (opset 17) and NAME-new (18).
python make_onnx.py torch | sklearn
"""
import json
import pathlib
import sys
import warnings

import numpy as np

warnings.filterwarnings("ignore")
HERE = pathlib.Path(__file__).parent
OUT = HERE / "onnx"


# With constants folded, PyTorch merges a batch normalisation into its convolution; the old files of residual have it as an operation.


def flat(a):
    return [float(f"{v:.9g}") for v in np.asarray(a, dtype=np.float64).ravel()]


def torch_cases():
    import torch
    import torch.nn as nn
    import torch.nn.functional as F
    from strip_onnx import strip

    class CNN(nn.Module):
        def __init__(s):
            super().__init__()
            s.conv1, s.conv2, s.pool = nn.Conv2d(3, 4, 3, padding=1), nn.Conv2d(4, 6, 3, padding=1), nn.MaxPool2d(2, 2)
            s.fc1, s.fc2 = nn.Linear(6 * 9, 16), nn.Linear(16, 5)

        def forward(s, x):
            x = s.pool(F.relu(s.conv1(x)))
            x = s.pool(F.relu(s.conv2(x)))
            return s.fc2(F.relu(s.fc1(x.flatten(1))))

    class LSTM(nn.Module):
        def __init__(s):
            super().__init__()
            s.lstm, s.fc = nn.LSTM(7, 8, 2, batch_first=True), nn.Linear(8, 5)

        def forward(s, x):
            return s.fc(s.lstm(x)[0][:, -1, :])

    class Transformer(nn.Module):
        def __init__(s):
            super().__init__()
            s.embed, s.position = nn.Linear(6, 16), nn.Parameter(torch.randn(1, 5, 16) * .2)
            s.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(16, 4, 24, 0.0, batch_first=True), 2)
            s.fc = nn.Linear(16, 5)

        def forward(s, x):
            return s.fc(s.encoder(s.embed(x) + s.position).mean(1))

    class Block(nn.Module):
        def __init__(s, i, o, stride):
            super().__init__()
            s.conv1, s.bn1 = nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.BatchNorm2d(o)
            s.conv2, s.bn2 = nn.Conv2d(o, o, 3, 1, 1, bias=False), nn.BatchNorm2d(o)
            s.down = nn.Conv2d(i, o, 1, stride) if stride > 1 else nn.Identity()

        def forward(s, x):
            return F.relu(s.bn2(s.conv2(F.relu(s.bn1(s.conv1(x))))) + s.down(x))

    class Residual(nn.Module):
        def __init__(s):
            super().__init__()
            s.stem, s.bn, s.pool = nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.MaxPool2d(3, 2, 1)
            s.block1, s.block2, s.fc = Block(4, 4, 1), Block(4, 8, 2), nn.Linear(8, 5)

        def forward(s, x):
            x = s.block2(s.block1(s.pool(F.relu(s.bn(s.stem(x))))))
            return s.fc(F.adaptive_avg_pool2d(x, 1).flatten(1))

    cases = {}
    for name, make, shape in (("cnn", CNN, (3, 12, 12)), ("lstm", LSTM, (4, 7)), ("transformer", Transformer, (5, 6)),
                              ("residual", Residual, (3, 12, 12))):
        torch.manual_seed(7)
        net = make()
        for layer in net.modules():  # statistics as after training
            if isinstance(layer, nn.BatchNorm2d):
                layer.running_mean.normal_(0, .3)
                layer.running_var.uniform_(.5, 2)
                layer.weight.data.uniform_(.5, 1.5)
                layer.bias.data.normal_(0, .3)
        net.eval()
        x = torch.randn(3, *shape, requires_grad=True)
        y = net(x)
        y[:, 3].sum().backward()
        cases[name] = {"shape": list(shape), "x": flat(x.detach()), "y": flat(y.detach()), "dx": flat(x.grad), "class": 3}
        for fixed in (False, True):
            end = "-fixed" if fixed else ""
            example = torch.randn(1 if fixed else 2, *shape)
            old = {} if fixed else {"dynamic_axes": {"x": {0: "batch"}, "y": {0: "batch"}}}
            torch.onnx.export(net, (example,), OUT / f"{name}-old{end}.onnx", input_names=["x"], output_names=["y"], dynamo=False,
                              opset_version=17, training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=name != "residual", **old)
            new = {} if fixed else {"dynamic_shapes": {"x": {0: torch.export.Dim("batch")}}}
            torch.onnx.export(net, (example,), OUT / f"{name}-new{end}.onnx", input_names=["x"], output_names=["y"], dynamo=True,
                              opset_version=18, external_data=False, verbose=False, **new)
            strip(OUT / f"{name}-new{end}.onnx")
    return {"torch": torch.__version__, "cases": cases}


def sklearn_cases():
    import sklearn
    import skl2onnx
    from skl2onnx.common.data_types import FloatTensorType
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier

    data = load_iris()
    X, Y = data.data.astype(np.float32), data.target
    two = Y < 2
    cases = {}
    for name, model, x, y in (("logistic", LogisticRegression(max_iter=500), X, Y), ("logistic2", LogisticRegression(), X[two], Y[two]),
                              ("mlp", MLPClassifier((8, 6), max_iter=300, random_state=1), X, Y),
                              ("mlp2", MLPClassifier((8,), activation="tanh", max_iter=300, random_state=1), X[two], Y[two])):
        model.fit(x, y)
        at = x[::20].astype(np.float64)
        c = model.predict_proba(at).shape[1] - 1
        dx = np.zeros_like(at)
        for j in range(4):  # no gradients there: central differences of the fifth order in float64
            for k, w in ((1, 45), (2, -9), (3, 1)):
                step = np.zeros(4)
                step[j] = k * 1e-2
                dx[:, j] += w * (model.predict_proba(at + step)[:, c] - model.predict_proba(at - step)[:, c]) / 60 / 1e-2
        cases[name] = {"shape": [4], "x": flat(at), "y": flat(model.predict_proba(at)), "dx": flat(dx), "class": c}
        for zipmap in (False, True):
            proto = skl2onnx.convert_sklearn(model, initial_types=[("x", FloatTensorType([None, 4]))], target_opset=17,
                                             options={id(model): {"zipmap": zipmap}})
            (OUT / f"{name}{'-zipmap' if zipmap else ''}.onnx").write_bytes(proto.SerializeToString())
    return {"sklearn": sklearn.__version__, "skl2onnx": skl2onnx.__version__, "cases": cases}


OUT.mkdir(exist_ok=True)
which = sys.argv[1]
(HERE / f"onnx_{which}.json").write_text(json.dumps(torch_cases() if which == "torch" else sklearn_cases()) + "\n")
