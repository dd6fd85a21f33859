import type { AsyncContextManager, ContextManager, ExitAnswer, Thrown } from '../protocol.ts';
import { define } from '../support/define.ts';
import { inspect } from '../support/symbols.ts';
import { renew } from './adapt.ts';
import { owe, settle } from './observer.ts';
import { newRun } from './run.ts';

/** A manager with both protocols, so that it works wherever one of them is required. */
export type BothContextManager<T, F = never> = ContextManager<T, F> & AsyncContextManager<T, F>;

/** Adds the async protocol to a sync manager. Its `exit` may then return a promise. */
export function inBothWays<T, F>(
  name: string,
  enter: () => T,
  exit: (thrown?: Thrown) => ExitAnswer<F> | Promise<ExitAnswer<F>>,
): BothContextManager<T, F> {
  const manager = {
    enter,
    exit: exit as (thrown?: Thrown) => ExitAnswer<F>,
    enterAsync: async () => enter(),
    exitAsync: async (thrown?: Thrown) => exit(thrown),
  };
  return showAs(name, manager);
}

/**
 * Combines a sync and an async manager into one. Drivers that know {@link newRun} say which protocol they use. By hand,
 * the method's name says it.
 */
export function joinForms(
  name: string,
  sync: ContextManager<unknown, unknown>,
  async: AsyncContextManager<unknown, unknown>,
): BothContextManager<unknown, unknown> {
  const manager = {
    enter: () => sync.enter(),
    exit: (thrown?: Thrown) => sync.exit(thrown),
    enterAsync: () => async.enterAsync(),
    exitAsync: (thrown?: Thrown) => async.exitAsync(thrown),
  };
  // Entering by one protocol drops the other.
  settle(sync);
  settle(async);
  owe(manager, undefined, name);
  // Not enumerable, so that an object that the manager is spread into isn't entered in its place.
  define(manager, newRun, (isSync?: true) => renew(isSync ? sync : async));
  return showAs(name, manager);
}

/** Lets messages, `console.log`, `JSON.stringify` and test runners show the name, and nothing else. */
function showAs<M extends object>(name: string, manager: M): M {
  const show = () => ({ manager: name });
  define(manager, 'fn', { name });
  define(manager, 'toJSON', show);
  define(manager, inspect, show);
  return manager;
}
