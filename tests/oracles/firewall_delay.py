"""How soon NannyML 0.13.1 notices the changes that `cargo xtask bench calm-firewall --csv FOLDER` writes, and how often it alerts before.

Run as: NML_DISABLE_USAGE_LOGGING=1 python firewall_delay.py FOLDER. Chunks are days; every threshold is the package's rule of the mean of
the reference's chunks ± 3 standard deviations. A number or a category is followed by its Jensen-Shannon distance, missing values by their
share, the model by its realised accuracy. Prints a Markdown table.
"""

import json
import pathlib
import statistics
import sys
import warnings

import nannyml as nml
import pandas as pd

warnings.filterwarnings("ignore")


def alerts(kind, column, reference, production):
    rule = nml.thresholds.StandardDeviationThreshold(std_lower_multiplier=3, std_upper_multiplier=3)
    days = {"chunk_period": "D", "timestamp_column_name": "ts"}
    if "missing" in kind:
        calculator = nml.MissingValuesCalculator(column_names=[column], threshold=rule, **days)
        key = (column, "alert")
    elif column:
        continuous = reference[column].dtype.kind == "f"
        calculator = nml.UnivariateDriftCalculator(
            column_names=[column],
            treat_as_categorical=[] if continuous else [column],
            continuous_methods=["jensen_shannon"],
            categorical_methods=["jensen_shannon"],
            thresholds={"jensen_shannon": rule},
            **days,
        )
        key = (column, "jensen_shannon", "alert")
    else:
        calculator = nml.PerformanceCalculator(
            y_true="label",
            y_pred="said",
            y_pred_proba="score",
            problem_type="classification_binary",
            metrics=["accuracy"],
            thresholds={"accuracy": rule},
            **days,
        )
        key = ("accuracy", "alert")
    calculator.fit(reference)
    return calculator.calculate(production).filter(period="analysis").to_df()[key].tolist()


def main():
    folder = pathlib.Path(sys.argv[1])
    found = {}
    for series in json.loads((folder / "series.json").read_text()):
        read = lambda side: pd.read_csv(folder / f"{series['stem']}_{side}.csv", parse_dates=["ts"])
        reference, production = read("reference"), read("production")
        for frame in (reference, production):
            frame["said"] = (frame.score >= 0.5).astype(int)
        days = alerts(series["change"], series["column"], reference, production)
        before, after = days[: series["before"]], days[series["before"] :]
        delay = next((i for i, alert in enumerate(after) if alert), None)
        found.setdefault((series["change"], series["strength"]), []).append((delay, sum(before)))
    print("| change | strength | noticed | days until it is, median | longest | alerts in the 30 days before |")
    print("|---|---:|---:|---:|---:|---:|")
    for (change, strength), runs in found.items():
        delays = sorted(d for d, _ in runs if d is not None)
        median = int(statistics.median_high(delays)) if delays else "–"
        longest = delays[-1] if delays else "–"
        print(f"| {change} | {strength} | {len(delays)} of {len(runs)} | {median} | {longest} | {sum(b for _, b in runs)} |")


main()
