import type { AsyncEnterable } from '../index.ts';
import { casesFor } from './cases.ts';
import type { Faults } from './faults.ts';
import { runCase } from './run-case.ts';
import { settingOf, type ManagerCaseOptions, type ValueOf } from './setting.ts';

/** One case of {@link managerCases}, for any test runner. */
export interface ManagerCase {
  /** What is expected of the manager: `tears down after a block that throws undefined`. */
  readonly name: string;
  /** Runs the case; rejects with what was expected, what was seen, and what to do about it. */
  readonly run: () => Promise<void>;
}

export function managerCases<World = undefined, M extends AsyncEnterable = AsyncEnterable>(
  make: (world: World, faults: Faults) => M,
  options?: ManagerCaseOptions<World, ValueOf<M>>,
): ManagerCase[];
/** {@link managerCases} in a world that is a disposable. */
export function managerCases<World extends AsyncDisposable | Disposable, M extends AsyncEnterable>(
  make: (world: World, faults: Faults) => M,
  options: Omit<ManagerCaseOptions<World, ValueOf<M>>, 'in'> & { readonly in: () => World },
): ManagerCase[];
export function managerCases(make: unknown, options: unknown = {}): ManagerCase[] {
  const setting = settingOf('managerCases()', make, options);
  return casesFor(setting).map(([name, work]) => ({ name, run: () => runCase(setting, work) }));
}
