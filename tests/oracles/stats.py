"""Writes stats.json: what scipy, scikit-learn and statsmodels say to the questions that src/engine/stats answers.

Run: python tests/oracles/stats.py   (numpy, scipy, scikit-learn, statsmodels; versions stand in the file)
"""

import json
import math
from pathlib import Path

import numpy as np
import scipy
import sklearn
import statsmodels
from scipy import special, stats
from scipy.spatial.distance import jensenshannon
from sklearn.isotonic import IsotonicRegression
from sklearn.metrics import (
    adjusted_mutual_info_score,
    mutual_info_score,
    normalized_mutual_info_score,
    roc_auc_score,
)
from sklearn.metrics.cluster import expected_mutual_information
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

rng = np.random.default_rng(20261121)
out = {
    "versions": {
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "sklearn": sklearn.__version__,
        "statsmodels": statsmodels.__version__,
    }
}


def f(x):
    return float(x)


# Tails: from the middle to p = 1e-300.
out["normal_upper"] = [[z, f(stats.norm.sf(z))] for z in [-40, -8, -3, -1e-9, 0, 0.3, 1.96, 5, 12, 25, 36, 37]]
out["normal_quantile"] = [[p, f(stats.norm.ppf(p))] for p in [1e-300, 1e-200, 1e-100, 1e-50, 1e-20, 1e-12, 1e-5, 0.01, 0.3, 0.5, 0.7, 0.975, 0.99999, 0.499999, 0.500001, 1 - 1e-12]]
out["chi_square_upper"] = [
    [x, k, f(stats.chi2.sf(x, k))]
    for x, k in [(0.0001, 1), (0.5, 1), (3.84, 1), (60, 1), (1300, 1), (2, 2), (9, 9), (25, 9), (300, 9), (1400, 9), (19, 19), (80, 19), (400, 19),
                 (900, 1000), (1000, 1000), (1300, 1000), (4000, 1000), (101000, 100000), (0.01, 30), (900, 999), (1200, 1000), (1200, 1001), (1500, 1000.5), (0.3, 0.1), (40, 0.1), (1e-6, 0.5), (700, 3), (2500, 1000)]
]
out["gamma_upper"] = [
    [a, x, f(special.gammaincc(a, x))]
    for a, x in [(0.01, 0.02), (0.01, 3), (0.5, 0.1), (0.5, 300), (1, 1), (3, 0.5), (20, 45), (250, 100), (499, 520), (500, 700), (500.5, 700), (5000, 5300)]
]
out["t_upper"] = [[t, v, f(stats.t.sf(t, v))] for t, v in [(-2, 3), (0, 5), (0.1, 1), (2, 5), (4.5, 12), (30, 40), (1e5, 2), (3, 1e6), (1e60, 5), (2, 200), (2, 200.5), (-7, 199), (30, 200), (1e-9, 7), (0.3, 0.7), (55, 33.3)]]
out["kolmogorov_upper"] = [[x, f(special.kolmogorov(x))] for x in [0.2, 0.5, 0.9, 0.999, 1.0, 1.001, 1.36, 2, 4, 10, 18]]
out["beta_quantile"] = [
    [a, b, p, f(stats.beta.ppf(p, a, b))]
    for a, b, p in [(1, 10, 0.025), (3, 98, 0.025), (3, 98, 0.975), (0.5, 0.5, 0.1), (5000, 20000, 0.025), (1, 1e6, 0.975), (2, 3, 1e-8), (1e5, 3, 0.05)]
]
out["ln_factorial"] = [[n, f(special.gammaln(n + 1))] for n in [0, 1, 2, 5, 14, 16, 20.5, 31, 33, 150.25, 169, 170, 171, 1000, 123456, 10**7]]

# 2×2 tables as hits of n, hits of m.
tables = [(1, 4, 3, 4), (0, 50, 7, 50), (0, 10, 0, 10), (10, 10, 10, 10), (3, 1000, 9, 800), (100, 2000, 100, 1500), (12, 50000, 14, 4425),
          (5000, 100000, 5400, 100000), (0, 50000, 153, 29000), (700, 1000, 10, 1000), (1, 2, 0, 900), (400, 1000000, 520, 900000), (300, 400, 2, 300)]
out["fisher"] = []
for a, n, b, m in tables:
    table = [[b, m - b], [a, n - a]]
    out["fisher"].append([a, n, b, m] + [f(stats.fisher_exact(table, alternative=s).pvalue) for s in ("greater", "less", "two-sided")])
out["yates"] = []
for a, n, b, m in tables:
    if 0 < a + b < n + m:
        test = stats.chi2_contingency([[a, n - a], [b, m - b]], correction=True)
        out["yates"].append([a, n, b, m, f(test.statistic), f(test.pvalue)])

