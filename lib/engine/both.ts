import type { AsyncContextManager, ContextManager, ExitAnswer, Thrown } from '../protocol.ts';

/** A manager that has both protocols, so that it goes wherever one of them is asked for. */
export type BothContextManager<T, F = never> = ContextManager<T, F> & AsyncContextManager<T, F>;

/** Gives a sync manager the async protocol too. What its `exit` returns may be a promise then. */
export function inBothWays<T, F>(
  enter: () => T,
  exit: (thrown?: Thrown) => ExitAnswer<F> | Promise<ExitAnswer<F>>,
): BothContextManager<T, F> {
  return {
    enter,
    exit: exit as (thrown?: Thrown) => ExitAnswer<F>,
    enterAsync: async () => enter(),
    exitAsync: async (thrown) => exit(thrown),
  };
}
