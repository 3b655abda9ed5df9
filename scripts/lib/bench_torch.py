"""bench_torch.py FOLDER THREADS: the peers of cmd/bench, PyTorch and Captum. Runs in the environment of requirements/bench.txt.

Takes the same orders as `bench serve`, but "compare NAME" in place of "result": how far FOLDER/result.safetensors is from what the last
call here computed, the largest difference over the largest number. To add a peer, write a function with @peer("NAME").
"""

import json
import os
import sys
import time
from pathlib import Path

import numpy as np
import torch
from captum._utils.models.model import Model
from captum.attr import LRP, DeepLift, GradientShap, IntegratedGradients, KernelShap, Lime, Occlusion, Saliency
from captum.attr._utils.lrp_rules import EpsilonRule
from torch import nn

PEERS = {}  # a workload's name → a function of what is given that returns two: what is timed, and what of its value is compared


def peer(name):
    def keep(function):
        PEERS[name] = function
        return function
    return keep


class CNN(nn.Module):
    """models.CNN, as one writes it for PyTorch: every activation a module of its own, which Captum's LRP and DeepLIFT want.

    apart puts a multiplication by one between a ReLU and the pooling after it: without it, Captum's DeepLIFT does not add up.
    """

    def __init__(self, given, apart=False):
        super().__init__()
        self.apart = apart
        self.conv0, self.conv1 = conv(given, "/conv_0"), conv(given, "/conv_1")
        side = given["inputs"].shape[1] // 4
        # Our images are [height, width, channels] when they become a row, PyTorch's [channels, height, width].
        rows = torch.arange(side * side * self.conv1.out_channels).reshape(side, side, -1).permute(2, 0, 1).flatten()
        self.dense, self.logits = dense(given, "/dense", rows), dense(given, "/logits")
        self.relu0, self.relu1, self.relu2 = nn.ReLU(), nn.ReLU(), nn.ReLU()
        self.pool0, self.pool1 = nn.MaxPool2d(2), nn.MaxPool2d(2)

    def forward(self, x):
        for layer, relu, pool in (self.conv0, self.relu0, self.pool0), (self.conv1, self.relu1, self.pool1):
            x = relu(layer(x))
            x = pool(x * 1.0 if self.apart else x)
        return self.logits(self.relu2(self.dense(x.flatten(1))))