# Counts over the same cells.
pairs = [
    ([10, 20, 30, 40], [12, 18, 33, 37]),
    ([100, 200, 300, 400], [400, 300, 200, 100]),
    ([5, 1, 1, 3], [2, 2, 4, 1]),
    ([50000, 30000, 15000, 5000], [4300, 3100, 1500, 520]),
    ([1, 0, 2, 7], [0, 3, 2, 5]),
    (rng.multinomial(5000, np.ones(20) / 20).tolist(), rng.multinomial(900, np.linspace(1, 2, 20) / np.linspace(1, 2, 20).sum()).tolist()),
    (rng.multinomial(40, np.ones(7) / 7).tolist(), rng.multinomial(30, np.ones(7) / 7).tolist()),
]
out["cells"] = []
for a, b in pairs:
    a, b = np.array(a), np.array(b)
    chi = stats.chi2_contingency(np.array([a, b]), correction=False)
    x, y = np.repeat(np.arange(len(a)), a), np.repeat(np.arange(len(b)), b)
    ks = stats.ks_2samp(x, y, method="asymp")
    n, m = a.sum(), b.sum()
    mw = stats.mannwhitneyu(y, x, alternative="two-sided", method="asymptotic", use_continuity=True)
    greater = stats.mannwhitneyu(y, x, alternative="greater", method="asymptotic", use_continuity=True)
    p, q = a / n, b / m
    ph, qh = (a + 0.5) / (n + 0.5 * len(a)), (b + 0.5) / (m + 0.5 * len(b))
    out["cells"].append({
        "reference": a.tolist(), "evaluation": b.tolist(),
        "chi_square": [f(chi.statistic), f(chi.dof), f(chi.pvalue)],
        "ks": [f(ks.statistic), f(special.kolmogorov(ks.statistic * math.sqrt(n * m / (n + m))))],
        "mann_whitney": [f(mw.statistic / (n * m)), f(mw.pvalue), f(greater.pvalue)],
        "psi": f(((qh - ph) * np.log(qh / ph)).sum()),
        "kl": f(stats.entropy(qh, ph)),
        "js": f(jensenshannon(p, q, base=2) ** 2),
        "hellinger": f(np.linalg.norm(np.sqrt(p) - np.sqrt(q)) / math.sqrt(2)),
        "tv": f(np.abs(p - q).sum() / 2),
        "cramers_v": f(stats.contingency.association(np.array([a, b]), method="cramer")),
        "wasserstein": f(stats.wasserstein_distance(np.arange(len(a)), np.arange(len(b)), a, b)),
    })

# Tables of two columns.
out["tables"] = []
for r, c, n in [(2, 2, 60), (3, 5, 40), (10, 10, 1000), (20, 10, 20000), (4, 4, 12)]:
    x = rng.integers(0, r, n)
    y = np.where(rng.random(n) < 0.3, x % c, rng.integers(0, c, n))
    table = np.zeros((r, c), dtype=np.int64)
    np.add.at(table, (x, y), 1)
    rho = stats.spearmanr(x, y).statistic
    indep = stats.chi2_contingency(table[table.sum(1) > 0][:, table.sum(0) > 0], correction=False)
    out["tables"].append({
        "table": table.tolist(),
        "mutual": f(mutual_info_score(x, y)),
        "normalised": f(normalized_mutual_info_score(x, y)),
        "adjusted": f(adjusted_mutual_info_score(x, y)),
        "expected": f(expected_mutual_information(table, n)),
        "spearman": f(rho),
        "chi_square": [f(indep.statistic), f(indep.dof), f(indep.pvalue)],
    })

out["shares"] = []
for k, n in [(0, 10), (1, 10), (10, 10), (3, 1000), (500, 1000), (12, 50000)]:
    row = [k, n]
    row += [f(v) for v in proportion_confint(k, n, method="beta")]
    row += [f(v) for v in proportion_confint(k, n, method="wilson")]
    out["shares"].append(row)
out["newcombe"] = []
for a, n, b, m in [(48, 80, 56, 70), (0, 50, 7, 50), (100, 2000, 100, 1500), (10, 10, 3, 10)]:
    low, high = confint_proportions_2indep(b, m, a, n, compare="diff", method="newcomb")
    out["newcombe"].append([a, n, b, m, f(low), f(high)])
out["katz"] = []
for a, n, b, m in [(48, 80, 56, 70), (100, 2000, 100, 1500), (3, 40, 9, 50)]:
    low, high = confint_proportions_2indep(b, m, a, n, compare="ratio", method="log")
    out["katz"].append([a, n, b, m, f(low), f(high)])

ps = np.concatenate([rng.random(30), rng.random(10) ** 6, [0.02, 0.02, 1.0, 0.0, 1e-300]])
out["multiple"] = {
    "p": ps.tolist(),
    **{name: multipletests(ps, method=method)[1].tolist() for name, method in [("bh", "fdr_bh"), ("holm", "holm"), ("bonferroni", "bonferroni")]},
}

scores = np.round(rng.random(300), 2)
labels = (rng.random(300) < scores).astype(int)
cells = np.round(np.arange(0, 1.001, 0.01), 2)
pos = [int(((labels == 1) & (scores == c)).sum()) for c in cells]
neg = [int(((labels == 0) & (scores == c)).sum()) for c in cells]
# DeLong's variance by its definition: placements of every row.
P, N = scores[labels == 1], scores[labels == 0]
v10 = np.array([((N < s).sum() + 0.5 * (N == s).sum()) / len(N) for s in P])
v01 = np.array([((P > s).sum() + 0.5 * (P == s).sum()) / len(P) for s in N])
out["auc"] = {"positives": pos, "negatives": neg, "auc": f(roc_auc_score(labels, scores)),
              "variance": f(v10.var(ddof=1) / len(P) + v01.var(ddof=1) / len(N))}

means, weights = rng.random(40) + np.linspace(0, 1, 40), rng.integers(1, 9, 40).astype(float)
fit = IsotonicRegression().fit_transform(np.arange(40), means, sample_weight=weights)
out["isotonic"] = {"means": means.tolist(), "weights": weights.tolist(), "fit": fit.tolist()}

x, y = np.round(rng.normal(size=50), 1), np.round(rng.normal(size=50), 1)
out["ranks"] = {"x": x.tolist(), "y": y.tolist(), "ranks": stats.rankdata(x).tolist(),
                "spearman": f(stats.spearmanr(x, y).statistic), "pearson": f(stats.pearsonr(x, y).statistic)}

Path(__file__).with_name("stats.json").write_text(json.dumps(out, separators=(",", ":")).replace('],"', '],\n"').replace('},"', '},\n"') + "\n")
