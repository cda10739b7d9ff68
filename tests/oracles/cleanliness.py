"""Writes cleanliness.json: goldens for data cleanliness and for what it is made of.

Label imbalance by scipy's entropy, adjusted mutual information and mean isolation paths by scikit-learn, Unicode forms by the standard
library, confident learning by numpy after Northcutt, Jiang and Chuang 2021 (and, where cleanlab is installed, compared with its
estimate_joint before anything is written).

Run: python tests/oracles/cleanliness.py
"""

import json
import unicodedata
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.stats import entropy
from sklearn.ensemble._iforest import _average_path_length
from sklearn.metrics import adjusted_mutual_info_score

rng = np.random.default_rng(20261123)


def world(n, k, flip):
    logits = rng.normal(0, 2.0, (n, k))
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    p = np.round(p, 6)
    p[:, -1] = 1 - p[:, :-1].sum(1)
    labels = np.array([rng.choice(k, p=np.clip(row, 0, 1) / np.clip(row, 0, 1).sum()) for row in p])
    wrong = rng.random(n) < flip
    labels[wrong] = (labels[wrong] + 1) % k
    return labels, p


def confident(labels, p):
    k = p.shape[1]
    thresholds = np.array([p[labels == j, j].mean() for j in range(k)])
    reached = p >= np.maximum(thresholds, 1e-6) - 1e-6
    guess = np.where(reached.sum(1) > 1, p.argmax(1), reached.argmax(1))
    some = reached.any(1)
    joint = np.zeros((k, k))
    np.add.at(joint, (labels[some], guess[some]), 1)
    contradicted = np.flatnonzero(some & (guess != labels))
    np.fill_diagonal(joint, np.maximum(joint.diagonal(), 1))
    counts = np.bincount(labels, minlength=k)
    joint = joint / joint.sum(1, keepdims=True) * counts[:, None]
    joint /= joint.sum()
    try:
        from cleanlab.count import estimate_joint

        theirs = estimate_joint(labels, p)
        # cleanlab rounds the calibrated counts to whole rows.
        assert np.abs(theirs - joint).max() < 1.5 / len(labels) * k, (theirs, joint)
        print("cleanlab agrees")
    except ImportError:
        print("cleanlab is not installed")
    return {"noise": 1 - joint.trace(), "confident": int(some.sum()), "contradicted": contradicted.tolist()}


def noise(n, k, flip):
    labels, p = world(n, k, flip)
    return {"classes": k, "labels": labels.tolist(), "probabilities": p.ravel().tolist(), **confident(labels, p)}


def imbalance(counts):
    shares = np.array(counts) / sum(counts)
    return {"counts": counts, "imbalance": 1 - entropy(shares) / np.log(len(counts))}


def ordered(n, blocks):
    """Ids 0..n, the label a step function of them: adjusted mutual information of tenths and label."""
    parts = np.arange(n) * 10 // n
    labels = np.arange(n) * blocks // n
    return {"rows": n, "blocks": blocks, "ami": adjusted_mutual_info_score(labels, parts)}


latin = [chr(c) for c in range(0xC0, 0x180) if len(unicodedata.normalize("NFD", chr(c))) == 2]
out = {
    "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__, "unicode": unicodedata.unidata_version},
    "noise": [noise(400, 2, 0.1), noise(600, 4, 0.0)],
    "imbalance": [imbalance([9900, 100]), imbalance([50, 30, 15, 5]), imbalance([120, 120, 120])],
    "paths": [[n, float(_average_path_length(np.array([n]))[0])] for n in (1, 2, 5, 256, 1000)],
    "ordered": [ordered(1000, 2), ordered(1000, 5)],
    "composed": [[c, unicodedata.normalize("NFD", c)] for c in latin],
}
path = Path(__file__).with_suffix(".json")
path.write_text(json.dumps(out, indent=None, separators=(",", ":")) + "\n")
