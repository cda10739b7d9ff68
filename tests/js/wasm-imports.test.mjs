// The engine's wasm can only call what it imports. This lists every import and refuses what is not known to be harmless.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

// What wasm-bindgen needs to pass values and errors between the engine and its caller, and nothing else.
const GLUE = /^(?:__wbg_)?(?:__wbindgen_)?(.+?)(?:_[0-9a-f]{16})?$/;
const KNOWN = new Set([
  // wasm-bindgen's own: throwing, reading and describing values, its table of references, casts between them.
  'throw', 'rethrow', 'string_get', 'number_get', 'boolean_get', 'bigint_get_as_i64', 'debug_string', 'init_externref_table', 'generic', 'is_undefined',
  'is_null', 'is_object', 'is_string', 'is_function', 'jsval_eq', 'jsval_loose_eq', 'in', 'memory',
  // Values that the caller handed over or gets back: objects, arrays, text, numbers, errors.
  'set', 'get', 'new', 'push', 'length', 'next', 'done', 'value', 'iterator', 'entries', 'isArray', 'isSafeInteger', 'String', 'Number', 'Error',
  'fromCodePoint', 'stringify', 'parse', 'stack', 'error', 'prototypesetcall',
]);
const NETWORK = /fetch|xmlhttp|socket|beacon|eventsource|webtransport|importscripts|worker|navigator|location|document|window|request|response|http|open/i;

test('the engine imports nothing that reaches the network', async () => {
  const bytes = await readFile(new URL('../../pkg/dist/engine_bg.wasm', import.meta.url));
  const imports = WebAssembly.Module.imports(await WebAssembly.compile(bytes));
  assert.ok(imports.length > 0, 'the engine imports its glue');
  for (const { module, name } of imports) {
    assert.match(module, /^\.\/engine_bg\.js$/, `an import from elsewhere: ${module}.${name}`);
    const [, plain] = name.match(GLUE);
    assert.ok(name.startsWith('__wb') && KNOWN.has(plain), `an unknown import: ${plain} (${name})`);
    assert.doesNotMatch(plain, NETWORK, `an import that may reach the network: ${name}`);
  }
});

test('the engine’s glue names nothing that reaches the network, but for loading the wasm itself', async () => {
  const glue = await readFile(new URL('../../pkg/dist/engine.js', import.meta.url), 'utf8');
  const loader = glue.indexOf('async function __wbg_load');
  assert.ok(loader > 0);
  assert.doesNotMatch(glue.slice(0, loader), /\bfetch\b|XMLHttpRequest|WebSocket|EventSource|WebTransport|sendBeacon|importScripts/);
});
