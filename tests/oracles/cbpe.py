"""Goldens of performance estimated without labels: NannyML 0.13.1's CBPE.

Run with NML_DISABLE_USAGE_LOGGING=1 in an environment of its own: pip install "nannyml==0.13.1" statsmodels.
Writes cbpe.json beside this file. The generated sets come from a linear congruential generator, so that the test makes the same
rows; the package's own sets are named by file, and the test reads them where NANNYML_DATA says where they are.
"""

import json
import pathlib
import warnings

import nannyml
import numpy as np
import pandas as pd
from nannyml.performance_estimation.confidence_based import CBPE

warnings.filterwarnings("ignore")

BINARY = ["accuracy", "precision", "recall", "f1", "roc_auc", "average_precision", "specificity"]
MULTI = ["accuracy", "precision", "recall", "f1", "roc_auc"]
CLASSES = ["a", "b", "c"]


class Lcg:
    """state ← state · 6364136223846793005 + 1442695040888963407 mod 2^64; a number is the upper 53 bits over 2^53."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 11) / 2.0**53


def binary(seed, n, later, honest):
    """Scores u (later: √u); the label is 1 with probability s (honest) or s²."""
    lcg, rows = Lcg(seed), []
    for _ in range(n):
        u, v = lcg.next(), lcg.next()
        s = np.sqrt(u) if later else u
        rows.append((s, int(v < (s if honest else s * s))))
    frame = pd.DataFrame(rows, columns=["p", "y"])
    frame["said"] = (frame.p >= 0.5).astype(int)
    return frame


def multi(seed, n, later):
    """Three uniform numbers plus 0.05 (later: the first squared) over their sum; the label is drawn from their squares."""
    lcg, rows = Lcg(seed), []
    for _ in range(n):
        a, b, c, v = lcg.next(), lcg.next(), lcg.next(), lcg.next()
        a = a * a if later else a
        a, b, c = a + 0.05, b + 0.05, c + 0.05
        total = a + b + c
        a, b, c = a / total, b / total, c / total
        squares = a * a + b * b + c * c
        y = 0 if v < a * a / squares else 1 if v < (a * a + b * b) / squares else 2
        rows.append((a, b, c, CLASSES[y], CLASSES[int(np.argmax([a, b, c]))]))
    return pd.DataFrame(rows, columns=["p_a", "p_b", "p_c", "y", "said"])


def estimates(reference, sets, metrics, problem, proba, chunk):
    cbpe = CBPE(
        y_pred_proba=proba, y_pred="said", y_true="y", metrics=metrics, problem_type=problem, chunk_size=chunk
    ).fit(reference)
    out = []
    for data in sets:
        result = cbpe.estimate(data).filter(period="analysis").to_df()
        out.append({m: [float(v) for v in result[(m, "value")]] for m in metrics})
    if problem == "classification_binary":
        calibrated = bool(cbpe.needs_calibration)
    else:
        calibrated = {c: type(k).__name__ == "IsotonicCalibrator" for c, k in cbpe._calibrators.items()}
    return {"calibrated": calibrated, "chunk": chunk, "estimates": out}


def main():
    out = {"nannyml": nannyml.__version__, "generated": {}, "own": {}}
    g = out["generated"]
    for name, honest in [("misled", False), ("honest", True)]:
        reference, later = binary(11, 4000, False, honest), binary(12, 4000, True, honest)
        g[name] = estimates(reference, [reference, later], BINARY, "classification_binary", "p", 2000)
    reference, later = multi(13, 4000, False), multi(14, 4000, True)
    proba = {c: f"p_{c}" for c in CLASSES}
    g["three"] = estimates(reference, [reference, later], MULTI, "classification_multiclass", proba, 2000)

    data = pathlib.Path(nannyml.__file__).parent / "datasets" / "data"
    read = lambda name: pd.read_csv(data / name)
    mc = lambda name: read(name).rename(columns={"y_true": "y", "y_pred": "said"})
    proba = {c: f"y_pred_proba_{c}" for c in ["prepaid_card", "highstreet_card", "upmarket_card"]}
    out["own"]["mc"] = estimates(
        mc("mc_reference.csv"), [mc("mc_analysis.csv")], MULTI, "classification_multiclass", proba, 6000
    )
    # The same by day, for the firewall's bins: (first row, rows, estimated accuracy) a day.
    cbpe = CBPE(
        y_pred_proba=proba,
        y_pred="said",
        y_true="y",
        metrics=["accuracy"],
        problem_type="classification_multiclass",
        timestamp_column_name="timestamp",
        chunk_period="D",
    ).fit(mc("mc_reference.csv"))
    days = cbpe.estimate(mc("mc_analysis.csv")).filter(period="analysis").to_df()
    out["own"]["mc"]["days"] = [
        [str(start)[:10], int(first), int(last) + 1 - int(first), float(value)]
        for start, first, last, value in zip(
            days[("chunk", "start_date")],
            days[("chunk", "start_index")],
            days[("chunk", "end_index")],
            days[("accuracy", "value")],
        )
    ]
    loan = lambda name: read(name).rename(columns={"repaid": "y", "y_pred": "said", "y_pred_proba": "p"})
    out["own"]["synthetic_car_loan"] = estimates(
        loan("synthetic_car_loan_reference.csv"),
        [loan("synthetic_car_loan_analysis.csv")],
        BINARY,
        "classification_binary",
        "p",
        5000,
    )
    target = pathlib.Path(__file__).with_suffix(".json")
    target.write_text(json.dumps(out, indent=1) + "\n")
    print(json.dumps({k: v["calibrated"] for k, v in {**g, **out["own"]}.items()}))


main()
