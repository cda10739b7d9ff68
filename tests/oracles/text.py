"""Writes text.json: log-odds with an informative Dirichlet prior, Rao-Scott design effects and Ledoit-Wolf covariances.

Run: python tests/oracles/text.py   (numpy, scipy, scikit-learn; versions stand in the file)
"""

import json
from pathlib import Path

import numpy as np
import scipy
import sklearn
from sklearn.covariance import ledoit_wolf
from sklearn.metrics import roc_auc_score
from scipy.stats import mannwhitneyu

rng = np.random.default_rng(20261122)
out = {"versions": {"numpy": np.__version__, "scipy": scipy.__version__, "sklearn": sklearn.__version__}}

# Monroe, Colaresi and Quinn 2008: counts of the same words in two corpora, prior 500 words in the joint shares.
a, b = rng.poisson([400, 80, 9, 0.4, 0, 3, 1200]), rng.poisson([300, 160, 9, 0.4, 7, 0, 900])
prior = 500 * (a + b) / (a.sum() + b.sum())
alpha = prior.sum()
with np.errstate(divide="ignore", invalid="ignore"):
    log_odds = lambda y: np.log((y + prior) / (y.sum() + alpha - y - prior))
    z = (log_odds(b) - log_odds(a)) / np.sqrt(1 / (a + prior) + 1 / (b + prior))
out["log_odds"] = [[int(x), int(a.sum()), int(y), int(b.sum()), float(s)] for x, y, s in zip(a, b, z) if np.isfinite(s)]

# Documents × words: the linearised covariance of the shares and the mean of the generalised design effects, by matrices.
documents = rng.poisson(rng.gamma(1.5, 1.0, (40, 5)) * np.array([4, 2, 1, 1, 0.5]))
documents = documents[documents.sum(axis=1) > 0]
total = documents.sum()
shares = documents.sum(axis=0) / total
residuals = documents - shares * documents.sum(axis=1, keepdims=True)
n = len(documents)
covariance = residuals.T @ residuals * n / (n - 1) / total**2
effects = np.linalg.eigvals(np.diag(1 / shares) @ covariance * total).real
effects = np.sort(effects)[::-1][:4]
out["rao_scott"] = {
    "documents": documents.tolist(),
    "design_effect": float(effects.mean()),
    "second": float(4 * (effects**2).sum() / effects.sum() ** 2),
    "third": float(16 * (effects**3).sum() / effects.sum() ** 3),
    "eigenvalues": effects.tolist(),
}

out["ledoit_wolf"] = []
for rows, width in [(30, 4), (12, 9), (200, 3)]:
    x = rng.normal(size=(rows, width)) @ rng.normal(size=(width, width)) + rng.normal(size=width)
    shrunk, shrinkage = ledoit_wolf(x)
    out["ledoit_wolf"].append({"rows": x.tolist(), "covariance": shrunk.ravel().tolist(), "shrinkage": float(shrinkage)})

scores_a, scores_b = rng.integers(0, 12, 40) / 4, rng.integers(2, 14, 35) / 4
out["area"] = {
    "reference": scores_a.tolist(),
    "evaluation": scores_b.tolist(),
    "area": float(roc_auc_score([0] * 40 + [1] * 35, np.concatenate([scores_a, scores_b]))),
    "p": float(mannwhitneyu(scores_b, scores_a, alternative="greater", method="asymptotic").pvalue),
}

Path(__file__).with_suffix(".json").write_text(json.dumps(out, indent=1) + "\n")
