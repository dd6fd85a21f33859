// Tries the changes that mutate.mjs makes, for Stryker, in milliseconds: the modules and the tests are already loaded,
// and the tests that reach a change run, the fastest first, until one fails.
//
// A test that fails for another reason, such as something that earlier tests left behind, would hide that no test
// notices the change. So it must pass without the change, and fail with it again. If it doesn't pass, a new process
// takes over.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { Worker } from 'node:worker_threads';

const { MUTATION_PROJECT: project, MUTATION_TESTS: knownFile } = process.env;

/** What Stryker's code in the sources reads and counts. */
const shared = (globalThis.__stryker__ ??= {});

/** Milliseconds. A test fails if it takes longer than this and ten times what it takes on the unchanged sources. */
const patience = 1000;

/**
 * Milliseconds: the fast tests come first. With `MUTATION_LIMIT`, those that take longer run only if no other test
 * reaches the change, or if they belong to the changed file.
 */
const limits = [0, 5, 50, 250, Infinity];
const { MUTATION_LIMIT: longest = Infinity } = process.env;

/** Stryker allows a hundred times the hits on the unchanged sources, but a change that only takes longer isn't noticed. */
const enoughHits = 1_000_000;

/** Marks the second run of a test on the unchanged sources. */
const again = 'again: ';

const realTime = Date.now.bind(Date);
const exit = process.exit.bind(process);
const now = performance.now.bind(performance);

/** Stryker's main process loads this module, too, but it can't load those: it has no modules of `node:vm`. */
let catchErrors, load, runTests, testFiles;

