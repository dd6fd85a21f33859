import type { AsyncEnterable } from '../index.ts';
import { casesFor } from './kit/cases.ts';
import type { Faults } from './faults.ts';
import { runCase } from './kit/run-case.ts';
import { settingOf, type Fixed, type ManagerCaseOptions, type ValueOf } from './kit/setting.ts';

/** One case of {@link managerCases}, for any test runner. */
export interface ManagerCase {
  /** What the manager should do: `tears down after a block that throws undefined`. */
  readonly name: string;
  /** Runs the case; rejects with what was expected, what happened, and what to do about it. */
  readonly run: () => Promise<void>;
}

/**
 * Makes cases, for any test runner, that check a manager on every path. The block returns, throws each kind of
 * value, or waits. The manager is entered many times, concurrently, inside itself, and in every way that this package
 * offers. And each call that the manager makes fails once.
 *
 * After each block, the case checks that
 *
 * - the block rejected with the very error that its body threw, unless `suppresses` or `translates` says otherwise;
 * - `open` and the `probes` are what they were, and the `effect` changed only if the block succeeded;
 * - every call of the manager was awaited, and nothing was released twice;
 * - no handle, timer, open file, process listener or unhandled rejection is left behind.
 *
 * For a block that throws, one case is equivalent to this:
 *
 * ```ts no-run: the equivalent
 * const error = new Error();
 * const before = open(world);
 * const caught = await withAsync(make(world), () => { throw error; }).catch((error) => error);
 * assert.strictEqual(caught, error);
 * assert.strictEqual(open(world), before);
 * ```
 *
 * Cases run one at a time, even in a runner that starts them concurrently.
 *
 * @param make - makes the manager, in the world from `in`. Let the manager use everything through `faults.wrap(…)` or
 *   `faults.patch(…)`: then each call that returns a promise fails once, and messages say which line acquired what is
 *   left
 * @param options - what the kit should know about the manager; see {@link ManagerCaseOptions}
 * @returns the cases, 26 by default; each has a `name` and a `run`, which rejects if the manager is wrong
 * @throws TypeError if `make` isn't a function or an option has the wrong type
 *
 * @example
 * ```ts
 * import { asyncContextManager, nullContext } from 'withal';
 * import { managerCases } from 'withal/testing';
 *
 * const pool = {
 *   open: 0,
 *   async connect() {
 *     this.open += 1;
 *     return { query: async (text: string) => text, release: async () => void (this.open -= 1) };
 *   },
 * };
 *
 * const session = asyncContextManager(async function* session(from: typeof pool) {
 *   const client = await from.connect();
 *   await client.query('SET statement_timeout = 1000'); // if this fails, nobody releases the client
 *   try {
 *     yield client;
 *   } finally {
 *     await client.release();
 *   }
 * });
 *
 * const cases = managerCases((world, faults) => session(faults.wrap(world)), {
 *   in: () => nullContext(pool),
 *   open: ({ open }) => open,
 * });
 *
 * cases.length; // => 26
 * const wrong: string[] = [];
 * for (const { name, run } of cases) await run().catch(() => wrong.push(name));
 * wrong; // => ['leaves nothing open when its setup fails']
 * ```
 */
export function managerCases<World = undefined, M extends AsyncEnterable = AsyncEnterable>(
  make: (world: World, faults: Faults) => M,
  options?: ManagerCaseOptions<World, ValueOf<Fixed<M>>>,
): ManagerCase[];
/** {@link managerCases} in a world that is a disposable. */
export function managerCases<World extends AsyncDisposable | Disposable, M extends AsyncEnterable>(
  make: (world: World, faults: Faults) => M,
  options: Omit<ManagerCaseOptions<World, ValueOf<Fixed<M>>>, 'in'> & { readonly in: () => World },
): ManagerCase[];
export function managerCases(make: unknown, options: unknown = {}): ManagerCase[] {
  const setting = settingOf('managerCases()', make, options);
  return casesFor(setting).map(([name, work]) => ({ name, run: () => runCase(setting, work) }));
}
