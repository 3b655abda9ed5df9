"""PyTorch's losses and their gradients for a batch: python losses.py > losses.json"""
import json
import torch
from torch.nn import functional as F

torch.manual_seed(3)
torch.set_default_dtype(torch.float64)
LOGITS = (2 * torch.randn(5, 4)).round(decimals=3)
LABELS = torch.tensor([0, 3, 1, 1, 2])
WEIGHTS = [0.5, 2.0, 1.0, 3.5]
TOKENS = (2 * torch.randn(3, 4, 5)).round(decimals=3)  # sequences of 4, 5 ids
IDS = torch.tensor([[4, 2, 0, 0], [1, 1, 3, 2], [3, 0, 4, 0]])
VALUES = (2 * torch.randn(3, 2, 2)).round(decimals=3)
TARGETS = (2 * torch.randn(3, 2, 2)).round(decimals=3)


def case(name, options, output, target, loss):
    x = output.clone().requires_grad_()
    value = loss(x)
    value.backward()
    return dict(name=name, options=options, output=output.tolist(), target=target.tolist(), loss=value.item(), gradient=x.grad.tolist())


def classes(options, **kw):
    kw = dict(kw, weight=torch.tensor(kw["weight"])) if "weight" in kw else kw
    return case("classes", options, LOGITS, LABELS[:, None], lambda x: F.cross_entropy(x, LABELS, **kw))


def ids(options, **kw):
    kw = dict(kw, weight=torch.tensor(kw["weight"])) if "weight" in kw else kw
    return case("ids", options, TOKENS, IDS, lambda x: F.cross_entropy(x.reshape(-1, 5), IDS.reshape(-1), ignore_index=0, **kw))


print(json.dumps({"torch": torch.__version__, "cases": [
    classes({}),
    classes(dict(LabelSmoothing=0.1), label_smoothing=0.1),
    classes(dict(ClassWeights=WEIGHTS), weight=WEIGHTS),
    classes(dict(ClassWeights=WEIGHTS, LabelSmoothing=0.2), weight=WEIGHTS, label_smoothing=0.2),
    ids({}),
    ids(dict(LabelSmoothing=0.1), label_smoothing=0.1),
    ids(dict(ClassWeights=WEIGHTS + [0.7], LabelSmoothing=0.3), weight=WEIGHTS + [0.7], label_smoothing=0.3),
    case("SquaredError", {}, VALUES, TARGETS, lambda x: F.mse_loss(x, TARGETS)),
    case("AbsoluteError", {}, VALUES, TARGETS, lambda x: F.l1_loss(x, TARGETS)),
    case("Huber", {}, VALUES, TARGETS, lambda x: F.huber_loss(x, TARGETS)),
    case("Huber", dict(Delta=2.5), VALUES, TARGETS, lambda x: F.huber_loss(x, TARGETS, delta=2.5)),
]}, indent=1))
