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
from captum.attr import LRP, DeepLift, IntegratedGradients, Occlusion, Saliency
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


@peer("cnn/occlusion")
def cnn_occlusion(given):
    method, x = Occlusion(CNN(given).eval()), images(given)
    return lambda: method.attribute(x, target=given["classes"], sliding_window_shapes=(3, 4, 4), strides=(3, 2, 2)), values


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
