"""What scikit-learn and sacreBLEU say of small cases: python make_scores.py > scores.json"""
import json
import random

import numpy
import sacrebleu
import sklearn
from sacrebleu.metrics import BLEU
from sklearn import metrics

rng = numpy.random.default_rng(5)


def classification(n, classes, used, decimals):
    """n examples with labels below used; probabilities are rounded, so that there are ties."""
    labels = numpy.concatenate([numpy.arange(used), rng.integers(0, used, n - used)])
    logits = rng.normal(size=(n, classes)) + 1.2 * numpy.eye(classes)[labels]
    p = numpy.exp(logits).round(decimals)
    p = p / p.sum(1, keepdims=True)
    predicted = p.argmax(1)
    per = metrics.precision_recall_fscore_support(labels, predicted, labels=range(classes), zero_division=0)
    out = dict(labels=labels.tolist(), probabilities=p.tolist(), accuracy=metrics.accuracy_score(labels, predicted),
               precision=per[0].tolist(), recall=per[1].tolist(), f1=per[2].tolist(), support=per[3].tolist())
    for average in ("macro", "micro", "weighted"):
        out[average] = metrics.precision_recall_fscore_support(labels, predicted, average=average, zero_division=0)[:3]
    if classes == 2:
        out["auc"] = metrics.roc_auc_score(labels, p[:, 1])
    elif used == classes:
        out["auc"] = metrics.roc_auc_score(labels, p, multi_class="ovr", average="macro")
        # scikit-learn takes the last of equals where the top k are chosen: 4 decimals leave none.
        out["top2"] = metrics.top_k_accuracy_score(labels, p, k=2) if decimals > 3 else None
    return out


WORDS = "the a cat dog sat ran on under mat house big small .".split()
random.seed(4)


def corpus(n, noise, cut):
    references, written = [], []
    for _ in range(n):
        reference = random.choices(WORDS, k=random.randint(4, 9))
        hypothesis = [random.choice(WORDS) if random.random() < noise else w for w in reference]
        references.append(reference)
        written.append(hypothesis[:max(1, len(hypothesis) - cut)] if cut >= 0 else hypothesis + WORDS[:-cut])
    return references, written


def bleu(references, written):
    score = BLEU(tokenize="none", force=True).corpus_score([" ".join(h) for h in written], [[" ".join(r) for r in references]])
    return dict(references=references, written=written, score=score.score, precisions=score.precisions, brevity=score.bp,
                lengths=[score.sys_len, score.ref_len], text=str(score))


print(json.dumps({
    "versions": {"scikit-learn": sklearn.__version__, "sacrebleu": sacrebleu.__version__, "numpy": numpy.__version__},
    "classification": [classification(30, 2, 2, 4), classification(24, 2, 2, 0), classification(40, 4, 4, 5), classification(30, 3, 3, 0),
                       classification(20, 4, 3, 4)],
    "bleu": [bleu(*corpus(6, 0.2, 0)), bleu(*corpus(5, 0.3, 2)), bleu(*corpus(4, 0.3, -3)), bleu(*corpus(2, 0.75, 1)),
             bleu([["the", "cat"]], [["a", "dog"]]), bleu([["the", "cat", "sat"]], [["the", "cat", "sat"]]),
             bleu([["the", "the", "cat", "sat", "on"]], [["the", "the", "the", "the", "the", "the"]])],
}, indent=None))
