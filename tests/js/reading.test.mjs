// Files that cannot be read, or not as they stand: each gives its code, and a message that says what mends it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { clientFor, csv, loans, rejectsWith } from './engine.mjs';

const TEXT = csv(loans(200, 5));

test('an unreadable file is a clear error', async (t) => {
  const client = await clientFor(t);
  const zipped = gzipSync(TEXT);
  const binary = Uint8Array.from({ length: 4096 }, (_, i) => (i * 7919 + 13) % 256);
  await rejectsWith(client.inspect(new File([zipped.subarray(0, zipped.length / 2)], 'half.csv.gz')), 'truncated_gzip');
  await rejectsWith(client.inspect(new File([], 'nothing.csv')), 'empty_file');
  await rejectsWith(client.inspect(new File(['a,b\n'], 'header.csv')), 'empty_file');
  await rejectsWith(client.inspect(new File([binary], 'photo.bin')), 'binary_file');
  await rejectsWith(client.inspect(TEXT, { encoding: 'klingon' }), 'unknown_encoding');
  const error = await rejectsWith(client.inspect(new File(['{"a": [1, 2'], 'cut.json')), 'truncated_json');
  assert.equal(error.details.file, 'cut.json');
});

test('a file in another encoding is read, and said', async (t) => {
  const client = await clientFor(t);
  const latin = Buffer.from(`name,n\n${Array.from({ length: 50 }, (_, i) => `Málaga ${i},${i}`).join('\n')}\n`, 'latin1');
  const inspection = await client.inspect(new File([latin], 'latin.csv'));
  assert.equal(inspection.encoding?.toLowerCase(), 'windows-1252');
  assert.match(inspection.firstRows[0][0], /Málaga/);
});

test('gzip is read like the text it holds', async (t) => {
  const client = await clientFor(t);
  const [plain, zipped] = [await client.inspect(TEXT), await client.inspect(gzipSync(TEXT))];
  assert.equal(zipped.compression, 'gzip');
  assert.deepEqual(zipped.columns, plain.columns);
});

test('the fingerprint is the SHA-256 of the file as it lies', async (t) => {
  const client = await clientFor(t);
  for (const bytes of [Buffer.from(TEXT), gzipSync(TEXT)]) {
    const { sha256, bytes: size } = await client.inspect(bytes);
    assert.deepEqual([sha256, size], [createHash('sha256').update(bytes).digest('hex'), bytes.length]);
  }
});

test('bad cells are counted, not fatal', async (t) => {
  const client = await clientFor(t);
  const lines = TEXT.trim().split('\n');
  lines[7] = lines[7].replace(/,[^,]*,/, ',lots,');
  const inspection = await client.inspect(`${lines.join('\n')}\n`);
  const amount = inspection.columns.find((column) => column.name === 'amount');
  assert.equal(amount.type, 'float');
  assert.equal(amount.badCells, 1);
});

test('a column that does not exist is named', async (t) => {
  const client = await clientFor(t);
  const project = await client.createProject({ name: 'x' });
  assert.match((await rejectsWith(project.registerDataset('d', TEXT, { labelCol: 'truth' }), 'unknown_column')).message, /truth/);
  assert.match((await rejectsWith(project.registerDataset('d', TEXT, { labelColumn: 'label' }), 'invalid_argument')).message, /labelColumn/);
});

test('sources that cannot be read say so', async (t) => {
  const client = await clientFor(t);
  await rejectsWith(client.inspect(42), 'unsupported_source');
  await rejectsWith(client.inspect(null), 'unsupported_source');
  await rejectsWith(client.inspect(new URL('https://example.org/data.csv')), 'unsupported_source');
  await rejectsWith(client.inspect(new URL('no-such-file.csv', import.meta.url)), 'source_unreadable');
});

test('keys of records may be anything', async (t) => {
  const client = await clientFor(t);
  const records = Array.from({ length: 30 }, (_, i) => JSON.parse(`{"__proto__": ${i}, "constructor": "c${i % 3}"}`));
  const inspection = await client.inspect(records);
  assert.deepEqual(inspection.columns.map((column) => column.name), ['__proto__', 'constructor']);
});
