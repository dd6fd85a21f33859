import { asyncContextManager } from '../async-context-manager.ts';
import { enter } from '../enter.ts';
import type { AsyncContextManager, AsyncEnterable, Entered, Fallback } from '../protocol.ts';
import type { TakenAsync } from '../support/slips.ts';
import { assertMapper, assertManager, managerFrom, type AnsweredFallback, type AnyManager } from './any-manager.ts';

/**
 * Makes one manager of two, the second of which is made of what entering the first gives. The block gets the value of the
 * second. That is exited first, and the first sees what came out of it.
 *
 * `chain(f)(manager)` equals, but that calling it runs nothing:
 *
 * ```ts no-run: the equivalent
 * async function* chain() {
 *   yield yield* enter(f(yield* enter(manager)));
 * }
 * ```
 *
 * @param f - gets what entering gives, and gives a manager
 * @returns a function from a manager to a manager
 * @throws TypeError if `f` is not a function; from what it returns, if that gets no manager; from the block, if `f` gives
 *   no manager: then the first is exited with that error
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
