const isNode = typeof process === 'object' && Boolean(process.versions?.node);

/** Browsers digest a whole buffer or nothing; larger files are digested in wasm, piece by piece. */
const WHOLE = 1 << 28;

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * The SHA-256 of a source by the host's own means, which are many times quicker than wasm: `{ update(piece), hex() }`, or null where
 * the host has none.
 */
export async function digestOf(source) {
  if (isNode) {
    const { sha256 } = await import(/* webpackIgnore: true */ /* @vite-ignore */ './node.js');
    const hash = sha256();
    return { update: (piece) => hash.update(piece), hex: () => hash.digest('hex') };
  }
  // Outside of secure contexts there is no `subtle`.
  if (!source.blob || source.bytes > WHOLE || !globalThis.crypto?.subtle) return null;
  const whole = source.blob.arrayBuffer().then((bytes) => crypto.subtle.digest('SHA-256', bytes));
  // A file that cannot be read fails where it is read; nobody waits for its digest then.
  whole.catch(() => {});
  return { update: () => {}, hex: async () => hex(new Uint8Array(await whole)) };
}
