// Metrics and tests of the caller's own. They are functions, which do not cross to a worker: they run here, in the caller's thread, on rows
// that the engine hands over; what they come to goes back and is judged with everything else.

import { cancelled, StraingaugeError } from './error.js';
import { breathe, SLICE_MILLIS } from './pace.js';

/** Rows that the engine hands over at once. */
const PAGE = 2000;
const RESAMPLES = 200;
const CATEGORIES = ['model_performance', 'subset_performance', 'subset_performance_degradation'];
const ID = /^[a-z][a-z0-9_]*$/;

const wrong = (code, message) => new StraingaugeError(code, message);

/** What a client knows of its reader's own metrics and tests. */
export class Custom {
  metrics = new Map();
  tests = new Map();

  addMetric(metric) {
    const { id, name, better, perRow, compute } = metric ?? {};
    if (typeof id !== 'string' || !ID.test(id)) throw wrong('invalid_custom_metric', `"${id}" cannot be the id of a metric. Write it in snake_case.`);
    if (typeof name !== 'string' || !['higher', 'lower', 'neutral'].includes(better)) {
      throw wrong('invalid_custom_metric', `The metric ${id} needs a \`name\`, and \`better\`: higher, lower or neutral.`);
    }
    if ((typeof perRow === 'function') === (typeof compute === 'function')) throw wrong('invalid_custom_metric', `The metric ${id} needs one function: \`perRow(row)\` or \`compute(rows)\`.`);
    this.metrics.set(id, { ...metric });
  }

  addTest(test) {
    const { id, name, kind, measure } = test ?? {};
    if (typeof id !== 'string' || !id.startsWith('custom:') || !ID.test(id.slice(7))) throw wrong('invalid_custom_test', `"${id}" cannot be the id of a test. Write custom:name, the name in snake_case.`);
    if (typeof name !== 'string' || !['difference', 'property', 'logical'].includes(kind)) {
      throw wrong('invalid_custom_test', `The test ${id} needs a \`name\`, and a \`kind\`: difference, property or logical.`);
    }
    if (typeof measure !== 'function') throw wrong('invalid_custom_test', `The test ${id} needs a function \`measure(context)\`.`);
    this.tests.set(id, { ...test });
  }

  remove(id) {
    this.metrics.delete(id);
    this.tests.delete(id);
  }

  /**
   * What a run's configuration asks of it, computed: `{ customMetrics, customTests }`. `records(side)` gives the rows of one side (0 the
   * reference, 1 the evaluation). What a function throws becomes the reason why its cases could not be judged.
   */
  async computed({ categories, tests = {}, modelTask = null, seed = 0 }, records, signal) {
    const wanted = (id, own) => (!categories || categories.some((category) => own.includes(category))) && tests[id]?.run !== false;
    const metrics = [...this.metrics.values()].filter(() => wanted(undefined, CATEGORIES));
    const own = [...this.tests.values()].filter((test) => wanted(test.id, [test.category ?? 'custom']));
    if (!metrics.length && !own.length) return {};
    const pace = pacer(signal);
    const sides = [await records(0, pace), await records(1, pace)];
    const customMetrics = [];
    for (const metric of metrics) customMetrics.push(await measured(metric, sides, seed, pace));
    const customTests = [];
    for (const test of own) customTests.push(await asked(test, sides, modelTask, seed, pace));
    return { ...(customMetrics.length && { customMetrics }), ...(customTests.length && { customTests }) };
  }
}

/** Metrics over time: of what a firewall follows a number a row is kept as sums, so only `perRow` metrics can be followed. */
export const followed = {
  /** All metrics as a firewall begins to follow them, with their numbers of the reference's rows. */
  async metrics(custom, records, signal) {
    const metrics = [...custom.metrics.values()];
    if (!metrics.length) return [];
    const pace = pacer(signal);
    const rows = metrics.some(({ perRow }) => perRow) ? await records(pace) : [];
    const out = [];
    for (const metric of metrics) {
      const plain = plainMetric(metric);
      if (!metric.perRow) out.push({ ...plain, skipped: `${metric.name} is computed over whole sets, which do not add up over bins. Give perRow to follow it over time.` });
      else out.push(await attempt(metric.name, plain, async () => ({ perRow: { reference: await mapped(rows, metric.perRow, pace), evaluation: [] } })));
    }
    return out;
  },

  /** What the metrics that a firewall follows say of a batch's rows: `[{ id, values }]`. Those that are not registered, or throw, are left out. */
  async values(custom, metrics, records, signal) {
    const own = metrics.filter(({ skipped }) => !skipped).flatMap(({ id }) => custom.metrics.get(id) ?? []).filter(({ perRow }) => perRow);
    if (!own.length) return [];
    const pace = pacer(signal);
    const rows = await records(pace);
    const out = [];
    for (const { id, name, perRow } of own) {
      const { values } = await attempt(name, {}, async () => ({ values: await mapped(rows, perRow, pace) }));
      if (values) out.push({ id, values });
    }
    return out;
  },
};

