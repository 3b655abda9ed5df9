"""PyTorch's schedules: the learning rate of every step and the weights after it: python schedules.py > schedules.json

SGD with momentum has the learning rate 0.1, or that as the highest. The epochs have so many steps each; "losses" are the validation losses after them.
"""
import json
import torch
from torch.optim import lr_scheduler as S

torch.set_default_dtype(torch.float64)
STEPS = 12
START = [0.5, -1.25, 2.0, 1e-3]
GRADIENTS = [[0.1 * (i % 3) - 0.2, 1.0 / (i + 1), 0.5 - 0.1 * i, 1e-6 * i] for i in range(STEPS)]
LOSSES = [1.0, 0.9, 0.95, 0.89995, 0.91, 0.8, 0.85, 0.81, 0.9, 0.7, 0.71, 0.72]

# name, options, steps an epoch, PyTorch's
CASES = [
    ("Cosine", dict(), 3, lambda o: S.CosineAnnealingLR(o, STEPS)),
    ("StepDecay", dict(Epochs=2, Gamma=0.3), 2, lambda o: S.StepLR(o, 2, 0.3)),
    ("StepDecay", dict(), 1, lambda o: S.StepLR(o, 10)),
    ("OneCycle", dict(), 4, lambda o: S.OneCycleLR(o, 0.1, STEPS, cycle_momentum=False)),
    ("OneCycle", dict(Rise=0.45, Start=4, End=50), 4,
     lambda o: S.OneCycleLR(o, 0.1, STEPS, pct_start=0.45, div_factor=4, final_div_factor=50, cycle_momentum=False)),
    ("Plateau", dict(Gamma=0.5, Patience=1), 1, lambda o: S.ReduceLROnPlateau(o, factor=0.5, patience=1)),
    ("Plateau", dict(Gamma=0.2, Patience=1, Threshold=0.02, Cooldown=2, Lowest=0.1), 1,
     lambda o: S.ReduceLROnPlateau(o, factor=0.2, patience=1, threshold=0.02, cooldown=2, min_lr=0.01)),
    ("Plateau", dict(), 1, lambda o: S.ReduceLROnPlateau(o)),
    ("Warmup", dict(Steps=4), 3, lambda o: S.LinearLR(o, 1 / 5, 1, 4)),
    ("Warmup of Cosine", dict(Steps=4), 3,
     lambda o: S.SequentialLR(o, [S.LinearLR(o, 1 / 5, 1, 4), S.CosineAnnealingLR(o, STEPS - 4)], [4])),
]


def run(make, per_epoch):
    w = torch.tensor(START, requires_grad=True)
    optimizer = torch.optim.SGD([w], lr=0.1, momentum=0.9)
    schedule = make(optimizer)
    by_epoch = isinstance(schedule, (S.StepLR, S.ReduceLROnPlateau))
    rates, weights = [], []
    for i, gradient in enumerate(GRADIENTS):
        rates.append(optimizer.param_groups[0]["lr"])
        w.grad = torch.tensor(gradient)
        optimizer.step()
        weights.append(w.detach().tolist())
        if not by_epoch:
            schedule.step()
        elif (i + 1) % per_epoch == 0:
            schedule.step(*([LOSSES[i // per_epoch]] if isinstance(schedule, S.ReduceLROnPlateau) else []))
    return dict(rates=rates, weights=weights)


print(json.dumps({
    "torch": torch.__version__,
    "start": START,
    "gradients": GRADIENTS,
    "losses": LOSSES,
    "cases": [dict(schedule=name, options=options, per_epoch=per, **run(make, per)) for name, options, per, make in CASES],
}, indent=1))
