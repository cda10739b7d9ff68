"""Writes tests/engine/fixtures: one small table in every format and compression, as pyarrow writes it.

    /path/to/python tests/oracles/tables.py        (pyarrow 21 or later)
"""

import gzip
import json
import pathlib
import random
from datetime import datetime, timedelta, timezone

import pyarrow as pa
import pyarrow.ipc as ipc
import pyarrow.parquet as pq

OUT = pathlib.Path(__file__).resolve().parent.parent / "engine" / "fixtures"
OUT.mkdir(parents=True, exist_ok=True)
random.seed(7)

N = 120
CITIES = ["Paris", "Lima", "São Paulo", "東京"]
START = datetime(2024, 2, 27, 22, 0, 0, tzinfo=timezone.utc)


def row(i):
    p = [round(random.random(), 3) for _ in range(3)]
    return {
        "id": i,
        "amount": None if i % 11 == 5 else round(random.gauss(100, 20), 2),
        "city": None if i % 13 == 4 else CITIES[i * i % 4],
        "vip": i % 3 == 0,
        "at": (START + timedelta(minutes=37 * i)),
        "note": f"the parcel number {i} of {random.randint(1, 99)} came late, she said \"why?\"\nand left",
        "probabilities": p,
        "meta": {"source": ["web", "shop"][i % 2], "score": i / 8},
    }


ROWS = [row(i) for i in range(N)]
table = pa.table(
    {
        "id": pa.array([r["id"] for r in ROWS], pa.int64()),
        "amount": pa.array([r["amount"] for r in ROWS], pa.float64()),
        "city": pa.array([r["city"] for r in ROWS]).dictionary_encode(),
        "vip": pa.array([r["vip"] for r in ROWS]),
        "at": pa.array([r["at"] for r in ROWS], pa.timestamp("ms", "UTC")),
        "note": pa.array([r["note"] for r in ROWS]),
        "probabilities": pa.array([r["probabilities"] for r in ROWS], pa.list_(pa.float64())),
        "meta": pa.array([r["meta"] for r in ROWS]),
    }
)

for codec in ["none", "snappy", "gzip", "brotli", "lz4", "zstd"]:
    pq.write_table(table, OUT / f"table.{codec}.parquet", compression=codec, row_group_size=50)
for codec in [None, "lz4", "zstd"]:
    options = ipc.IpcWriteOptions(compression=codec)
    with ipc.new_file(OUT / f"table.{codec or 'none'}.arrow", table.schema, options=options) as w:
        w.write_table(table, max_chunksize=50)
    with ipc.new_stream(OUT / f"table.{codec or 'none'}.arrows", table.schema, options=options) as w:
        w.write_table(table, max_chunksize=50)


def plain(r):
    return {**r, "at": r["at"].strftime("%Y-%m-%dT%H:%M:%SZ")}


def cell(value):
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    text = json.dumps(value) if isinstance(value, list) else str(value)
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n') else text


def write_text(name, text):
    data = text.encode()
    half = len(data) // 2
    (OUT / name).write_bytes(data)
    # Two members and two frames, as parallel compressors write them.
    (OUT / (name + ".gz")).write_bytes(gzip.compress(data[:half], mtime=0) + gzip.compress(data[half:], mtime=0))
    frames = [pa.Codec("zstd").compress(part, asbytes=True) for part in (data[:half], data[half:])]
    (OUT / (name + ".zst")).write_bytes(b"".join(frames))


flat = [{**{k: v for k, v in plain(r).items() if k != "meta"}, "meta.source": r["meta"]["source"], "meta.score": r["meta"]["score"]} for r in ROWS]
header = list(flat[0])
write_text("table.csv", "\r\n".join([",".join(header)] + [",".join(cell(r[k]) for k in header) for r in flat]) + "\r\n")
write_text("table.json", json.dumps([plain(r) for r in ROWS]))
write_text("table.jsonl", "".join(json.dumps(plain(r), ensure_ascii=False) + "\n" for r in ROWS))
(OUT / "table.utf16.csv").write_bytes((OUT / "table.csv").read_bytes().decode().encode("utf-16"))