/** Lets the host breathe between slices, and hears that the job was cancelled. */
const pacer = (signal) => {
  let began = performance.now();
  return async () => {
    if (signal?.aborted) throw cancelled();
    if (performance.now() - began < SLICE_MILLIS) return;
    await breathe();
    if (signal?.aborted) throw cancelled();
    began = performance.now();
  };
};

/** All rows of a side, page by page. */
export async function recordsOf(request, side, pace) {
  const rows = [];
  for (;;) {
    const page = JSON.parse(await request({ ...side, offset: rows.length, limit: PAGE }));
    rows.push(...page);
    if (page.length < PAGE) return rows;
    await pace();
  }
}

const why = (name, thrown) => `${name} could not be computed: ${thrown?.message ?? thrown}`;

const finite = (value) => (typeof value === 'number' && Number.isFinite(value) ? value : typeof value === 'boolean' ? Number(value) : null);

const plainMetric = ({ id, name, better, unit, thresholds, description }) => ({ id, name, better, ...(unit && { unit }), ...(thresholds && { thresholds }), ...(description && { description }) });

/** What `work` comes to beside `given`; what it throws becomes the reason why there is nothing. */
async function attempt(name, given, work) {
  try {
    return { ...given, ...(await work()) };
  } catch (thrown) {
    if (thrown?.code === 'cancelled') throw thrown;
    return { ...given, skipped: `${why(name, thrown)}.` };
  }
}

async function measured(given, sides, seed, pace) {
  const { id, name, perRow, compute, resamples = RESAMPLES } = given;
  const metric = plainMetric(given);
  return attempt(name, metric, async () => {
    if (perRow) {
      const [reference, evaluation] = [await mapped(sides[0], perRow, pace), await mapped(sides[1], perRow, pace)];
      return { perRow: { reference, evaluation } };
    }
    const random = stream(seed, id);
    const over = async (rows) => {
      const whole = finite(await compute(rows));
      if (whole === null) throw new Error('it gives no number for all rows');
      const drawn = [];
      for (let i = 0; i < resamples; i += 1) {
        await pace();
        const value = finite(await compute(rows.map(() => rows[Math.floor(random() * rows.length)])));
        if (value !== null) drawn.push(value);
      }
      return [whole, drawn];
    };
    const [[reference, referenceResampled], [evaluation, evaluationResampled]] = [await over(sides[0]), await over(sides[1])];
    return { perSet: { reference, evaluation, referenceResampled, evaluationResampled } };
  });
}

async function mapped(rows, perRow, pace) {
  const values = [];
  for (const row of rows) {
    values.push(finite(perRow(row)));
    if (values.length % 1000 === 0) await pace();
  }
  return values;
}

async function asked({ id, name, category, risk, kind, unit, thresholds, effectMax, text, method, measure }, [reference, evaluation], modelTask, seed, pace) {
  const test = {
    id, name, kind, ...(category && { category }), ...(risk && { risk }), ...(unit && { unit }), ...(thresholds && { thresholds }),
    ...(effectMax && { effectMax }), ...(text && { text }), ...(method && { method }),
  };
  try {
    await pace();
    const given = await measure({ reference, evaluation, modelTask, seed, random: stream(seed, id) });
    await pace();
    return { ...test, cases: (Array.isArray(given) ? given : [given]).map(plainCase) };
  } catch (thrown) {
    if (thrown?.code === 'cancelled') throw thrown;
    return { ...test, cases: [{ sentence: '', skipped: `${why(name, thrown)}.` }] };
  }
}

/** A case with the fields that the engine knows; anything that is no number is none. */
function plainCase(given) {
  if (given === null || typeof given !== 'object') throw new Error('it gives no case');
  const out = { sentence: `${given.sentence ?? ''}` };
  for (const name of ['statistic', 'effect', 'low', 'high', 'pValue']) if (finite(given[name]) !== null) out[name] = given[name];
  for (const name of ['feature', 'subset', 'skipped']) if (given[name] !== undefined && given[name] !== null) out[name] = `${given[name]}`;
  if (typeof given.holds === 'boolean') out.holds = given.holds;
  if (given.rows !== undefined && given.rows !== null) out.rows = Array.from(given.rows).filter((row) => Number.isInteger(row) && row >= 0 && row < 2 ** 32 - 1);
  return out;
}

/** A stream of numbers in [0, 1) that seed and name fix: FNV-1a into mulberry32. */
function stream(seed, name) {
  let state = 0x811c9dc5;
  for (const char of `${seed}:${name}`) state = Math.imul(state ^ char.codePointAt(0), 0x01000193) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
