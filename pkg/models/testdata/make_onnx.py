"""Small nets of PyTorch and scikit-learn as ONNX files, with inputs, outputs and the gradients of the originals (onnx.json).

Of PyTorch's nets both exporters write one file with a free batch and one with a fixed batch: NAME-old (opset 17) and NAME-new (18); NAME-new21 has
operations of opset 21.
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
    import onnx
    import onnxruntime
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

    class Recurrent(nn.Module):  # two layers in both directions, or the one given
        def __init__(s, layer):
            super().__init__()
            s.layer = layer(7, 6, 2, batch_first=True, bidirectional=True)
            s.fc = nn.Linear(12, 5)

        def forward(s, x):
            return s.fc(s.layer(x)[0][:, -1, :])

    class Windows(nn.Module):  # groups, one channel a group, means with and without what is around, and a padding that also takes away
        def __init__(s):
            super().__init__()
            s.groups, s.depth = nn.Conv2d(4, 8, 3, padding=1, groups=2), nn.Conv2d(8, 8, 3, 2, groups=8)
            s.mean = nn.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False)
            s.around, s.fc = nn.AvgPool2d(2, 1, 1), nn.Linear(8 * 25, 5)

        def forward(s, x):
            x = F.pad(F.gelu(s.groups(x)), (1, 0, -1, 2), value=.5)
            x = s.around(s.mean(F.gelu(s.depth(x), approximate="tanh")))
            return s.fc(x.flatten(1))

    class Norms(nn.Module):
        def __init__(s):
            super().__init__()
            s.conv1, s.conv2, s.fc = nn.Conv2d(3, 6, 3), nn.Conv2d(6, 4, 3), nn.Linear(4 * 16, 5)
            s.each, s.groups, s.plain = nn.InstanceNorm2d(6, affine=True), nn.GroupNorm(3, 6), nn.InstanceNorm2d(4)

        def forward(s, x):
            x = torch.tanh(s.groups(torch.tanh(s.each(s.conv1(x)))))
            return s.fc(s.plain(s.conv2(x)).flatten(1))

    class Products(nn.Module):  # attention spelled out, each place seeing those before, and the triangle above beside it
        def __init__(s):
            super().__init__()
            s.q, s.k, s.v, s.fc = nn.Linear(6, 8), nn.Linear(6, 8), nn.Linear(6, 8), nn.Linear(13, 5)

        def forward(s, x):
            scores = torch.einsum("bqd,bkd->bqk", s.q(x), s.k(x))
            seen = torch.einsum("bqk,bkd->bqd", torch.tril(scores, -1), s.v(x))
            return s.fc(torch.cat((seen, torch.triu(scores, 1)), -1).mean(1))

    cases = {}
    for name, make, shape, *wants in (
            ("cnn", CNN, (3, 12, 12)), ("lstm", LSTM, (4, 7)), ("transformer", Transformer, (5, 6)), ("residual", Residual, (3, 12, 12)),
            ("gru", lambda: Recurrent(nn.GRU), (4, 7), "GRU"), ("rnn", lambda: Recurrent(nn.RNN), (4, 7), "RNN"),
            ("windows", Windows, (4, 12, 12), "AveragePool", "Pad", "Gelu"),
            ("norms", Norms, (3, 8, 8), "InstanceNormalization", "GroupNormalization"), ("products", Products, (5, 6), "Einsum", "Trilu")):
        torch.manual_seed(7)
        net = make()
        for layer in net.modules():  # statistics as after training
            if isinstance(layer, nn.BatchNorm2d):
                layer.running_mean.normal_(0, .3)
                layer.running_var.uniform_(.5, 2)
            if isinstance(layer, nn.BatchNorm2d | nn.GroupNorm) or isinstance(layer, nn.InstanceNorm2d) and layer.affine:
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
        if wants:  # operations that the exporters have no node for in those opsets
            torch.onnx.export(net, (example,), OUT / f"{name}-new21.onnx", input_names=["x"], output_names=["y"], dynamo=True,
                              opset_version=21, external_data=False, verbose=False, dynamic_shapes={"x": {0: torch.export.Dim("batch")}})
            strip(OUT / f"{name}-new21.onnx")
        files = sorted(OUT.glob(f"{name}-*.onnx"))
        cases[name]["files"] = [f.stem for f in files]
        have = {node.op_type for f in files for node in onnx.load(f).graph.node}
        print(name, sorted(have))
        assert have.issuperset(wants), f"{name} is to have {wants}"
    cases["resetbefore"] = reset_before()
    return {"torch": torch.__version__, "onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__, "cases": cases}


def reset_before():
    """A GRU as PyTorch has none, whose reset gate comes before the product: backwards, with a state to begin with. ONNX Runtime gives the outputs,
    PyTorch the gradients of the same equations."""
    import onnx
    import onnxruntime
    import torch
    from onnx import TensorProto, helper, numpy_helper

    steps, features, hidden = 4, 3, 5
    rng = np.random.default_rng(5)
    w, r, b, h0 = (rng.normal(0, .6, d).astype(np.float32) for d in ((1, 3 * hidden, features), (1, 3 * hidden, hidden), (1, 6 * hidden), (1, 1, hidden)))
    nodes = [helper.make_node("Transpose", ["x"], ["t"], "swap", perm=[1, 0, 2]), helper.make_node("Shape", ["x"], ["n"], "batch", start=0, end=1),
             helper.make_node("Concat", ["one", "n", "size"], ["d"], "dims", axis=0), helper.make_node("Expand", ["h0", "d"], ["h"], "states"),
             helper.make_node("GRU", ["t", "w", "r", "b", "", "h"], ["", "last"], "gru", hidden_size=hidden, direction="reverse"),
             helper.make_node("Squeeze", ["last", "zero"], ["y"], "squeeze")]
    weights = dict(w=w, r=r, b=b, h0=h0, one=np.array([1]), size=np.array([hidden]), zero=np.array([0]))
    graph = helper.make_graph(nodes, "reset", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", steps, features])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["batch", hidden])],
                              [numpy_helper.from_array(v, k) for k, v in weights.items()])
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(proto)
    (OUT / "resetbefore.onnx").write_bytes(proto.SerializeToString())
    x = rng.normal(0, 1, (3, steps, features)).astype(np.float32)
    y = onnxruntime.InferenceSession(proto.SerializeToString()).run(["y"], {"x": x})[0]
    w, r, b, h = (torch.tensor(v, dtype=torch.float64) for v in (w[0], r[0], b[0], h0[0]))
    inputs = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    wz, wr, wh, rz, rr, rh = *w.chunk(3), *r.chunk(3)
    bz, br, bh, cz, cr, ch = b.chunk(6)
    for t in reversed(range(steps)):
        now = inputs[:, t]
        z, reset = torch.sigmoid(now @ wz.T + h @ rz.T + bz + cz), torch.sigmoid(now @ wr.T + h @ rr.T + br + cr)
        h = (1 - z) * torch.tanh(now @ wh.T + (reset * h) @ rh.T + bh + ch) + z * h
    assert np.abs(h.detach().numpy() - y).max() < 1e-6, "ONNX Runtime and the equations differ"
    h[:, 3].sum().backward()
    return {"shape": [steps, features], "x": flat(x), "y": flat(y), "dx": flat(inputs.grad), "class": 3, "files": ["resetbefore"]}


def sklearn_cases():
    import sklearn
    import skl2onnx
    from skl2onnx.common.data_types import FloatTensorType
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LinearRegression, LogisticRegression
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MaxAbsScaler, Normalizer, StandardScaler

    data = load_iris()
    X, Y = data.data.astype(np.float32), data.target
    two = Y < 2
    cases = {}
    for name, model, x, y in (("logistic", LogisticRegression(max_iter=500), X, Y), ("logistic2", LogisticRegression(), X[two], Y[two]),
                              ("mlp", MLPClassifier((8, 6), max_iter=300, random_state=1), X, Y),
                              ("mlp2", MLPClassifier((8,), activation="tanh", max_iter=300, random_state=1), X[two], Y[two]),
                              ("scaled", make_pipeline(StandardScaler(), LogisticRegression()), X, Y),
                              ("linear", make_pipeline(MaxAbsScaler(), LinearRegression()), X, X[:, 3] ** 2),
                              ("linear2", make_pipeline(Normalizer(), LinearRegression()), X, X[:, 2:] ** 2)):
        model.fit(x, y)
        at = x[::20].astype(np.float64)
        classifies = hasattr(model, "predict_proba")
        give = model.predict_proba if classifies else lambda rows: model.predict(rows).reshape(len(rows), -1)
        c = give(at).shape[1] - 1
        dx = np.zeros_like(at)
        for j in range(4):  # no gradients there: central differences of the fifth order in float64
            for k, w in ((1, 45), (2, -9), (3, 1)):
                step = np.zeros(4)
                step[j] = k * 1e-2
                dx[:, j] += w * (give(at + step)[:, c] - give(at - step)[:, c]) / 60 / 1e-2
        cases[name] = {"shape": [4], "x": flat(at), "y": flat(give(at)), "dx": flat(dx), "class": c,
                       "files": [name, name + "-zipmap"] if classifies else [name]}
        for zipmap in (False, True)[:1 + classifies]:
            proto = skl2onnx.convert_sklearn(model, name, initial_types=[("x", FloatTensorType([None, 4]))], target_opset=17,
                                             options={id(model): {"zipmap": zipmap}} if classifies else None)
            (OUT / f"{name}{'-zipmap' if zipmap else ''}.onnx").write_bytes(proto.SerializeToString())
        if name == "logistic":
            cases["each"] = each_against_the_rest(X, Y, at)
    return {"sklearn": sklearn.__version__, "skl2onnx": skl2onnx.__version__, "cases": cases}


def each_against_the_rest(X, Y, at):
    """A logistic regression for each class, whose probabilities are divided by their sum: as OnnxMLTools 1 wrote it, such as the logreg_iris.onnx of
    ONNX Runtime, with three examples, dictionaries and no version of ONNX's own operators."""
    from onnx import TensorProto, helper
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    model = OneVsRestClassifier(LogisticRegression()).fit(X, Y)
    w, b = np.concatenate([e.coef_ for e in model.estimators_]), np.concatenate([e.intercept_ for e in model.estimators_])
    nodes = [helper.make_node("LinearClassifier", ["x"], ["label", "p"], domain="ai.onnx.ml", classlabels_ints=[0, 1, 2], multi_class=0,
                              coefficients=w.ravel().tolist(), intercepts=b.tolist(), post_transform="LOGISTIC"),
             helper.make_node("Normalizer", ["p"], ["share"], domain="ai.onnx.ml", norm="L1"),
             helper.make_node("ZipMap", ["share"], ["probabilities"], domain="ai.onnx.ml", classlabels_int64s=[0, 1, 2])]
    outputs = [helper.make_tensor_value_info("label", TensorProto.INT64, [3]), helper.make_value_info(
        "probabilities", helper.make_sequence_type_proto(helper.make_map_type_proto(TensorProto.INT64, helper.make_tensor_type_proto(TensorProto.FLOAT, []))))]
    graph = helper.make_graph(nodes, "each", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [3, 4])], outputs)
    (OUT / "each.onnx").write_bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("ai.onnx.ml", 1)], ir_version=3).SerializeToString())
    p = 1 / (1 + np.exp(-(at @ w.T + b)))
    d, total = p * (1 - p), p.sum(1, keepdims=True)
    dx = (d[:, 2:] * w[2] - p[:, 2:] / total * (d @ w)) / total
    return {"shape": [4], "x": flat(at), "y": flat(model.predict_proba(at)), "dx": flat(dx), "class": 2, "files": ["each"]}


OUT.mkdir(exist_ok=True)
which = sys.argv[1]
(HERE / f"onnx_{which}.json").write_text(json.dumps(torch_cases() if which == "torch" else sklearn_cases()) + "\n")