def conv(given, name):
    weights = given[name + "/weights"].permute(3, 2, 0, 1)  # ours are [height, width, in, out]
    layer = nn.Conv2d(weights.shape[1], weights.shape[0], weights.shape[2], padding=weights.shape[2] // 2)
    return filled(layer, weights, given[name + "/biases"])


def dense(given, name, rows=slice(None)):
    weights = given[name + "/weights"][rows].T  # ours are [in, out]
    return filled(nn.Linear(weights.shape[1], weights.shape[0]), weights, given[name + "/biases"])


def filled(layer, weights, biases):
    with torch.no_grad():
        layer.weight.copy_(weights)
        layer.bias.copy_(biases)
    return layer


def images(given):
    return given["inputs"].permute(0, 3, 1, 2).contiguous()


def values(attribution):
    return {"values": attribution.detach().permute(0, 2, 3, 1)}


@peer("cnn/train")
def cnn_train(given):
    net, x, y = CNN(given), images(given), given["classes"]
    optimizer = torch.optim.SGD(net.parameters(), lr=0.001, momentum=0.9)

    def step():
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        optimizer.step()
        return net

    def weights(net):
        back = {}
        for name, layer in ("conv_0", net.conv0), ("conv_1", net.conv1):
            back[f"/{name}/weights"], back[f"/{name}/biases"] = layer.weight.permute(2, 3, 1, 0), layer.bias
        back["/logits/weights"], back["/logits/biases"] = net.logits.weight.T, net.logits.bias
        side = x.shape[2] // 4
        w = net.dense.weight.reshape(net.dense.out_features, -1, side, side)
        back["/dense/weights"], back["/dense/biases"] = w.permute(2, 3, 1, 0).flatten(0, 2), net.dense.bias
        return back

    return step, weights


@peer("cnn/predict")
def cnn_predict(given):
    net, x = CNN(given).eval(), images(given)

    def predict():
        with torch.no_grad():
            return net(x)

    return predict, lambda out: {"outputs": out}


@peer("cnn/saliency")
def cnn_saliency(given):
    method, x = Saliency(CNN(given).eval()), images(given)
    return lambda: method.attribute(x, target=given["classes"]), values


@peer("cnn/ig")
def cnn_ig(given):
    method, x = IntegratedGradients(CNN(given).eval()), images(given)
    return lambda: method.attribute(x, target=given["classes"], n_steps=50, method="gausslegendre"), values


@peer("cnn/gradientshap")
def cnn_gradientshap(given):
    method, x = GradientShap(CNN(given).eval()), images(given)

    def draw(n, samples):
        return method.attribute(x[:n], x[:8], n_samples=samples, target=given["classes"][:n])

    return lambda: draw(len(x), 50), lambda _: values(draw(2, 2000))


@peer("cnn/occlusion")
def cnn_occlusion(given):
    method, x = Occlusion(CNN(given).eval()), images(given)
    return lambda: method.attribute(x, target=given["classes"], sliding_window_shapes=(3, 4, 4), strides=(3, 2, 2)), values


def squares(x, block=4):
    """The square of pixels that each number of images is in, and how many numbers a square holds: ours share its value out."""
    across = torch.arange(x.shape[3]) // block
    mask = torch.arange(x.shape[2])[:, None] // block * (int(across[-1]) + 1) + across
    return mask.expand_as(x), block * block * x.shape[1]


class Ridge(Model):
    """A ridge regression with a penalty of 1 for Captum's Lime, which has none without scikit-learn."""

    def fit(self, train_data, **_):
        x, y, weight = (torch.cat(part).double() for part in zip(*train_data))
        weight = weight / weight.sum(), weight.sum()
        x, y = x - weight[0] @ x, y - weight[0] @ y
        left = x.T @ (x * weight[0][:, None]) * weight[1] + torch.eye(x.shape[1], dtype=x.dtype)
        self.coefficients = torch.linalg.solve(left, x.T @ (weight[0] * y) * weight[1])

    def representation(self):
        return self.coefficients

    def __call__(self, x):
        return x.double() @ self.coefficients


@peer("cnn/lime")
def cnn_lime(given):
    x = images(given)
    mask, each = squares(x)
    count = int(mask.max()) + 1

    def near(_, __, kept, **___):  # the cosine of what is kept, as lime has it
        return torch.exp(-(1 - (kept.sum() / count).sqrt()) ** 2 / (2 * 0.25 ** 2))

    method = Lime(CNN(given).eval(), interpretable_model=Ridge(), similarity_func=near)

    def explain():
        return method.attribute(x, target=given["classes"], feature_mask=mask, n_samples=1000, perturbations_per_eval=200)

    return explain, lambda attribution: values(attribution / each)


class LinearRegression(Model):
    """Weighted least squares with an intercept: Captum's own is scikit-learn's."""

    def fit(self, train_data, **_):
        x, y, weight = (torch.cat(part).double() for part in zip(*train_data))
        x = torch.cat([x, torch.ones(len(x), 1)], 1)
        root = weight.sqrt()[:, None]
        self.fitted = torch.linalg.lstsq(x * root, y[:, None] * root).solution[:, 0]

    def representation(self):
        return self.fitted[:-1]

    def __call__(self, x):
        return x.double() @ self.fitted[:-1] + self.fitted[-1]


class KernelShapAlone(KernelShap):
    """Captum's KernelShap without scikit-learn."""

    def __init__(self, net):
        Lime.__init__(self, net, LinearRegression(), self.kernel_shap_similarity_kernel, self.kernel_shap_perturb_generator)
        self.inf_weight = 1e6


@peer("cnn/kernelshap")
def cnn_kernelshap(given):
    x = images(given)
    mask, each = squares(x)
    method = KernelShapAlone(CNN(given).eval())

    def explain():
        return method.attribute(x, target=given["classes"], feature_mask=mask, n_samples=1000, perturbations_per_eval=200)

    return explain, lambda attribution: values(attribution / each)


@peer("cnn/lrp")
def cnn_lrp(given):
    net, x = CNN(given).eval(), images(given)
    for layer in net.conv0, net.conv1, net.pool0, net.pool1, net.dense, net.logits:
        layer.rule = EpsilonRule()
    method = LRP(net)
    return lambda: method.attribute(x, target=given["classes"]), values


@peer("cnn/deeplift")
def cnn_deeplift(given):
    method, x = DeepLift(CNN(given, apart=True).eval()), images(given)
    return lambda: method.attribute(x, target=given["classes"]), values


class LSTM(nn.Module):
    """models.LSTM of two layers: its biases are the first of PyTorch's two, the second stay zero."""

    def __init__(self, given):
        super().__init__()
        features, hidden = given["/lstm_0/weights"].shape[0], given["/lstm_0/recurrent_weights"].shape[0]
        self.lstm, self.logits = nn.LSTM(features, hidden, 2, batch_first=True), dense(given, "/logits")
        with torch.no_grad():
            for i in range(2):
                getattr(self.lstm, f"bias_hh_l{i}").zero_().requires_grad_(False)
                for parameter, name, turned in self.parts(i):
                    parameter.copy_(given[name].T if turned else given[name])

    def parts(self, i):
        """A layer's parameters, what they are called here and whether they are transposed here."""
        yield getattr(self.lstm, f"weight_ih_l{i}"), f"/lstm_{i}/weights", True
        yield getattr(self.lstm, f"weight_hh_l{i}"), f"/lstm_{i}/recurrent_weights", True
        yield getattr(self.lstm, f"bias_ih_l{i}"), f"/lstm_{i}/biases", False

    def forward(self, x):
        return self.logits(self.lstm(x)[0][:, -1])


def adam(net, eps=1e-6):
    return torch.optim.Adam([p for p in net.parameters() if p.requires_grad], lr=0.001, eps=eps)


@peer("lstm/train")
def lstm_train(given):
    net, x, y = LSTM(given), given["inputs"], given["classes"]
    optimizer = adam(net)

    def step():
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        optimizer.step()
        return net

    def weights(net):
        back = {"/logits/weights": net.logits.weight.T, "/logits/biases": net.logits.bias}
        return back | {name: p.T if turned else p for i in range(2) for p, name, turned in net.parts(i)}

    return step, weights


@peer("lstm/ig")
def lstm_ig(given):
    method, x = IntegratedGradients(LSTM(given).eval()), given["inputs"]
    return (lambda: method.attribute(x, target=given["classes"], n_steps=50, method="gausslegendre"),
            lambda attribution: {"values": attribution.detach()})


class Seq2Seq(nn.Module):
    """models.Seq2Seq of PyTorch's layers, with its masks of padding."""

    def __init__(self, given):
        super().__init__()
        width = given["/source_embedding/weights"].shape[1]
        hidden = given["/encoder_0/feed_forward/in/weights"].shape[1]
        options = {"d_model": width, "nhead": 8, "dim_feedforward": hidden, "dropout": 0.0, "batch_first": True}
        self.encoder = nn.ModuleList(nn.TransformerEncoderLayer(**options) for _ in range(2))
        self.decoder = nn.ModuleList(nn.TransformerDecoderLayer(**options) for _ in range(2))
        self.embedding = nn.ModuleList(nn.Embedding(*given[f"/{side}_embedding/weights"].shape, padding_idx=0) for side in ("source", "target"))
        self.positions = nn.ParameterList(torch.empty_like(given[f"/{side}_positions/weights"]) for side in ("source", "target"))
        self.logits = dense(given, "/logits")
        with torch.no_grad():
            for name, (parameter, rows, turned) in self.parts().items():
                parameter[rows] = given[name].T if turned else given[name]

    def parts(self):
        """By the names of here: the parameter, which of its rows, and whether they are transposed here."""
        parts, everything = {}, slice(None)

        def linear(name, layer):
            parts[name + "/weights"], parts[name + "/biases"] = (layer.weight, everything, True), (layer.bias, everything, False)

        def norm(name, layer):
            parts[name + "/scale"], parts[name + "/shift"] = (layer.weight, everything, False), (layer.bias, everything, False)

        for i, side in enumerate(("source", "target")):
            parts[f"/{side}_embedding/weights"] = self.embedding[i].weight, everything, False
            parts[f"/{side}_positions/weights"] = self.positions[i], everything, False
        for stack, layers in ("encoder", self.encoder), ("decoder", self.decoder):
            for i, layer in enumerate(layers):
                name = f"/{stack}_{i}"
                attentions = {"attention": layer.self_attn}
                if stack == "decoder":
                    attentions["cross_attention"] = layer.multihead_attn
                for j, (attention, module) in enumerate(attentions.items()):
                    width = module.embed_dim
                    for k, part in enumerate(("query", "key", "value")):
                        rows = slice(k * width, (k + 1) * width)
                        parts[f"{name}/{attention}/{part}/weights"] = module.in_proj_weight, rows, True
                        parts[f"{name}/{attention}/{part}/biases"] = module.in_proj_bias, rows, False
                    linear(f"{name}/{attention}/output", module.out_proj)
                    norm(f"{name}/{attention}_norm", getattr(layer, f"norm{j + 1}"))
                linear(name + "/feed_forward/in", layer.linear1)
                linear(name + "/feed_forward/out", layer.linear2)
                norm(name + "/feed_forward_norm", getattr(layer, f"norm{len(attentions) + 1}"))
        linear("/logits", self.logits)
        return parts

    def forward(self, source, target):
        padded = source == 0, target == 0
        later = torch.ones(target.shape[1], target.shape[1], dtype=torch.bool).triu(1)
        x = self.embedding[0](source) + self.positions[0]
        for layer in self.encoder:
            x = layer(x, src_key_padding_mask=padded[0])
        y = self.embedding[1](target) + self.positions[1]
        for layer in self.decoder:
            y = layer(y, x, tgt_mask=later, tgt_key_padding_mask=padded[1], memory_key_padding_mask=padded[0])
        return self.logits(y)


@peer("transformer/train")
def transformer_train(given):
    net, source, target, following = Seq2Seq(given), *(given[name].long() for name in ("source", "target", "next"))
    optimizer = adam(net, eps=1e-2)

    def step():
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(source, target).flatten(0, 1), following.flatten(), ignore_index=0).backward()
        optimizer.step()
        return net

    def weights(net):
        return {name: p[rows].T if turned else p[rows] for name, (p, rows, turned) in net.parts().items() if not name.endswith("/key/biases")}

    return step, weights