/** The current change, and the time by which its test must be done, for the watchdog. */
const watched = new Float64Array(new SharedArrayBuffer(16)).fill(Infinity);

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
    const watchdog = new URL('mutation-watchdog.mjs', import.meta.url);
    new Worker(watchdog, {
      workerData: { watched, hungFile: hungFile('') },
    }).unref();
    // A test that ended the process would count as a crash.
    process.exit = () => {
      throw new Error('A test called process.exit().');
    };
  }

  /**
   * Runs all tests twice. Code that the second run doesn't reach runs only once, so its modules must be loaded again to
   * try a change.
   */
  async dryRun() {
    const { perTest } = (shared.mutantCoverage = { static: {}, perTest: {} });
    const costs = {};
    const failures = [];
    for (const file of testFiles(project)) failures.push(...(await this.#tryUnchanged(file, costs)));
    shared.currentTestId = undefined;
    if (failures.length > 0) return { status: 'error', errorMessage: failures.join('\n') };
    const ids = Object.keys(costs);
    if (ids.every(isFile)) return { status: 'error', errorMessage: 'No test ran.' };
    writeFileSync(knownFile, JSON.stringify({ costs, once: onceOf(byFile(ids), perTest) }));
    const reached = Object.fromEntries(ids.map((id) => [id, perTest[id] ?? {}]));
    const tests = ids.map((id) => ({
      id,
      name: id,
      fileName: fileOf(id),
      timeSpentMs: totalOf(costs[id]),
      status: 0,
    }));
    return {
      status: 'complete',
      tests,
      mutantCoverage: { static: {}, perTest: reached },
    };
  }

  /** Code that runs as the modules are loaded, or in a hook for all, counts as reached by the file. */
  async #tryUnchanged(file, costs) {
    shared.currentTestId = file;
    const start = now();
    const loaded = await load(file);
    costs[file] = { test: now() - start, setup: 0 };
    this.#loaded.set(file, loaded);
    const failures = [];
    for (const prefix of ['', again]) {
      const failure = await runTests(loaded, loaded.tests.keys(), {
        onStart: (id = file) => void (shared.currentTestId = `${prefix}${id}`),
        onEnd: (id, test, setup) => void (costs[id] = { test, setup }),
      });
      if (failure) failures.push(`${prefix}${failure.id}: ${textOf(failure.error)}`);
    }
    return failures;
  }

  async mutantRun({ activeMutant: { id: change, fileName }, testFilter = [], hitLimit }) {
    if (this.#isSpoiled) exit(1);
    if (existsSync(hungFile(change))) return { status: 'timeout' };
    this.#known ??= JSON.parse(readFileSync(knownFile, 'utf8'));
    const trial = {
      change,
      ownTests: ownTestsOf(fileName),
      hitLimit,
      reached: new Set(testFilter),
      isFirst: this.#tried++ === 0,
      count: 0,
    };
    const noticed = (await this.#tryReached(trial)) ?? (await this.#tryAnew(trial));
    if (!noticed) return { status: 'survived', nrOfTests: trial.count };
    this.#recent = [noticed.id, ...this.#recent.filter((id) => id !== noticed.id)].slice(0, 5);
    const failureMessage = textOf(noticed.error);
    return {
      status: 'killed',
      killedBy: [noticed.id],
      failureMessage,
      nrOfTests: trial.count,
    };
  }

  /** First those that noticed the changes before this one, then the quick ones, then all others. */
  async #tryReached(trial) {
    const ids = this.#chosen(trial, (id) => trial.reached.has(id));
    const recent = this.#recent.filter((id) => ids.includes(id));
    const rankOf = (id) => (recent.includes(id) ? 0 : limits.findIndex((limit) => this.#costOf(id) <= limit));
    for (const rank of limits.keys()) {
      for (const [file, own] of this.#byCost(ids.filter((id) => rankOf(id) === rank))) {
        const noticed = await this.#noticed(trial, file, own, () => this.#loadedBefore(file));
        if (noticed) return noticed;
      }
    }
  }

  /**
   * With freshly loaded modules, runs the tests of the changed file, whose shared state may hide what they look for,
   * and the files in which the change is in code that runs once. If that code runs as they load, it may matter to any
   * of their tests.
   */
  async #tryAnew(trial) {
    const files = new Set(this.#known.once[trial.change]);
    const isAnew = (id) => files.has(fileOf(id)) || id.startsWith(trial.ownTests);
    const ids = this.#chosen(trial, (id) => isAnew(id) && (trial.reached.has(fileOf(id)) || trial.reached.has(id)));
    for (const [file, own] of this.#byCost(ids)) {
      const noticed = await this.#noticed(trial, file, own, () => load(file));
      if (noticed) return noticed;
    }
  }

  #chosen({ ownTests }, isWanted) {
    const ids = Object.keys(this.#known.costs).filter((id) => !isFile(id) && isWanted(id));
    const isQuick = (id) => this.#costOf(id) <= longest;
    return ids.some(isQuick) ? ids.filter((id) => isQuick(id) || id.startsWith(ownTests)) : ids;
  }

  #costOf(id) {
    return totalOf(this.#known.costs[id]);
  }

  /** The files of the tests, the fastest first. */
  #byCost(ids) {
    const cost = ([, own]) => own.reduce((sum, id) => sum + this.#costOf(id), 0);
    return byFile(ids).sort((one, other) => cost(one) - cost(other));
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
        // In a new process, only the change can have spoiled it.
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
      const limitOf = (id) => patience + 10 * this.#known.costs[id].test;
      return await runTests(loaded, ids, {
        limitOf,
        onStart: (id) => watch(change, id && limitOf(id)),
      });
    } catch (error) {
      return { id: 'loading', error };
    } finally {
      activate(undefined);
      watch();
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
  Object.assign(shared, {
    activeMutant: change,
    hitCount: change && 0,
    hitLimit: change && hitLimit + enoughHits,
  });
  // For processes that a test starts.
  if (change === undefined) delete process.env.__STRYKER_ACTIVE_MUTANT__;
  else process.env.__STRYKER_ACTIVE_MUTANT__ = change;
}

/** A test that waits in vain ends at its limit. This is for tests that never yield to the event loop. */
function watch(change, limit = Infinity) {
  watched.set([Number(change), realTime() + limit + 3 * patience]);
}

function hungFile(change) {
  return `${knownFile}.${change}`;
}

function isFile(id) {
  return id.endsWith('.test.ts');
}

function fileOf(id) {
  return id.split(' ')[0];
}

/**
 * The prefixes of the identifiers of its tests: those of lib/a.ts are in __tests__/a.test.ts or __tests__/a-b.test.ts.
 */
function ownTestsOf(fileName) {
  const [, path] = /[\\/]lib[\\/](.+)\.ts$/.exec(fileName);
  return `__tests__/${path.replaceAll('\\', '/')}`;
}

function byFile(ids) {
  const files = new Map();
  for (const id of ids) {
    if (!files.has(fileOf(id))) files.set(fileOf(id), []);
    files.get(fileOf(id)).push(id);
  }
  return [...files];
}

function totalOf({ test, setup }) {
  return test + setup;
}

/** The files that reach a change as they load, or that don't reach it when their tests run again. */
function onceOf(files, perTest) {
  const found = {};
  for (const [file, ids] of files) {
    const reached = (prefix) => new Set(ids.flatMap((id) => Object.keys(perTest[`${prefix}${id}`] ?? {})));
    const reachedAgain = reached(again);
    for (const change of [...reached('')].filter(
      (change) => !reachedAgain.has(change) || change in (perTest[file] ?? {}),
    ))
      (found[change] ??= []).push(file);
  }
  return found;
}

function textOf(error) {
  return String(error?.message ?? error).slice(0, 500);
}

export const strykerPlugins = [{ kind: 'TestRunner', name: 'again', injectableClass: Runner }];
