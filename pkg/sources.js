import { StraingaugeError } from './error.js';
import { breathe, SLICE_MILLIS } from './pace.js';

/** Bytes pushed into the engine at once: small enough for a slice even where they are compressed, large enough not to cost calls. */
const PUSH = 1 << 18;
/** Bytes fetched from a file at once. */
const FETCH = 1 << 22;

const isNode = typeof process === 'object' && Boolean(process.versions?.node);

const unsupported = (what) =>
  new StraingaugeError('unsupported_source', `${what} cannot be read. Give a File, Blob, buffer, stream, file: URL (in Node), the text of a file, or an array of records.`);

const baseName = (url) => {
  const last = url.pathname.split('/').pop() ?? '';
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
};

/** For `JSON.stringify`, which knows no large whole numbers. */
export const jsonCell = (_key, value) => (typeof value === 'bigint' ? value.toString() : value);

/** Records as JSON lines, written in slices so that a page stays alive. */
async function recordsBlob(records) {
  const parts = [];
  let began = performance.now();
  for (let at = 0; at < records.length; at += 2000) {
    parts.push(`${records.slice(at, at + 2000).map((record) => JSON.stringify(record ?? null, jsonCell)).join('\n')}\n`);
    if (performance.now() - began > SLICE_MILLIS) {
      await breathe();
      began = performance.now();
    }
  }
  return new Blob(parts);
}

/**
 * Any source in the one form that can cross to a worker and be read again after a crash: `{ name, bytes, blob | url, format? }`.
 * A blob's bytes stay where they are until they are read; buffers, texts, records and streams are copied into one.
 */
export async function portable(source, fileName) {
  if (typeof File === 'function' && source instanceof File) return { name: fileName ?? source.name, bytes: source.size, blob: source };
  if (source instanceof Blob) return { name: fileName ?? 'data', bytes: source.size, blob: source };
  if (source instanceof URL) {
    if (source.protocol !== 'file:' || !isNode) throw unsupported(`${source.protocol} addresses`);
    const { fileSize } = await import(/* webpackIgnore: true */ /* @vite-ignore */ './node.js');
    return { name: fileName ?? baseName(source), bytes: await fileSize(source), url: source.href };
  }
  let blob;
  let format;
  if (typeof source === 'string') blob = new Blob([source]);
  else if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) blob = new Blob([source]);
  else if (typeof source?.getReader === 'function') blob = await new Response(source).blob();
  else if (Array.isArray(source)) {
    blob = await recordsBlob(source);
    format = 'jsonl';
  } else throw unsupported(source === null ? 'null' : `A value of type ${typeof source}`);
  return { name: fileName ?? 'data', bytes: blob.size, blob, format };
}

async function* fetched(source) {
  if (source.url) {
    const { fileSlices } = await import(/* webpackIgnore: true */ /* @vite-ignore */ './node.js');
    yield* fileSlices(new URL(source.url), FETCH);
    return;
  }
  for (let at = 0; at < source.blob.size; at += FETCH) {
    yield new Uint8Array(await source.blob.slice(at, at + FETCH).arrayBuffer());
  }
}

/** The bytes of a portable source in pieces of at most `PUSH`. */
export async function* pieces(source) {
  try {
    for await (const bytes of fetched(source)) {
      for (let at = 0; at < bytes.length; at += PUSH) yield bytes.subarray(at, at + PUSH);
    }
  } catch (thrown) {
    throw new StraingaugeError('source_unreadable', `${source.name} can no longer be read (${thrown?.message ?? thrown}). Give the file again.`, { file: source.name });
  }
}