def read(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a safetensors file."""
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    types = {"F32": np.float32, "F64": np.float64, "I64": np.int64, "I32": np.int32, "BOOL": np.bool_}
    tensors = {}
    for name, entry in json.loads(data[8:start]).items():
        if name != "__metadata__":
            low, high = entry["data_offsets"]
            flat = np.frombuffer(data[start + low:start + high], types[entry["dtype"]])
            tensors[name] = torch.from_numpy(flat.reshape(entry["shape"]).copy())
    return tensors


def apart(theirs: dict, ours: dict) -> float:
    """The largest difference over the largest number, of the tensor that is furthest off."""
    if theirs.keys() != ours.keys():
        raise ValueError(f"ours are {sorted(ours)}, theirs {sorted(theirs)}")
    worst = 0.0
    for name, a in theirs.items():
        a, b = a.detach().double(), ours[name].double()
        if a.shape != b.shape:
            raise ValueError(f"{name}: ours is {list(b.shape)}, theirs {list(a.shape)}")
        if not (torch.isfinite(a).all() and torch.isfinite(b).all()):
            raise ValueError(f"{name}: not all numbers are finite")
        worst = max(worst, float((a - b).abs().max() / a.abs().max()))
    return worst


class Server:
    def __init__(self, folder: Path):
        self.folder, self.ready, self.last = folder, {}, {}

    def follow(self, what: str, name: str, *more: str) -> dict:
        if what == "prepare":
            if name not in PEERS:
                raise ValueError(f"bench_torch.py has no peer of {name}")
            self.ready[name] = PEERS[name](read(self.folder / "given.safetensors"))
            return {}
        call, compared = self.ready[name]
        if what == "call":
            seconds = []
            for _ in range(int(more[0])):
                start = time.perf_counter()
                self.last[name] = call()
                seconds.append(time.perf_counter() - start)
            return {"seconds": seconds}
        if what == "compare":
            return {"difference": apart(compared(self.last[name]), read(self.folder / "result.safetensors"))}
        if what == "end":
            del self.ready[name], self.last[name]
            return {}
        raise ValueError(f"no order is called {what!r}")


def main() -> None:
    folder, threads = Path(sys.argv[1]), int(sys.argv[2])
    torch.set_num_threads(threads)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    server = Server(folder)
    for line in sys.stdin:
        try:
            answer = server.follow(*line.split())
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
