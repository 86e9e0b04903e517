"""Makes `familyguard/patterns/text_weights.npz` and `words.txt`: `python -m …text_training.train`.

A multinomial logistic regression over the n-grams and pattern signals of our own messages, then a
calibration on messages whose whole story family was held out.  Prints the hash to pin in
`familyguard/requests/ngrams.py`.
"""

import argparse
import hashlib
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped,import-not-found,unused-ignore]

from familyguard.requests import ngrams, patterns, signals, spelling, together
from familyguard.requests.fold import split
from familyguard.text_training.grammar import LABELS, Message, generate, words_of_all_templates

SEED = 20_26
READINGS = 12
FOLDS = 6
PATTERNS = Path(patterns.__file__).parent.parent / "patterns"


def write_words() -> int:
    """The word list from our own messages and the pattern files."""
    words: set[str] = set()
    for text in words_of_all_templates():
        words.update(word.text for word in split(text))
    for pattern in patterns.patterns():
        for text in (pattern.yes, pattern.no or ""):
            words.update(word.text for word in split(text))
        for regex_free in pattern.words:
            words.update(regex_free.split())
    words -= spelling.shorthand().keys()
    kept = sorted(word for word in words if word.isalpha() and word.isascii())
    (PATTERNS / "words.txt").write_text("\n".join(kept) + "\n", "utf-8")
    return len(kept)


def matrix(messages: list[Message], kinds: list[str], inverse: float) -> csr_matrix:
    """One row a message: n-grams scaled by `inverse`, then one column a kind of signal."""
    data, columns, starts = [], [], [0]
    marks = np.zeros((len(messages), len(kinds)), np.float32)
    for row, message in enumerate(messages):
        folded = spelling.read(message.text)
        for feature in ngrams.features(folded):
            data.append(feature.share * inverse)
            columns.append(feature.bucket)
        starts.append(len(columns))
        found = signals.find(message.text, folded)
        for name in [signal.kind for signal in found] + together.together(found):
            if name in kinds:
                marks[row, kinds.index(name)] = 1.0
    grams = csr_matrix((data, columns, starts), shape=(len(messages), ngrams.BUCKETS))
    return csr_matrix(hstack([grams, csr_matrix(marks)]))


def contrasts(model: LogisticRegression, x: csr_matrix) -> np.ndarray:
    """Scores of shape (n, 2): money and opening, each against ordinary."""
    scores = x @ model.coef_.T + model.intercept_
    order = list(model.classes_)
    base = scores[:, order.index("ordinary")]
    return np.stack(
        [scores[:, order.index("money")] - base, scores[:, order.index("opening")] - base], axis=1
    )


def main() -> None:
    """Train, calibrate, write, and print what was reached on held-out families."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--strength", type=float, default=1.0, help="inverse of the L2 penalty")
    parser.add_argument("--grams", type=float, default=2.2, help="scale of n-grams beside signals")
    arguments = parser.parse_args()

    print("words:", write_words())
    spelling.word_list.cache_clear()
    messages = list(generate(READINGS, SEED))
    labels = np.array([message.label for message in messages])
    print("messages:", {label: int((labels == label).sum()) for label in LABELS})
    learnt_kinds = {name for name, kind in patterns.kinds().items() if kind.given <= 0}
    kinds = sorted(learnt_kinds | set(together.NAMES))
    x = matrix(messages, kinds, arguments.grams)

    families = sorted({message.family for message in messages})
    rng = np.random.default_rng(SEED)
    fold_of = dict(zip(families, rng.permutation(len(families)) % FOLDS, strict=True))
    fold = np.array([fold_of[message.family] for message in messages])
    held_out = np.zeros((len(messages), 2))

    def fit(rows: np.ndarray) -> LogisticRegression:
        model = LogisticRegression(C=arguments.strength, max_iter=400, class_weight="balanced")
        return model.fit(x[rows], labels[rows])

    for number in range(FOLDS):
        held_out[fold == number] = contrasts(fit(fold != number), x[fold == number])
    slope, shift = np.ones(2), np.zeros(2)
    for column, label in enumerate(("money", "opening")):
        rows = (labels == label) | (labels == "ordinary")
        platt = LogisticRegression(C=1e6, class_weight="balanced")
        platt.fit(held_out[rows, column : column + 1], labels[rows] == label)
        slope[column], shift[column] = platt.coef_[0, 0], platt.intercept_[0]
        z = held_out[:, column] * slope[column] + shift[column]
        hit = (z[labels == label] > 1.5).mean()
        alarm = (z[labels == "ordinary"] > 1.5).mean()
        print(f"{label}: held-out families, recall {hit:.3f}, false alarms {alarm:.3f} at llr 1.5")

    model = fit(np.ones(len(messages), bool))
    order = list(model.classes_)
    coef = np.stack([model.coef_[order.index(k)] - model.coef_[order.index("ordinary")]
                     for k in ("money", "opening")], axis=1)  # fmt: skip
    start = np.array([model.intercept_[order.index(k)] - model.intercept_[order.index("ordinary")]
                      for k in ("money", "opening")])  # fmt: skip
    learnt = ngrams.Weights(
        table=coef[: ngrams.BUCKETS] * arguments.grams,
        kinds={kind: coef[ngrams.BUCKETS + place] for place, kind in enumerate(kinds)},
        start=start,
        slope=slope,
        shift=shift,
    )
    content = ngrams.pack(learnt)
    (PATTERNS / ngrams.WEIGHTS).write_bytes(content)
    print("bytes:", len(content), "sha256:", hashlib.sha256(content).hexdigest())


if __name__ == "__main__":
    main()
