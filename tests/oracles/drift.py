"""Writes drift.json: a small reference and evaluation set, and what scipy, scikit-learn and numpy say of the drift between them.

Run: python tests/oracles/drift.py   (numpy, scipy, scikit-learn; versions stand in the file)
"""

import json
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy import stats
from scipy.spatial.distance import jensenshannon
from sklearn.metrics import adjusted_mutual_info_score, normalized_mutual_info_score

rng = np.random.default_rng(20261122)


def side(n, tie, shift):
    """Few distinct values, so that bins are values and nothing is approximated."""
    count = rng.poisson(2.5 + shift, n).clip(0, 8)
    grade = (np.where(rng.random(n) < tie, count, rng.integers(0, 9, n)) // 2).astype(int)
    city = np.array(["Bern", "Chur", "Genf", "Sion"])[np.where(rng.random(n) < tie, grade % 4, rng.integers(0, 4, n))]
    label = (rng.random(n) < 0.2 + 0.08 * grade).astype(int)
    score = np.round(np.clip(0.3 * label + 0.7 * rng.random(n), 0.01, 0.99), 3)
    return {"count": count, "grade": grade, "city": city, "label": label, "score": score}


def csv(s):
    rows = zip(*(s[c].tolist() for c in s))
    return ",".join(s) + "\n" + "".join(",".join(map(str, r)) + "\n" for r in rows)


ref, ev = side(700, 0.7, 0.0), side(500, 0.3, 0.6)
out = {
    "versions": {"numpy": np.__version__, "scipy": scipy.__version__, "sklearn": sklearn.__version__},
    "reference": csv(ref),
    "evaluation": csv(ev),
    "correlation": {},
    "information": {},
    "distances": {},
    "attribution": {},
}


def floored(p, q, f):
    keep = p + q > 0
    return float(f(np.maximum(p[keep], 1e-5), np.maximum(q[keep], 1e-5)).sum())


for a, b in [("count", "grade"), ("count", "label"), ("grade", "label")]:
    out["correlation"][f"{a},{b}"] = {
        "spearman_reference": float(stats.spearmanr(ref[a], ref[b]).statistic),
        "spearman_evaluation": float(stats.spearmanr(ev[a], ev[b]).statistic),
        "pearson_reference": float(stats.pearsonr(ref[a], ref[b]).statistic),
        "pearson_evaluation": float(stats.pearsonr(ev[a], ev[b]).statistic),
    }
for a, b in [("count", "grade"), ("count", "city"), ("grade", "city"), ("count", "label"), ("city", "label")]:
    out["information"][f"{a},{b}"] = {
        "normalised_mutual_information_reference": float(normalized_mutual_info_score(ref[a], ref[b])),
        "normalised_mutual_information_evaluation": float(normalized_mutual_info_score(ev[a], ev[b])),
    }
# Two values each: nothing is put together, so the adjusted information is that of the values.
out["adjusted"] = {
    "city,label": [float(adjusted_mutual_info_score(s["city"], s["label"])) for s in (ref, ev)],
}
for c in ["count", "grade", "city", "label"]:
    values = sorted(set(ref[c].tolist()) | set(ev[c].tolist()))
    p = np.array([(ref[c] == v).mean() for v in values])
    q = np.array([(ev[c] == v).mean() for v in values])
    d = {
        "psi": floored(p, q, lambda p, q: (q - p) * np.log(q / p)),
        "kl": floored(p, q, lambda p, q: q * np.log(q / p)),
        "js": float(jensenshannon(p, q, base=2) ** 2),
        "hellinger": float(np.linalg.norm(np.sqrt(p) - np.sqrt(q)) / np.sqrt(2)),
        "cramers_v": float(stats.contingency.association(np.array([np.rint(p * 700), np.rint(q * 500)]).astype(int), method="cramer")),
    }
    if c in ("count", "grade"):
        d["ks"] = float(stats.ks_2samp(ref[c], ev[c]).statistic)
        d["wasserstein"] = float(stats.wasserstein_distance(ref[c], ev[c]) / ref[c].std())
    out["distances"][c] = d


def taken_apart(of):
    hit = [(s["score"] >= 0.5).astype(int) == s["label"] for s in (ref, ev)]
    total = float(hit[1].mean() - hit[0].mean())
    mix = 0.0
    for v in set(of(ref).tolist()) | set(of(ev).tolist()):
        inside = [of(s) == v for s in (ref, ev)]
        before = hit[0][inside[0]].mean() if inside[0].any() else hit[0].mean()
        mix += float((inside[1].mean() - inside[0].mean()) * before)
    return {"total": total, "mix": mix, "within": total - mix}


out["attribution"] = {
    "grade": taken_apart(lambda s: s["grade"]),
    "city": taken_apart(lambda s: s["city"]),
    "label": taken_apart(lambda s: s["label"]),
    "predicted": taken_apart(lambda s: (s["score"] >= 0.5).astype(int)),
}
Path(__file__).with_suffix(".json").write_text(json.dumps(out, indent=1) + "\n")
