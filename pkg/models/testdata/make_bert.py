"""Writes the folder bert, a tiny random BERT as transformers saves it, and bert.json, what that gives for a padded batch.

python make_bert.py, with transformers 5.23.0 and PyTorch 2.15.
"""

import json
from pathlib import Path

import torch
import transformers
from transformers import BertConfig, BertForSequenceClassification

HERE = Path(__file__).parent


def main():
    torch.manual_seed(1)
    config = BertConfig(vocab_size=40, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
                        max_position_embeddings=12, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, initializer_range=0.3)
    config._attn_implementation = "eager"
    whole = BertForSequenceClassification(config).eval()
    for name, p in whole.named_parameters():  # LayerNorm begins with ones and zeros, which would hide a mistake
        if "LayerNorm" in name or "bias" in name:
            p.data += 0.3 * torch.randn_like(p)
    model = whole.bert
    whole.save_pretrained(HERE / "bert")
    ids = torch.tensor([[5, 7, 9, 11, 6, 0, 0, 0], [5, 39, 8, 8, 20, 31, 12, 6], [5, 17, 6, 0, 0, 0, 0, 0]])
    mask = (ids != 0).long()
    words = model.embeddings.word_embeddings(ids).detach().requires_grad_()
    out = model(inputs_embeds=words, attention_mask=mask, output_attentions=True)
    hidden = out.last_hidden_state
    pooled = (hidden * mask[:, :, None]).sum(1) / mask.sum(1)[:, None]
    weights = torch.linspace(-1, 1, 32)
    loss = (pooled * weights).sum()
    last = model.encoder.layer[1]
    parts = {"/encoder_1/attention/query/weights": last.attention.self.query.weight, "/encoder_1/feed_forward/out/biases": last.output.dense.bias,
             "/encoder_1/attention_norm/scale": last.attention.output.LayerNorm.weight}
    grads = torch.autograd.grad(loss, [words, *parts.values()])
    flat = lambda t: [float(f"{v:.7g}") for v in t.detach().flatten().tolist()]
    transpose = lambda name, g: g.T if name.endswith("weights") else g
    out = {"made_by": f"transformers {transformers.__version__}, PyTorch {torch.__version__}", "ids": ids.flatten().tolist(), "rows": 3, "length": 8,
           "hidden": flat(hidden), "pooled": flat(pooled), "attention": flat(out.attentions[1]), "embedding_gradient": flat(grads[0]),
           "gradients": {n: flat(transpose(n, g)) for n, g in zip(parts, grads[1:])}}
    (HERE / "bert.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
