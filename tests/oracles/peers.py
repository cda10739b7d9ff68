"""Peers on the pairs of our benches: what fails and what warns in clean pairs, and which planted defects they find.

    cargo bench -p straingauge-engine --profile ci --bench evidence -- calm --csv target/calm
    cargo bench -p straingauge-engine --profile ci --bench evidence -- sharp --csv target/sharp
    python peers.py evidently|deepchecks target/calm OUT.json [--most ROWS] [--every N]

The results stand beside this script: peers_calm_PEER.json (with --most 5000 --every 4) and peers_sharp_PEER.json (--most 2000).

Each peer in its own environment (November 2026, Python 3.11):
    evidently==0.7.23 "pandas<3"
    deepchecks==0.19.1 "pandas<2.3" "numpy<2" "scikit-learn<1.5" "scipy<1.14" "setuptools<81"

Everything at its default: Evidently's DataDriftPreset with its tests (one a column; the test of the share of drifting columns
is left out, since it says nothing of where), Deepchecks' train_test_validation suite. Ids are declared as such or left out;
timestamps are left out, because both samples cover the same days and Deepchecks takes any such overlap for leakage. Deepchecks'
tabular suite has no texts: that column is left out there. Neither knows rankings or named entities: relevance is a class and a score a
number to them, lists of entities and the number of the query are left out. A check counts as failing or as warning as it says itself.
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
NOT_COMPARED = ["id", "ts", "query_id", "predicted_entities"]
SCORES = ["score", "prediction", "p_billing", "p_delivery", "p_login", "p_praise"]


def read(folder, pair):
    frames = [pd.read_csv(folder / pair[side], keep_default_na=False, na_values=[""]) for side in ("reference", "evaluation")]
    for frame in frames:
        if "member" in frame:
            frame["member"] = frame["member"].astype(str)
        if "predicted_entities" in frame:
            frame.drop(columns="label", inplace=True)
    return frames


def evidently(reference, evaluation, task):
    from evidently import DataDefinition, Dataset, Report
    from evidently.presets import DataDriftPreset

    names = [c for c in reference if c not in NOT_COMPARED]
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
    said = {"FAIL": [], "WARNING": []}
    for test in report.get("tests", []):
        status = str(getattr(test["status"], "value", test["status"])).upper().split(".")[-1]
        if status in said and test["name"].startswith("Value Drift"):
            said[status].append(["drift", test["name"].removeprefix("Value Drift for column ").split(":")[0].strip()])
    return said["FAIL"], said["WARNING"]


def deepchecks(reference, evaluation, task):
    from deepchecks.tabular import Dataset
    from deepchecks.tabular.suites import train_test_validation

    drop = [c for c in [*NOT_COMPARED, "text", *SCORES] if c in reference and c != "id"]
    label = None if task == "named_entity_recognition" else "label"
    categorical = [c for c in CATEGORICAL if c in reference]
    made = []
    for frame in (reference, evaluation):
        frame = frame.drop(columns=drop)
        for c in frame:
            if c not in categorical and c not in ("id", "label") and frame[c].dtype == object:
                frame[c] = pd.to_numeric(frame[c], errors="coerce")
        made.append(Dataset(frame, label=label, cat_features=categorical, index_name="id", label_type="regression" if task == "regression" else None))
    result = train_test_validation().run(*made)
    said = {"FAIL": [], "WARN": []}
    for check in result.get_not_passed_checks(fail_if_warning=True):
        name = type(check.check).__name__
        for condition in check.conditions_results:
            if condition.category.name not in said:
                continue
            named = [c for c in reference if f"'{c}'" in str(condition.details) or f"{c}:" in str(condition.details)]
            said[condition.category.name] += [[name, c] for c in named] or [[name, None]]
    return said["FAIL"], said["WARN"]


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
            fails, warns = {"evidently": evidently, "deepchecks": deepchecks}[options.peer](*read(options.folder, pair), pair["task"])
            results.append({**pair, "fails": fails, "warns": warns})
        except Exception as error:
            results.append({**pair, "error": f"{type(error).__name__}: {error}"[:300]})
        print(at, pair.get("defect", pair["world"]), size, results[-1].get("fails", results[-1].get("error")), flush=True)
    for result in results:
        for key in ("reference", "evaluation"):
            result.pop(key)
    from importlib.metadata import version

    document = {
        "peer": options.peer,
        "versions": {p: version(p) for p in (options.peer, "pandas", "numpy", "scipy", "scikit-learn")},
        "date": datetime.date.today().isoformat(),
        "seconds": round(time.time() - begin),
        "results": results,
    }
    options.out.write_text(json.dumps(document, indent=1) + "\n")
    judged = [r for r in results if "fails" in r]
    print(len(judged), "judged;", sum(bool(r["fails"]) for r in judged), "with a failure;", len(results) - len(judged), "errors")


main()
