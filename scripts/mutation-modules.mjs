// Loads TypeScript modules again whenever they're needed, in the realm of the process: each test file has its own
// modules, as in Jest, and a change can be tried while they load. Packages are loaded once.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { SourceTextModule, SyntheticModule } from 'node:vm';
import { stripTypes } from './strip-types.mjs';

/** The modules of one test file. `given` has the exports of those that aren't loaded, by specifier. */
export class Modules {
  #given = new Map();
  #own = new Map();
  #linking = Promise.resolve();

  constructor(given) {
    for (const [specifier, exports] of Object.entries(given)) this.give(specifier, exports);
    forgetCommonJs();
  }

  give(specifier, exports) {
    this.#given.set(specifier, synthetic(exports));
  }

  /** Imports from now on load again. */
  reset() {
    this.#own.clear();
  }

  async import(specifier, referrer) {
    const module = await this.#moduleOf(specifier, referrer);
    this.#linking = this.#linking.then(() => this.#link(module));
    await this.#linking;
    await module.evaluate();
    return module.namespace;
  }

  async #link(module) {
    if (module.status === 'unlinked')
      await module.link((specifier, { identifier }) => this.#moduleOf(specifier, identifier));
  }

  #moduleOf(specifier, referrer) {
    if (this.#given.has(specifier)) return this.#given.get(specifier);
    const url = /^[./]/.test(specifier) ? new URL(specifier, referrer).href : specifier;
    if (!/\.ts(\?|$)/.test(url) && !url.startsWith(built)) return foreign(url);
    if (!this.#own.has(url)) this.#own.set(url, this.#compiled(url));
    return this.#own.get(url);
  }

  #compiled(url) {
    if (url.endsWith('.cjs')) return synthetic({ default: require(fileURLToPath(url)) });
    return new SourceTextModule(javascript(fileURLToPath(url)), {
      identifier: url,
      initializeImportMeta: (meta) => void (meta.url = url),
      importModuleDynamically: (specifier) => this.import(specifier, url),
    });
  }
}

export function urlOf(file) {
  return pathToFileURL(file).href;
}

/** The build shares things with the sources. */
const built = urlOf(join(process.cwd(), 'dist/'));

const require = createRequire(import.meta.url);

function forgetCommonJs() {
  for (const name of Object.keys(require.cache)) if (urlOf(name).startsWith(built)) delete require.cache[name];
}

const compiled = new Map();
function javascript(path) {
  if (!path.endsWith('.ts')) return readFileSync(path, 'utf8');
  if (!compiled.has(path)) compiled.set(path, stripTypes(readFileSync(path, 'utf8'), path));
  return compiled.get(path);
}

const foreigners = new Map();

function foreign(specifier) {
  if (!foreigners.has(specifier)) foreigners.set(specifier, import(specifier).then(synthetic));
  return foreigners.get(specifier);
}

function synthetic(exports) {
  const names = Object.keys(exports);
  return new SyntheticModule(names, function () {
    for (const name of names) this.setExport(name, exports[name]);
  });
}
