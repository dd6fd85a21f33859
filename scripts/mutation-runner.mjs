// Tries the changes that mutate.mjs makes, for Stryker, in milliseconds: the modules and the tests are loaded already, and the
// tests that reach a change run, the quickest first, until one fails.
//
// A test that fails for another reason than the change would hide that nothing notices it: what earlier tests left behind
// is one. So it must pass without the change, and fail with it again. If it doesn't pass, the process is left for a new one.

import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin';

const { MUTATION_PROJECT: project, MUTATION_TESTS: knownFile } = process.env;

/** What Stryker's code in the sources reads, and counts. */
const shared = (globalThis.__stryker__ ??= {});

/** Milliseconds. A test fails if it takes longer than this and ten times what it takes on the unchanged sources. */
const patience = 1000;

/** A test is quick up to so many milliseconds. */
const quick = 5;

/** Of the second run of a test on the unchanged sources. */
const again = 'again: ';

const exit = process.exit.bind(process);
const now = performance.now.bind(performance);

/** Stryker's main process loads this module, too, but it can't load those: it has no modules of `node:vm`. */
let catchErrors, load, runTests, testFiles;

class Runner {
  #loaded = new Map();
  #known;
  #recent = [];
  #tried = 0;
  #isSpoiled = false;

  capabilities() {
    return { reloadEnvironment: true };
  }

  async init() {
    ({ catchErrors, load, runTests, testFiles } = await import('./mutation-tests.mjs'));
    catchErrors();
    // A test that ended the process would count as a crash.
    process.exit = () => {
      throw new Error('A test called process.exit().');
    };
  }

