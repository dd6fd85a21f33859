import { asyncContextManager } from '../async-context-manager.ts';
import { enter } from '../enter.ts';
import type { AsyncContextManager, AsyncEnterable, Entered, Fallback } from '../protocol.ts';
import type { TakenAsync } from '../support/slips.ts';
import { assertManager } from './any-manager.ts';

/**
 * Turns whatever `withAsync` takes into an `AsyncContextManager`: a sync manager, for a function that needs an async
 * one, or a disposable, which is its own value.
 *
 * `lift(manager)` is equivalent to this, except that calling it runs nothing:
 *
 * ```ts no-run: the equivalent
 * async function* lift() {
 *   yield yield* enter(manager);
 * }
 * ```
 *
 * @param manager - whatever `withAsync` takes
 * @returns a manager that you can use as often as the given one
 * @throws TypeError if `manager` can't be entered
 *
 * @example
 * ```ts
 * import { pipe } from 'remeda';
 * import { lift, map, use } from 'withal/fp';
 *
 * const log: string[] = [];
 * const file = { text: 'hello', [Symbol.dispose]: () => log.push('disposed') };
 *
 * await pipe(lift(file), map(({ text }) => text), use((text) => text.length)); // => 5
 * log; // => ['disposed']
 * ```
 */
export function lift<M extends TakenAsync<M>>(
  manager: M,
): AsyncContextManager<Awaited<Entered<M>>, Awaited<Fallback<M>>>;
export function lift(manager: unknown): unknown {
  assertManager('lift()', manager);
  return lifted(manager as AsyncEnterable);
}

const lifted = /* @__PURE__ */ asyncContextManager(async function* lift(manager: AsyncEnterable) {
  yield yield* enter(manager);
});
