"""Writes ranking.json: what scikit-learn and scipy say of ranked queries, of entities, and of a calibration error.

Run: python tests/oracles/ranking.py   (numpy, scipy, scikit-learn; versions stand in the file)
"""

import json
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy.stats import rankdata, spearmanr
from sklearn.calibration import calibration_curve
from sklearn.metrics import label_ranking_average_precision_score, ndcg_score, precision_recall_fscore_support

rng = np.random.default_rng(20261123)


def ranking():
    rows, mrr, ndcg, ndcg3, rank, places = [], [], [], [], [], []
    for query in range(60):
        n = int(rng.integers(2, 9))
        # One row has the highest relevance, so that the average precision of that row alone is its reciprocal rank.
        relevance = rng.integers(0, 3, n)
        relevance[rng.integers(n)] = 4
        score = relevance + rng.normal(0, 1.5, n)
        rows += [[query, float(s), int(r)] for s, r in zip(score, relevance)]
        top = (relevance == 4).astype(int)
        mrr.append(label_ranking_average_precision_score([top], [score]))
        ndcg.append(ndcg_score([relevance], [score]))
        ndcg3.append(ndcg_score([relevance], [score], k=3))
        # A query whose rows are all equally relevant has no correlation.
        if len(set(relevance)) > 1:
            rank.append(spearmanr(score, relevance).statistic)
        places.append(rankdata(-score).mean())
    mean = lambda v: float(np.mean(v))
    values = {"mrr": mean(mrr), "ndcg": mean(ndcg), "rank_correlation": mean(rank), "average_rank": mean(places)}
    return {"rows": rows, "metrics": values, "ndcg_at_3": mean(ndcg3)}


def entities():
    """Spans as the rows of an indicator over all possible spans of all documents: micro averages of scikit-learn."""
    documents, truth, said = [], [], []
    for _ in range(40):
        y = rng.random(24) < 0.2
        p = np.where(y, rng.random(24) < 0.7, rng.random(24) < 0.1)
        truth += y.tolist()
        said += p.tolist()
        documents.append([np.flatnonzero(y).tolist(), np.flatnonzero(p).tolist()])
    precision, recall, f1, _ = precision_recall_fscore_support(truth, said, average="binary")
    number = float(np.mean([len(p) for _, p in documents]))
    values = {"precision": precision, "recall": recall, "f1": f1, "average_number_of_predicted_entities": number}
    return {"documents": documents, "metrics": {k: float(v) for k, v in values.items()}}


def calibration():
    """Ten different scores, at least 50 rows each: each is a bin of its own, whoever cuts them."""
    score = np.repeat(np.arange(10) / 10 + 0.05, 150)
    label = (rng.random(1500) < score**1.3).astype(int)
    true, predicted = calibration_curve(label, score, n_bins=10)
    return {"scores": score.round(2).tolist(), "labels": label.tolist(), "ece": float(np.mean(np.abs(true - predicted)))}


out = {
    "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "sklearn": sklearn.__version__},
    "ranking": ranking(),
    "entities": entities(),
    "calibration": calibration(),
}
Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
