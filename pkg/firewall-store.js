import { StraingaugeError } from './error.js';
import { openStorage } from './storage.js';

const ABOUT = 'about';
const HEADER = 'header';

const newToken = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('');

const gone = () => new StraingaugeError('no_firewall', 'This firewall was deleted or replaced. Ask the project for the one that stands now: `project.getFirewall()`.');

const changed = () =>
  new StraingaugeError('firewall_changed', 'Another tab or client changed this firewall in the meantime, so nothing of this was kept. Try again: it goes on from what stands there now.');

/**
 * A firewall's records: what is said about it, its header, and one for each bin. They are written together or not at all, and only over
 * the revision that the writer had read, so that two tabs never mix their bins.
 */
export class FirewallStore {
  #storage;
  #project;
  /** Tells this firewall from one that replaces it. */
  #token = null;

  constructor(storage, project) {
    this.#storage = storage;
    this.#project = project;
  }

  /** One that lives in memory alone, for a firewall without a project. */
  static async detached() {
    return new FirewallStore(await openStorage('memory'), '');
  }

  /** What is said about the firewall that stands there, or null. */
  async about() {
    return (await this.#storage.get('firewall', this.#project, ABOUT)) ?? null;
  }

  /** The revision that stands there. Rejects where it is no longer this firewall's. */
  async revision() {
    const about = await this.about();
    if (!about || about.token !== this.#token) throw gone();
    return about.revision;
  }

  /** Makes this the firewall that stands there: `{ info, header, bins: Map<start, text> }`; gives its revision. */
  async create(records, replace) {
    const [token, former] = [newToken(), await this.#storage.keys('firewallbin', this.#project)];
    const revision = await this.#write({ ...records, gone: former.filter((key) => !records.bins.has(Number(key))) }, token, (about) => replace || !about);
    if (!revision) throw firewallExists();
    this.#token = token;
    return revision;
  }

  /** Writes over `revision`: the header, the bins that are given, and takes away those that are `gone`; gives the new revision. */
  async update(records, revision) {
    const written = await this.#write(records, this.#token, (about) => about?.token === this.#token && about.revision === revision);
    if (!written) throw (await this.about())?.token === this.#token ? changed() : gone();
    return written;
  }

  /** All of it: `{ revision, document }`. The document is JSON. */
  async read() {
    // A write of another tab may fall between the parts.
    for (;;) {
      const about = await this.about();
      if (!about || (this.#token && about.token !== this.#token)) throw gone();
      const [header, bins] = [await this.#storage.get('firewall', this.#project, HEADER), await this.#storage.list('firewallbin', this.#project)];
      if ((await this.about())?.revision !== about.revision) continue;
      this.#token = about.token;
      const document = { ...JSON.parse(header), bins: bins.map((text) => JSON.parse(text)).sort((a, b) => a.info.start - b.info.start) };
      return { revision: about.revision, document: JSON.stringify(document) };
    }
  }

  async remove() {
    const bins = await this.#storage.keys('firewallbin', this.#project);
    const deletes = [...[ABOUT, HEADER].map((key) => ['firewall', this.#project, key]), ...bins.map((key) => ['firewallbin', this.#project, key])];
    await this.#storage.commit({ deletes });
  }

  async #write({ info, header, bins, gone: lost = [] }, token, holds) {
    const revision = newToken();
    const written = await this.#storage.commit({
      guard: ['firewall', this.#project, ABOUT, holds],
      puts: [
        ['firewall', this.#project, ABOUT, { token, revision, info }],
        ['firewall', this.#project, HEADER, header],
        ...[...bins].map(([start, text]) => ['firewallbin', this.#project, String(start), text]),
      ],
      deletes: lost.map((start) => ['firewallbin', this.#project, String(start)]),
    });
    return written ? revision : null;
  }
}

export const firewallExists = () =>
  new StraingaugeError('firewall_exists', 'This project has a firewall. Ask for it with `getFirewall()`, or replace it and its history with `{ replace: true }`.');
