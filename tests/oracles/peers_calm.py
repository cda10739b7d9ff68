"""Peers on the pairs of our benches: what they flag in clean pairs, and which planted defects they find.

    cargo bench -p straingauge-engine --profile ci --bench evidence -- calm --csv target/calm
    cargo bench -p straingauge-engine --profile ci --bench evidence -- sharp --csv target/sharp
    python peers_calm.py evidently|deepchecks target/calm OUT.json [--most ROWS] [--every N]

Each peer in its own environment (November 2026, Python 3.11):
    evidently==0.7.23 "pandas<3"
    deepchecks==0.19.1 "pandas<2.3" "numpy<2" "scikit-learn<1.5" "scipy<1.14" "setuptools<81"

Everything at its default: Evidently's DataDriftPreset with its tests (one a column; the test of the share of drifting columns
is left out, since it says nothing of where), Deepchecks' train_test_validation suite. Ids are declared as such or left out;
timestamps are left out, because both samples cover the same days and Deepchecks takes any such overlap for leakage. Deepchecks'
tabular suite has no texts: that column is left out there.
"""
import argparse
import datetime
import json
import pathlib
import time
import warnings

warnings.filterwarnings("ignore")
import numpy as np
import pandas as pd

CATEGORICAL = ["channel", "city", "plan", "device", "country", "gender", "region", "sku", "member"]
SCORES = ["score", "prediction", "p_billing", "p_delivery", "p_login", "p_praise"]


def read(folder, pair):
    frames = [pd.read_csv(folder / pair[side], keep_default_na=False, na_values=[""]) for side in ("reference", "evaluation")]
    for frame in frames:
        if "member" in frame:
            frame["member"] = frame["member"].astype(str)
    return frames


def evidently(reference, evaluation, task):
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset

    names = [c for c in reference if c not in ("id", "ts")]
    categorical = [c for c in names if c in CATEGORICAL or (c == "label" and task != "regression")]
    texts = [c for c in names if c == "text"]
    # A column of numbers in the reference is one in the evaluation too, whatever was written into it.
    numerical = [c for c in names if c not in categorical and c not in texts]
    for frame in (reference, evaluation):
        for c in numerical:
            frame[c] = pd.to_numeric(frame[c], errors="coerce")
        for c in categorical:
            frame[c] = frame[c].astype(object)
    definition = DataDefinition(numerical_columns=numerical, categorical_columns=categorical, text_columns=texts or None)
    data = [Dataset.from_pandas(f[names], data_definition=definition) for f in (evaluation, reference)]
    report = Report([DataDriftPreset()], include_tests=True).run(*data).dict()
    flagged = []
    for test in report.get("tests", []):
        status = getattr(test["status"], "value", test["status"])
        if str(status).upper().endswith("FAIL") and test["name"].startswith("Value Drift"):
            flagged.append(test["name"].removeprefix("Value Drift for column ").split(":")[0].strip())
    return [["drift", c] for c in flagged]


def deepchecks(reference, evaluation, task):
    from deepchecks.tabular import Dataset
    from deepchecks.tabular.suites import train_test_validation

    drop = [c for c in ["ts", "text", *SCORES] if c in reference]
    categorical = [c for c in CATEGORICAL if c in reference]
    made = []
    for frame in (reference, evaluation):
        frame = frame.drop(columns=drop)
        for c in frame:
            if c not in categorical and c not in ("id", "label") and frame[c].dtype == object:
                frame[c] = pd.to_numeric(frame[c], errors="coerce")
        made.append(Dataset(frame, label="label", cat_features=categorical, index_name="id", label_type="regression" if task == "regression" else None))
    result = train_test_validation().run(*made)
    flagged = []
    for check in result.get_not_passed_checks(fail_if_warning=False):
        name = type(check.check).__name__
        details = " ".join(str(c.details) for c in check.conditions_results if not c.is_pass())
        named = [c for c in reference if f"'{c}'" in details or f"{c}:" in details]
        flagged += [[name, c] for c in named] or [[name, None]]
    return flagged


def main():
    options = argparse.ArgumentParser()
    options.add_argument("peer", choices=["evidently", "deepchecks"])
    options.add_argument("folder", type=pathlib.Path)
    options.add_argument("out", type=pathlib.Path)
    options.add_argument("--most", type=int, default=10**9, help="leave out pairs with more rows than this on a side")
    options.add_argument("--every", type=int, default=1, help="every so many pairs of each size")
    options = options.parse_args()
    pairs = json.loads((options.folder / "pairs.json").read_text())
    seen, results, begin = {}, [], time.time()
    for at, pair in enumerate(pairs):
        size = tuple(pair["sizes"])
        seen[size] = seen.get(size, -1) + 1
        if max(size) > options.most or seen[size] % options.every:
            continue
        try:
            flagged = {"evidently": evidently, "deepchecks": deepchecks}[options.peer](*read(options.folder, pair), pair["task"])
            results.append({**pair, "flagged": flagged})
        except Exception as error:
            results.append({**pair, "error": f"{type(error).__name__}: {error}"[:300]})
        print(at, pair.get("defect", pair["world"]), size, results[-1].get("flagged", results[-1].get("error")), flush=True)
    for result in results:
        for key in ("reference", "evaluation"):
            result.pop(key)
    from importlib.metadata import version

    judged = [r for r in results if "flagged" in r]
    document = {
        "peer": options.peer,
        "versions": {p: version(p) for p in (options.peer, "pandas", "numpy", "scipy", "scikit-learn")},
        "date": datetime.date.today().isoformat(),
        "seconds": round(time.time() - begin),
        "pairs": len(judged),
        "disturbed": sum(bool(r["flagged"]) for r in judged),
        "errors": sum("error" in r for r in results),
        "results": results,
    }
    options.out.write_text(json.dumps(document, indent=1) + "\n")
    print({k: v for k, v in document.items() if k != "results"})


main()
