"""Writes metrics.json: what scikit-learn says of generated truths and predictions, for the metrics of src/engine/metrics.

Run: python tests/oracles/metrics.py   (numpy, scikit-learn; versions stand in the file)
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn import metrics as m

rng = np.random.default_rng(20261122)


def plain(values):
    return {k: float(v) for k, v in values.items()}


def binary(weighted):
    n = 300
    y = (rng.random(n) < 0.35).astype(int)
    # Rounded, so that scores tie; two are certain and wrong, so that the log-loss is clipped.
    p = np.round(np.clip(0.45 * y + rng.normal(0.28, 0.25, n), 0, 1), 2)
    p[np.flatnonzero(y == 1)[0]] = 0.0
    p[np.flatnonzero(y == 0)[0]] = 1.0
    w = rng.gamma(2.0, 1.0, n) if weighted else np.ones(n)
    said = (p >= 0.5).astype(int)
    s = {"sample_weight": w}
    average = np.average(p, weights=w)
    # Over the rows that are positive, or negative, in truth.
    of = lambda mask: np.average((p[mask] - np.average(p[mask], weights=w[mask])) ** 2, weights=w[mask])
    return {
        "labels": y.tolist(),
        "scores": p.tolist(),
        "weights": w.tolist() if weighted else None,
        "metrics": plain(
            {
                "accuracy": m.accuracy_score(y, said, **s),
                "balanced_accuracy": m.balanced_accuracy_score(y, said, **s),
                "precision": m.precision_score(y, said, **s),
                "recall": m.recall_score(y, said, **s),
                "f1": m.f1_score(y, said, **s),
                "auc": m.roc_auc_score(y, p, **s),
                "average_precision": m.average_precision_score(y, p, **s),
                "log_loss": m.log_loss(y, p, **s),
                "brier_score": m.brier_score_loss(y, p, **s),
                "matthews_corrcoef": m.matthews_corrcoef(y, said, **s),
                "false_positive_rate": 1 - m.recall_score(y, said, pos_label=0, **s),
                "false_negative_rate": 1 - m.recall_score(y, said, **s),
                "positive_prediction_rate": np.average(said, weights=w),
                "average_prediction": average,
                "prediction_variance": np.average((p - average) ** 2, weights=w),
                "positive_prediction_variance": of(y == 1),
                "negative_prediction_variance": of(y == 0),
                "average_confidence": np.average(np.maximum(p, 1 - p), weights=w),
            }
        ),
    }


def multiclass(weighted):
    n, k = 240, 4
    y = rng.choice(k, n, p=[0.5, 0.3, 0.15, 0.05])
    logits = rng.normal(0, 1.2, (n, k))
    logits[np.arange(n), y] += 1.5
    p = np.exp(logits)
    p /= p.sum(axis=1, keepdims=True)
    w = rng.gamma(2.0, 1.0, n) if weighted else np.ones(n)
    said = p.argmax(axis=1)
    s = {"sample_weight": w}
    macro = {"average": "macro", "zero_division": 0, **s}
    values = {
        "multiclass_accuracy": m.accuracy_score(y, said, **s),
        "balanced_accuracy": m.balanced_accuracy_score(y, said, **s),
        "macro_precision": m.precision_score(y, said, **macro),
        "macro_recall": m.recall_score(y, said, **macro),
        "macro_f1": m.f1_score(y, said, **macro),
        "log_loss": m.log_loss(y, p, **s),
        "top_k_accuracy": m.top_k_accuracy_score(y, p, k=3, **s),
        "average_confidence": np.average(p.max(axis=1), weights=w),
    }
    if not weighted:
        # scikit-learn has no weights for one-vs-one areas.
        values["multiclass_auc"] = m.roc_auc_score(y, p, multi_class="ovo", average="macro")
    return {"labels": y.tolist(), "probabilities": p.tolist(), "weights": w.tolist() if weighted else None, "metrics": plain(values)}


def regression(weighted):
    n = 260
    y = rng.gamma(3.0, 4.0, n) + 0.5
    q = np.abs(y + rng.standard_t(3, n))
    w = rng.gamma(2.0, 1.0, n) if weighted else np.ones(n)
    s = {"sample_weight": w}
    average = np.average(q, weights=w)
    return {
        "labels": y.tolist(),
        "predictions": q.tolist(),
        "weights": w.tolist() if weighted else None,
        "metrics": plain(
            {
                "mse": m.mean_squared_error(y, q, **s),
                "rmse": m.root_mean_squared_error(y, q, **s),
                "mae": m.mean_absolute_error(y, q, **s),
                "msle": m.mean_squared_log_error(y, q, **s),
                "mape": m.mean_absolute_percentage_error(y, q, **s),
                "r2": m.r2_score(y, q, **s),
                "mean_error": np.average(q - y, weights=w),
                "prediction_variance": np.average((q - average) ** 2, weights=w),
                "average_prediction": average,
            }
        ),
    }


def subsets_of_scores(seed, n, ties, weighted):
    """Areas of the rows of each cell alone; the last cells hold few rows, or rows of one class."""
    r = np.random.default_rng(seed)
    y = (r.random(n) < 0.4).astype(int)
    p = np.clip(0.3 * y + r.normal(0.35, 0.2, n), 0, 1)
    p = np.round(p, 1 if ties else 15)
    w = r.gamma(2.0, 1.0, n) if weighted else np.ones(n)
    cell = r.choice(6, n, p=[0.5, 0.3, 0.15, 0.03, 0.01, 0.01])
    cell[:2], y[:2] = 4, [0, 1]
    y[cell == 5] = 1
    areas = []
    for c in range(6):
        own = cell == c
        both = len(np.unique(y[own])) == 2
        areas.append({
            "auc": float(m.roc_auc_score(y[own], p[own], sample_weight=w[own])) if both else None,
            "average_precision": float(m.average_precision_score(y[own], p[own], sample_weight=w[own])),
        })
    return {"labels": y.tolist(), "scores": p.tolist(), "weights": w.tolist() if weighted else None, "cells": cell.tolist(), "areas": areas}


def subsets_of_probabilities(seed, n, ties):
    r = np.random.default_rng(seed)
    k = 4
    y = r.choice(k, n, p=[0.45, 0.3, 0.2, 0.05])
    logits = r.normal(0, 1.3, (n, k))
    logits[np.arange(n), y] += 1.2
    p = np.exp(logits)
    p /= p.sum(axis=1, keepdims=True)
    if ties:
        p = np.round(p, 1)
        p[:, 0] = np.round(1 - p[:, 1:].sum(axis=1), 1)
        p = np.clip(p, 0, 1)
        p /= p.sum(axis=1, keepdims=True)
    cell = r.choice(4, n, p=[0.6, 0.3, 0.08, 0.02])
    # One subset lacks a class.
    y[(cell == 2) & (y == 3)] = 1
    areas = []
    for c in range(4):
        own = cell == c
        present = np.unique(y[own])
        pairs = [(a, b) for a in present for b in present if a < b]
        # As scikit-learn's multi_class="ovo", which cannot leave out an absent class: the mean of both directions of each pair.
        of = lambda a, b: m.roc_auc_score((y[own & np.isin(y, [a, b])] == a).astype(int), p[own & np.isin(y, [a, b]), a])
        mean = float(np.mean([(of(a, b) + of(b, a)) / 2 for a, b in pairs])) if pairs else None
        if len(present) == k:
            assert abs(mean - m.roc_auc_score(y[own], p[own], multi_class="ovo", average="macro")) < 1e-12
        areas.append({"multiclass_auc": mean})
    return {"labels": y.tolist(), "probabilities": p.tolist(), "weights": None, "cells": cell.tolist(), "areas": areas}


out = {
    "versions": {"numpy": np.__version__, "sklearn": sklearn.__version__},
    "binary": [binary(False), binary(True)],
    "multiclass": [multiclass(False), multiclass(True)],
    "regression": [regression(False), regression(True)],
    "subsets": [subsets_of_scores(1, 1500, False, False), subsets_of_scores(2, 700, True, False), subsets_of_scores(3, 900, False, True),
                subsets_of_scores(4, 600, True, True)],
    "subsets_of_classes": [subsets_of_probabilities(5, 800, False), subsets_of_probabilities(6, 500, True)],
}
Path(__file__).with_suffix(".json").write_text(json.dumps(out) + "\n")
