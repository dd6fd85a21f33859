import type { AsyncEnterable } from '../index.ts';
import { casesFor } from './kit/cases.ts';
import type { Faults } from './faults.ts';
import { casesFailed } from './messages.ts';
import { runCase } from './kit/run-case.ts';
import { settingOf, type Fixed, type ManagerCaseOptions, type ValueOf } from './kit/setting.ts';

/**
 * Runs the cases of {@link managerCases} one after the other, without a test runner.
 *
 * It's equivalent to this, except that it collects all failures in one error:
 *
 * ```ts no-run: the equivalent
 * for (const { run } of managerCases(make, options)) await run();
 * ```
 *
 * @param make - makes the manager, in the world from `in`
 * @param options - what the kit should know about the manager; see {@link ManagerCaseOptions}
 * @returns a promise that resolves if the manager passes all cases
 * @throws AggregateError with an error for each failing case, whose message begins with the name of the case
 * @throws TypeError if `make` isn't a function or an option has the wrong type
 *
 * @example
 * ```ts
 * import { contextManager } from 'withal';
 * import { checkManager } from 'withal/testing';
 *
 * const quiet = contextManager(function* quiet() {
 *   try {
 *     yield;
 *   } catch {
 *     // as if nothing had happened
 *   }
 * });
 *
 * await checkManager(() => quiet(), { suppresses: true });
 * await checkManager(() => quiet()); // throws AggregateError: the error was swallowed
 * ```
 */
export async function checkManager<World = undefined, M extends AsyncEnterable = AsyncEnterable>(
  make: (world: World, faults: Faults) => M,
  options?: ManagerCaseOptions<World, ValueOf<Fixed<M>>>,
): Promise<void>;
/** {@link checkManager} in a world that is a disposable. */
export async function checkManager<World extends AsyncDisposable | Disposable, M extends AsyncEnterable>(
  make: (world: World, faults: Faults) => M,
  options: Omit<ManagerCaseOptions<World, ValueOf<Fixed<M>>>, 'in'> & { readonly in: () => World },
): Promise<void>;
export async function checkManager(make: unknown, options: unknown = {}): Promise<void> {
  const setting = settingOf('checkManager()', make, options);
  const cases = casesFor(setting);
  const errors: Error[] = [];
  for (const [name, work] of cases) {
    try {
      await runCase(setting, work);
    } catch (error) {
      errors.push(new Error(`${name}: ${(error as Error).message}`, { cause: error }));
    }
  }
  if (errors.length > 0) throw casesFailed(cases.length, errors);
}
