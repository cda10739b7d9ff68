// Seeded data of the benchmarks: 1 M rows × 7 columns, about 54 MB as CSV and 117 MB as JSON lines.

const CITIES = ['Oslo', 'Lima', 'Pune', 'Kyiv', 'Nairobi', 'Quito', 'Hanoi', 'Turin'];
const KINDS = ['credit', 'debit', 'prepaid'];

/** A small generator with a seed: mulberry32. */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function* records(rows, seed) {
  const draw = random(seed);
  const start = Date.UTC(2024, 0, 1);
  for (let i = 0; i < rows; i += 1) {
    const amount = Math.round(draw() * 1e6) / 100;
    const score = Math.round(draw() * 1e6) / 1e6;
    yield {
      id: i,
      city: CITIES[Math.floor(draw() * CITIES.length)],
      card_type: KINDS[Math.floor(draw() * KINDS.length)],
      amount,
      timestamp: new Date(start + i * 1000).toISOString().slice(0, 19).replace('T', ' '),
      label: draw() < score ? 1 : 0,
      score,
    };
  }
}

/** The rows as a blob, made in parts so that no string grows too long. */
function blob(rows, seed, head, line) {
  const parts = [head];
  let part = '';
  for (const record of records(rows, seed)) {
    part += line(record);
    if (part.length > 1 << 22) {
      parts.push(part);
      part = '';
    }
  }
  return new Blob([...parts, part]);
}

export const csvFile = (rows, seed) =>
  new File([blob(rows, seed, 'id,city,card_type,amount,timestamp,label,score\n', (record) => `${Object.values(record).join(',')}\n`)], `${rows}.csv`);
export const jsonlFile = (rows, seed) => new File([blob(rows, seed, '', (record) => `${JSON.stringify(record)}\n`)], `${rows}.jsonl`);
