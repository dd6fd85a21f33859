import { asyncContextManager } from '../async-context-manager.ts';
import { enter } from '../enter.ts';
import type { AsyncContextManager, AsyncEnterable, Entered, Fallback } from '../protocol.ts';
import type { TakenAsync } from '../support/slips.ts';
import { assertMapper, assertManager, managerFrom, type AnsweredFallback, type AnyManager } from './any-manager.ts';

/**
 * Combines two managers into one; the second is made from the value of the first. The block gets the value of the
 * second. The second exits first, and the first sees its outcome.
 *
 * `chain(f)(manager)` is equivalent to this, except that calling it runs nothing:
 *
 * ```ts no-run: the equivalent
 * async function* chain() {
 *   yield yield* enter(f(yield* enter(manager)));
 * }
 * ```
 *
 * @param f - gets the value of the first manager, and returns the second
 * @returns a function from a manager to a manager
 * @throws TypeError if `f` is not a function; from the returned function, if its argument is not a manager; from the
 *   block, if `f` doesn't return a manager: then the first one exits with that error
 *
 * @example
 * ```ts
 * import { pipe } from 'remeda';
 * import { asyncContextManager } from 'withal';
 * import { chain, use } from 'withal/fp';
 *
 * const log: string[] = [];
 *
 * const connection = asyncContextManager(async function* connection() {
 *   yield 'connection';
 *   log.push('close');
 * });
 *
 * const transaction = asyncContextManager(async function* transaction(client: string) {
 *   yield `transaction on a ${client}`;
 *   log.push('commit');
 * });
 *
 * await pipe(connection(), chain(transaction), use((tx) => tx)); // => 'transaction on a connection'
 * log; // => ['commit', 'close']
 * ```
 */
export function chain<T, N extends TakenAsync<N>>(
  f: (value: T) => N,
): <Answer>(
  manager: AnyManager<T, Answer>,
) => AsyncContextManager<Awaited<Entered<N>>, AnsweredFallback<Answer> | Awaited<Fallback<N>>>;
export function chain(f: unknown): unknown {
  assertMapper('chain()', f, 'chain((value) => manager(value))');
  return (manager: unknown) => {
    assertManager('chain()', manager);
    return chained(manager as AsyncEnterable, f as (value: unknown) => unknown);
  };
}

const chained = /* @__PURE__ */ asyncContextManager(async function* chain(
  manager: AsyncEnterable,
  f: (value: unknown) => unknown,
) {
  yield yield* enter(managerFrom('chain', f, yield* enter(manager)));
});
