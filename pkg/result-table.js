const FORMULA = /^[=+\-@\t\r]/;
const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/;

/** One cell as RFC 4180 wants it. A spreadsheet must not run what a data set's strings say, so such text gets an apostrophe in front. */
const csvCell = (cell) => {
  if (cell === null || cell === undefined) return '';
  if (typeof cell !== 'string') return String(cell);
  const safe = FORMULA.test(cell) ? `'${cell}` : cell;
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** A result as rows and columns: `{ columns: string[], rows: Cell[][] }` as the engine makes it. */
export class ResultTable {
  #table;
  #engine;

  constructor(table, engine) {
    this.#table = table;
    this.#engine = engine;
  }

  get columns() {
    return [...this.#table.columns];
  }

  get length() {
    return this.#table.rows.length;
  }

  rows() {
    const { columns, rows } = this.#table;
    return rows.map((cells) => Object.fromEntries(columns.map((name, i) => [name, cells[i] ?? null])));
  }

  toCSV() {
    const { columns, rows } = this.#table;
    return [columns, ...rows].map((cells) => `${cells.map(csvCell).join(',')}\n`).join('');
  }

  toArrow() {
    return this.#engine.request('arrow', { table: JSON.stringify(this.#table) });
  }
}
