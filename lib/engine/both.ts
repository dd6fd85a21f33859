import type { AsyncContextManager, ContextManager, ExitAnswer, Thrown } from '../protocol.ts';
import { define } from '../support/define.ts';
import { inspect } from '../support/symbols.ts';
import { renew } from './adapt.ts';
import { owe, settle } from './observer.ts';
import { newRun } from './run.ts';

/** A manager that has both protocols, so that it goes wherever one of them is asked for. */
export type BothContextManager<T, F = never> = ContextManager<T, F> & AsyncContextManager<T, F>;

/** Gives a sync manager the async protocol too. What its `exit` returns may be a promise then. */
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
 * Makes one manager of a sync and an async one. Drivers that know {@link newRun} say which way they go; by hand, the
 * names do.
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
  // Whoever enters the one way leaves the other.
  settle(sync);
  settle(async);
  owe(manager, undefined, name);
  // Not enumerable: an object that the manager is spread into must not be entered in its place.
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