  /** Runs all tests twice. What the second run doesn't reach again runs once: modules have to be loaded anew to try a change. */
  async dryRun() {
    const { perTest } = (shared.mutantCoverage = { static: {}, perTest: {} });
    const tests = [];
    const failures = [];
    for (const file of testFiles(project)) tests.push(...(await this.#tryUnchanged(file, failures)));
    shared.currentTestId = undefined;
    if (failures.length > 0) return { status: 'error', errorMessage: failures.join('\n') };
    const durations = Object.fromEntries(tests.map(({ id, timeSpentMs }) => [id, timeSpentMs]));
    writeFileSync(knownFile, JSON.stringify({ durations, once: onceOf(tests, perTest) }));
    const reached = Object.fromEntries(tests.map(({ id }) => [id, perTest[id] ?? {}]));
    return { status: 'complete', tests, mutantCoverage: { static: {}, perTest: reached } };
  }

  async #tryUnchanged(file, failures) {
    const times = new Map();
    const start = (prefix) => (id) => {
      shared.currentTestId = `${prefix}${id ?? file}`;
      times.set(shared.currentTestId, now());
    };
    start('')(file);
    const loaded = await load(file);
    this.#loaded.set(file, loaded);
    for (const prefix of ['', again]) {
      const failure = await runTests(loaded, loaded.tests.keys(), { onTest: start(prefix) });
      if (failure) failures.push(`${prefix}${failure.id}: ${textOf(failure.error)}`);
    }
    const starts = [...times.entries(), ['', now()]];
    const durations = new Map(starts.slice(1).map(([, end], index) => [starts[index][0], end - starts[index][1]]));
    return [file, ...loaded.tests.keys()].map((id) => resultOf(file, id, durations));
  }

  async mutantRun({ activeMutant: { id: change }, testFilter = [], hitLimit }) {
    if (this.#isSpoiled) exit(1);
    this.#known ??= JSON.parse(readFileSync(knownFile, 'utf8'));
    const trial = { change, hitLimit, reached: new Set(testFilter), isFirst: this.#tried++ === 0, count: 0 };
    const noticed = (await this.#tryReached(trial)) ?? (await this.#tryAnew(trial));
    if (!noticed) return { status: 'survived', nrOfTests: trial.count };
    this.#recent = [noticed.id, ...this.#recent.filter((id) => id !== noticed.id)].slice(0, 5);
    const failureMessage = textOf(noticed.error);
    return { status: 'killed', killedBy: [noticed.id], failureMessage, nrOfTests: trial.count };
  }

  /** First those that noticed the changes before this one, then the quick ones, then all others. */
  async #tryReached(trial) {
    const rank = (id) => (this.#recent.includes(id) ? 0 : this.#durationOf(id) <= quick ? 1 : 2);
    const ids = [...trial.reached].filter((id) => !isFile(id));
    for (const rankNow of [0, 1, 2]) {
      const chosen = ids.filter((id) => rank(id) === rankNow);
      for (const [file, own] of this.#byCost(chosen)) {
        const noticed = await this.#noticed(trial, file, own, () => this.#loadedBefore(file));
        if (noticed) return noticed;
      }
    }
  }

  /** The files in which the change is in code that runs once. If that is as they load, it may be for any of their tests. */
  async #tryAnew(trial) {
    const ids = (this.#known.once[trial.change] ?? []).flatMap((file) =>
      this.#testsOf(file).filter((id) => trial.reached.has(file) || trial.reached.has(id)),
    );
    for (const [file, own] of this.#byCost(ids)) {
      const noticed = await this.#noticed(trial, file, own, () => load(file));
      if (noticed) return noticed;
    }
  }

  #testsOf(file) {
    return Object.keys(this.#known.durations).filter((id) => !isFile(id) && fileOf(id) === file);
  }

  #durationOf(id) {
    return this.#known.durations[id];
  }

  /** The files of the tests, those that take the least time first. */
  #byCost(ids) {
    const files = new Map();
    for (const id of ids) files.set(fileOf(id), [...(files.get(fileOf(id)) ?? []), id]);
    const cost = ([, own]) => own.reduce((sum, id) => sum + this.#durationOf(id), 0);
    return [...files].sort((one, other) => cost(one) - cost(other));
  }

  /** The test that fails because of the change, with its error. */
  async #noticed(trial, file, ids, loading) {
    let left = ids;
    while (left.length > 0) {
      if (trial.isFirst && (await this.#run(trial, left, loading))) return;
      const failure = await this.#run(trial, left, loading, trial.change);
      if (!failure) return;
      const suspects = left.includes(failure.id) ? [failure.id] : left;
      if (await this.#isConfirmed(trial, file, suspects, loading)) return failure;
      left = left.filter((id) => !suspects.includes(id));
    }
  }

  async #isConfirmed(trial, file, suspects, loading) {
    const isPassing = async () => !(await this.#run(trial, suspects, loading));
    if (!(await isPassing())) {
      this.#loaded.delete(file);
      if (!(await isPassing())) {
        // In a new process, nothing but the change can have spoiled it.
        this.#isSpoiled = true;
        if (trial.isFirst) return true;
        exit(1);
      }
    }
    return (await this.#run(trial, suspects, loading, trial.change)) !== undefined;
  }

  /** Runs tests, with the change if there is one, and resolves to what fails. */
  async #run(trial, ids, loading, change) {
    activate(change, trial.hitLimit);
    try {
      const loaded = await loading();
      activate(change, trial.hitLimit);
      trial.count += ids.length;
      return await runTests(loaded, ids, { limitOf: (id) => patience + 10 * this.#durationOf(id) });
    } catch (error) {
      return { id: 'loading', error };
    } finally {
      activate(undefined);
    }
  }

  /** Loaded without the change. */
  async #loadedBefore(file) {
    activate(undefined);
    if (!this.#loaded.has(file)) this.#loaded.set(file, await load(file));
    return this.#loaded.get(file);
  }
}

function activate(change, hitLimit) {
  Object.assign(shared, { activeMutant: change, hitCount: change && 0, hitLimit: change && hitLimit });
  // For processes that a test starts.
  if (change === undefined) delete process.env.__STRYKER_ACTIVE_MUTANT__;
  else process.env.__STRYKER_ACTIVE_MUTANT__ = change;
}

function isFile(id) {
  return id.endsWith('.test.ts');
}

function fileOf(id) {
  return id.split(' ')[0];
}

function resultOf(file, id, durations) {
  const timeSpentMs = durations.get(`${again}${id}`) ?? durations.get(id) ?? 0;
  return { id, name: id, fileName: file, timeSpentMs, status: 0 };
}

/** The files that reach a change as they load, or in tests that reach it no second time. */
function onceOf(tests, perTest) {
  const found = {};
  for (const { id } of tests) {
    const [first = {}, second = {}] = [perTest[id], perTest[`${again}${id}`]];
    for (const change of Object.keys(first)) {
      if (isFile(id) || !(change in second)) (found[change] ??= new Set()).add(fileOf(id));
    }
  }
  return Object.fromEntries(Object.entries(found).map(([change, files]) => [change, [...files]]));
}

function textOf(error) {
  return String(error?.message ?? error).slice(0, 500);
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'again', Runner)];
