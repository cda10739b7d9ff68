// The engine's wasm can only call what it imports. This lists every import and refuses what is not known to be harmless.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

// What wasm-bindgen needs to pass values and errors between the engine and its caller, and nothing else.
const HARMLESS = /^__wb(g___wbindgen_|indgen_|g_)(.*)$/;
const KNOWN = [
  'throw', 'cast', 'init_externref_table', 'object_clone_ref', 'object_drop_ref', 'string_get', 'number_get', 'boolean_get', 'bigint_get_as_i64',
  'debug_string', 'is_', 'in', 'jsval_', 'as_number', 'rethrow', 'memory', 'copy_to_typed_array', 'add', 'string_new', 'number_new', 'error_new',
  // Values: objects, arrays, maps, iterators, numbers, text, dates that the caller handed over.
  'new', 'set', 'get', 'push', 'length', 'next', 'done', 'value', 'iterator', 'entries', 'keys', 'isArray', 'isSafeInteger', 'instanceof_', 'String',
  'Number', 'Error', 'buffer', 'byteLength', 'prototypesetcall', 'subarray', 'slice', 'call', 'from', 'getwithrefkey', 'stack', 'message', 'crash', 'error',
  // `JSON.stringify`, by which arguments are read.
  'stringify',
  // Casts between JavaScript's values and wasm's numbers.
  'generic',
];
const NETWORK = /fetch|xmlhttp|socket|beacon|eventsource|webtransport|importscripts|worker|navigator|location|document|window|request|response|http|open/i;

test('the engine imports nothing that reaches the network', async () => {
  const bytes = await readFile(new URL('../../pkg/dist/engine_bg.wasm', import.meta.url));
  const imports = WebAssembly.Module.imports(await WebAssembly.compile(bytes));
  assert.ok(imports.length > 0, 'the engine imports its glue');
  for (const { module, name } of imports) {
    assert.match(module, /^\.\/engine_bg\.js$/, `an import from elsewhere: ${module}.${name}`);
    const known = name.match(HARMLESS)?.[2];
    assert.ok(known && KNOWN.some((each) => known.startsWith(each)), `an unknown import: ${name}`);
    assert.doesNotMatch(name.replace(/_[0-9a-f]{16}$/, ''), NETWORK, `an import that may reach the network: ${name}`);
  }
});

test('the engine’s glue names nothing that reaches the network, but for loading the wasm itself', async () => {
  const glue = await readFile(new URL('../../pkg/dist/engine.js', import.meta.url), 'utf8');
  const loader = glue.indexOf('async function __wbg_load');
  assert.ok(loader > 0);
  assert.doesNotMatch(glue.slice(0, loader), /\bfetch\b|XMLHttpRequest|WebSocket|EventSource|WebTransport|sendBeacon|importScripts/);
});
