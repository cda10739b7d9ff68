"""Reference values for the fairness tests: tests/oracles/fairness.json.

Run with fairlearn, scipy, scikit-learn and statsmodels installed:

    python tests/oracles/fairness.py > tests/oracles/fairness.json
"""

import json
import sys

import fairlearn
import numpy as np
import scipy
import sklearn
import statsmodels
from fairlearn.metrics import (
    MetricFrame,
    demographic_parity_difference,
    demographic_parity_ratio,
    equal_opportunity_difference,
    equalized_odds_difference,
    false_positive_rate,
    selection_rate,
    true_positive_rate,
)
from scipy import stats
from scipy.stats import contingency
from sklearn.metrics import adjusted_mutual_info_score
from statsmodels.stats.contingency_tables import Table2x2
from statsmodels.stats.proportion import confint_proportions_2indep


def rows(rng, n, groups):
    """Groups of unequal size, labels with other base rates a group, scores that know the label."""
    names = [f"g{i}" for i in range(groups)]
    weights = np.array([1.0 / (i + 1) for i in range(groups)])
    group = rng.choice(names, size=n, p=weights / weights.sum())
    rate = {name: 0.3 + 0.3 * i / groups for i, name in enumerate(names)}
    label = (rng.random(n) < np.array([rate[g] for g in group])).astype(int)
    # Whole thousandths, so that the file says all there is.
    score = np.round(np.clip(rng.normal(0.35 + 0.3 * label, 0.2, n), 0.001, 0.999), 3)
    return group, label, score


def case(seed, n, groups):
    rng = np.random.default_rng(seed)
    group, label, score = rows(rng, n, groups)
    predicted = (score >= 0.5).astype(int)
    frame = MetricFrame(
        metrics={"selection_rate": selection_rate, "tpr": true_positive_rate, "fpr": false_positive_rate},
        y_true=label,
        y_pred=predicted,
        sensitive_features=group,
    )
    names = sorted(set(group))
    table = np.array([[np.sum((group == g) & (predicted == p)) for p in (0, 1)] for g in names])
    chi = stats.chi2_contingency(table, correction=False)
    katz = {}
    for g in names:
        own, rest = predicted[group == g], predicted[group != g]
        inner = Table2x2([[own.sum(), len(own) - own.sum()], [rest.sum(), len(rest) - rest.sum()]])
        # The level that pays for all groups.
        low, high = inner.riskratio_confint(0.05 / len(names))
        katz[g] = [inner.riskratio, low, high]
    k = [len(names), 2]
    total = table.sum()
    excess = chi.statistic / total - chi.dof / (total - 1)
    room = min(s - (s - 1) ** 2 / (total - 1) - 1 for s in k)
    return {
        "group": group.tolist(),
        "label": label.tolist(),
        "score": score.tolist(),
        "by_group": {g: frame.by_group.loc[g].to_dict() for g in names},
        "demographic_parity_ratio": demographic_parity_ratio(label, predicted, sensitive_features=group),
        "demographic_parity_difference": demographic_parity_difference(label, predicted, sensitive_features=group),
        "equalized_odds_difference": equalized_odds_difference(label, predicted, sensitive_features=group),
        "equal_opportunity_difference": equal_opportunity_difference(label, predicted, sensitive_features=group),
        "chi_square_p": chi.pvalue,
        "katz": katz,
        "cramers_v": contingency.association(table, method="cramer"),
        "cramers_v_corrected": float(np.sqrt(max(0.0, excess) / room)),
        "adjusted_mutual_information": adjusted_mutual_info_score(group, label),
        "mean_ratio": min(score[group == g].mean() for g in names) / max(score[group == g].mean() for g in names),
    }


def main():
    out = {
        "versions": {m.__name__: m.__version__ for m in (fairlearn, scipy, sklearn, statsmodels)},
        "cases": [case(1, 400, 2), case(2, 600, 3), case(3, 900, 5)],
    }
    # Two shares whose Katz interval statsmodels also gives by another function.
    low, high = confint_proportions_2indep(30, 100, 60, 120, method="log", compare="ratio")
    out["katz"] = {"own": [30, 100], "rest": [60, 120], "low": low, "high": high}
    json.dump(out, sys.stdout, default=float)


main()
