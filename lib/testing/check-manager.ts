import type { AsyncEnterable } from '../index.ts';
import { casesFor } from './cases.ts';
import type { Faults } from './faults.ts';
import { casesFailed } from './messages.ts';
import { runCase } from './run-case.ts';
import { settingOf, type ManagerCaseOptions, type ValueOf } from './setting.ts';

export async function checkManager<World = undefined, M extends AsyncEnterable = AsyncEnterable>(
  make: (world: World, faults: Faults) => M,
  options?: ManagerCaseOptions<World, ValueOf<M>>,
): Promise<void>;
/** {@link checkManager} in a world that is a disposable. */
export async function checkManager<World extends AsyncDisposable | Disposable, M extends AsyncEnterable>(
  make: (world: World, faults: Faults) => M,
  options: Omit<ManagerCaseOptions<World, ValueOf<M>>, 'in'> & { readonly in: () => World },
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
