"""Writes wordpieces.json: what Hugging Face's tokenizers make of texts that are hard to cut, with a small tokeniser of BERT's kind.

python make_wordpieces.py, with tokenizers 0.23.3.
"""

import json
import random
from pathlib import Path

import tokenizers
from tokenizers import AddedToken, Tokenizer, models, normalizers, pre_tokenizers, processors

PIECES = ["the", "film", "is", "good", "bad", "un", "##happy", "##s", "##ing", "not", "cafe", "naive", "it", "ii", "##ii", "中", "文", "한", "##글", "ᄒ", "##ᅡ",
          "##ᆫ", "ß", "ss", "😀", "##é", "é", "caf", "τ", "##ελος", "я", "##ё", "i", "##i", "##\u0307", "3", "##5", "fi", "ﬁ", "a", "##a", "##b", "##c"]


def tokenizer(**normal):
    vocab = ["[PAD]"] + [f"[unused{i}]" for i in range(3)] + ["[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    vocab += [chr(c) for c in range(33, 127) if not chr(c).isupper()] + ["##" + chr(c) for c in range(97, 123)]
    vocab = list(dict.fromkeys(vocab + PIECES))
    ids = {piece: i for i, piece in enumerate(vocab)}
    t = Tokenizer(models.WordPiece(ids, unk_token="[UNK]", continuing_subword_prefix="##", max_input_chars_per_word=20))
    t.normalizer = normalizers.BertNormalizer(**normal)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1",
                                                     special_tokens=[("[CLS]", ids["[CLS]"]), ("[SEP]", ids["[SEP]"])])
    t.add_special_tokens([AddedToken(s, normalized=False) for s in ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")])
    return t


def texts():
    yield from ["", " ", "\t\n\r", "The film is good.", "UNHAPPY unhappys, not-good!", "Café naïve CAFÉ", "cafe\u0301 nai\u0308ve e\u0301", "中文字", "a中b文c",
                "한글 한글", "\u1112\u1161\u11ab", "😀😀 a😀b 👩‍👩‍👧 🇩🇪", "a\x00b\x01c\x7fd", "a\u200bb\u200dc\ufeffd", "a\u00a0b\u2003c\u3000d\u2028e", "x" * 20, "x" * 21,
                "the" * 50, "İstanbul iİıI", "ẞß ﬁ ﬀ ǅ", "ΤΈΛΟΣ τέλος", "Ё ё й Й", "\ufffd a\ufffdb", "[CLS] a [SEP]", "[SEP][SEP]", "[ SEP ] [sep] [MASK]ing",
                "it's 3.5° isn't", "“quoted” «so» –—…", "a_b-c/d\\e|f~g`h^i", "$€£¥+<=>", "́", "a\u0301\u0323\u0308b", "\u0301a", "  a  b  ", "ｆｕｌｌ ｗｉｄｔｈ！",
                "ไทย भाषा தமிழ்", "\U0001d49c\U0001d4d0", "\U00020000\U0002a6df", "豈更", "e\u0301" * 30, "##s ##ing s", "a" * 1000, "un happy", "Å Å Å", "½ ² Ⅳ ①",
                "a\u00adb", "\U000e0001", "\ue000a\uf8ff", "نص عربي، نعم؟", "עברית", "日本語テスト。カタカナ", "a\u2060b", "ŉ ǰ ΐ", "dž Dž DŽ", "K Ω"]
    rng = random.Random(1)
    pool = list("aabbciıİéÉe\u0301\u0308ß中文한글ё.,!?-'\" \t\n\u00a0\u200b\ufffd😀\x00\x1f") + ["[SEP]", "the", "un", "happy", "[CLS", "cafe"]
    for _ in range(150):
        yield "".join(rng.choice(pool) for _ in range(rng.randrange(1, 40)))


def encoded(t, text):
    e = t.encode(text, add_special_tokens=False)
    at = [0]  # the byte where each character begins
    for c in text:
        at.append(at[-1] + len(c.encode()))
    return [[i, at[a], at[b]] for i, (a, b) in zip(e.ids, e.offsets)]


def main():
    kinds = [dict(clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True),
             dict(clean_text=True, handle_chinese_chars=False, strip_accents=None, lowercase=False),
             dict(clean_text=False, handle_chinese_chars=True, strip_accents=False, lowercase=True),
             dict(clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False)]
    out = {"made_by": f"tokenizers {tokenizers.__version__}", "texts": list(texts()), "kinds": []}
    for kind in kinds:
        t = tokenizer(**kind)
        out["kinds"].append({"tokenizer": json.loads(t.to_str()), "tokens": [encoded(t, x) for x in out["texts"]],
                             "framed": t.encode(out["texts"][3]).ids})
    Path(__file__).with_name("wordpieces.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
