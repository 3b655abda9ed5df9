"""Weights after each of ten steps of PyTorch's optimizers, for the tests beside this folder: python optimizers.py > optimizers.json"""
import json
import torch

torch.set_default_dtype(torch.float64)
START = [0.5, -1.25, 2.0, 0.0, 1e-3, -30.0]
GRADIENTS = [  # one row a step; the fourth weight's gradient is 0 at first, the fifth's is tiny, the last's is large
    [0.1, -0.2, 0.3, 0.0, 1e-6, 50.0],
    [0.4, 0.1, -0.3, 0.0, -1e-6, 20.0],
    [-0.2, 0.7, 0.0, 1.0, 2e-6, -80.0],
    [0.1, 0.1, 0.1, -1.0, 1e-6, 10.0],
    [1.5, -0.6, 0.2, 0.5, 3e-6, 0.5],
    [0.3, 0.2, -0.1, -0.5, -2e-6, -5.0],
    [-0.7, 0.9, 0.4, 0.0, 1e-6, 2.0],
    [0.05, -0.3, -0.6, 0.25, 4e-6, -1.0],
    [0.2, 0.0, 0.8, 0.125, -3e-6, 0.25],
    [-1.0, 0.4, 0.1, -2.0, 1e-6, 30.0],
]
CASES = [
    ("SGD", dict(LearningRate=0.1), lambda p: torch.optim.SGD(p, lr=0.1)),
    ("SGD", dict(), lambda p: torch.optim.SGD(p)),
    ("SGD", dict(LearningRate=0.1, Momentum=0.9), lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)),
    ("SGD", dict(LearningRate=0.05, Momentum=0.8, Nesterov=True, WeightDecay=0.01),
     lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.8, nesterov=True, weight_decay=0.01)),
    ("Adam", dict(), lambda p: torch.optim.Adam(p)),
    ("Adam", dict(LearningRate=0.02, Beta1=0.8, Beta2=0.95, Epsilon=1e-4, WeightDecay=0.1),
     lambda p: torch.optim.Adam(p, lr=0.02, betas=(0.8, 0.95), eps=1e-4, weight_decay=0.1)),
    ("AdamW", dict(), lambda p: torch.optim.AdamW(p)),
    ("AdamW", dict(LearningRate=0.02, Beta1=0.8, Beta2=0.95, Epsilon=1e-4, WeightDecay=0.3),
     lambda p: torch.optim.AdamW(p, lr=0.02, betas=(0.8, 0.95), eps=1e-4, weight_decay=0.3)),
    ("RMSprop", dict(), lambda p: torch.optim.RMSprop(p)),
    ("RMSprop", dict(LearningRate=0.02, Alpha=0.9, Momentum=0.8), lambda p: torch.optim.RMSprop(p, lr=0.02, alpha=0.9, momentum=0.8)),
    ("RMSprop", dict(LearningRate=0.005, Alpha=0.8, Epsilon=1e-3, Centered=True, WeightDecay=0.1),
     lambda p: torch.optim.RMSprop(p, lr=0.005, alpha=0.8, eps=1e-3, centered=True, weight_decay=0.1)),
    ("RMSprop", dict(LearningRate=0.005, Epsilon=1e-2, Centered=True, Momentum=0.5),
     lambda p: torch.optim.RMSprop(p, lr=0.005, eps=1e-2, centered=True, momentum=0.5)),
]


def steps(make, clip=None):
    w = torch.tensor(START, requires_grad=True)
    optimizer = make([w])
    out = []
    for gradient in GRADIENTS:
        w.grad = torch.tensor(gradient)
        if clip is not None:
            torch.nn.utils.clip_grad_norm_([w], clip)
        optimizer.step()
        out.append(w.detach().tolist())
    return out


print(json.dumps({
    "torch": torch.__version__,
    "start": START,
    "gradients": GRADIENTS,
    "cases": [{"optimizer": name, "options": options, "weights": steps(make)} for name, options, make in CASES],
    "clipped": {"limit": 0.75, "learning_rate": 0.1, "weights": steps(lambda p: torch.optim.SGD(p, lr=0.1), 0.75)},
}, indent=1))
