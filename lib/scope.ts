import { passed, stepOf, twinOf, type Resumable, type Twin } from './compose.ts';
import { isThenable, kindOf, markHandled } from './describe.ts';
import type { EnteredFallback, EnterRequest } from './enter.ts';
import { isEnterable, type Step } from './entry.ts';
import { keepBoth } from './errors.ts';
import { isGeneratorLike } from './generator.ts';
import { notScope, plainYield, scopeReturned, scopeReturnedPromise, type Maker } from './messages.ts';
import type { Thrown } from './protocol.ts';
import type { Pile } from './stack.ts';
import type { NotPromise } from './with.ts';

/**
 * Runs an async generator function in which `yield* enter(manager)` enters a manager: a block without nesting. When the
 * function is done, the managers are exited in reverse order, and are told how it ended.
 *
 * It equals nested blocks, but that it keeps the result where a manager swallowed an error of another one's teardown:
 *
 * ```ts no-run: the equivalent
 * await withAsync(first, (a) =>
 *   withAsync(second, async (b) => {
 *     // …
 *   }),
 * );
 * ```
 *
 * @param fn - the generator function; it has no arguments, and its `this` is to be bound. It yields nothing else
 * @returns what the function returned, or the fallback of a manager that suppressed its error
 * @throws TypeError if `fn` is no async generator function; and at a `yield` of anything else, in the function
 * @throws whatever entering, the function or exiting throws
 *
 * @example
 * ```ts
 * import { asyncContextManager, enter, scopeAsync } from 'withal';
 *
 * const log: string[] = [];
 *
 * const opened = asyncContextManager(async function* opened(name: string) {
 *   log.push(`open ${name}`);
 *   yield name.length;
 *   log.push(`close ${name}`);
 * });
 *
 * await scopeAsync(async function* () {
 *   const a = yield* enter(opened('a'));
 *   const bc = yield* enter(opened('bc'));
 *   return a + bc;
 * }); // => 3
 *
 * log; // => ['open a', 'open bc', 'close bc', 'close a']
 * ```
 */
export async function scopeAsync<Y extends EnterRequest<unknown, unknown> = never, R = unknown>(
  fn: (this: void) => AsyncGenerator<Y, R, void>,
): Promise<Awaited<R> | EnteredFallback<Y>>;
export async function scopeAsync(fn: unknown): Promise<unknown> {
  const steps = scoped(asyncForm, fn);
  let step = steps.next();
  while (!step.done) {
    try {
      step = steps.next(await step.value);
    } catch (error) {
      step = steps.throw(error);
    }
  }
  return step.value;
}

/**
 * {@link scopeAsync} for what is done when it returns.
 *
 * @param fn - the generator function; it has no arguments, and its `this` is to be bound. It yields nothing else
 * @returns what the function returned, or the fallback of a manager that suppressed its error
 * @throws TypeError if `fn` is no generator function; and at a `yield` of anything else, in the function
 * @throws TypeError if the function returns a promise; the managers are exited with that error, and can't suppress it
 * @throws whatever entering, the function or exiting throws
 *
 * @example
 * ```ts
 * import { closing, enter, scopeSync } from 'withal';
 *
 * const log: string[] = [];
 * const file = (text: string) => closing({ text, close: () => log.push(`close ${text}`) });
 *
 * scopeSync(function* () {
 *   const a = yield* enter(file('a'));
 *   const b = yield* enter(file('b'));
 *   return a.text + b.text;
 * }); // => 'ab'
 *
 * log; // => ['close b', 'close a']
 * ```
 */
export function scopeSync<Y extends EnterRequest<unknown, unknown> = never, R = unknown>(
  fn: (this: void) => Generator<Y, R & NotPromise<R>, void>,
): R | EnteredFallback<Y>;
export function scopeSync(fn: unknown): unknown {
  const steps = scoped(syncForm, fn);
  let step = steps.next();
  while (!step.done) step = steps.next(step.value);
  return step.value;
}

const asyncForm: Maker = {
  name: 'scopeAsync',
  other: 'scopeSync',
  syntax: 'async function*',
  kind: 'AsyncGeneratorFunction',
};

const syncForm: Maker = {
  name: 'scopeSync',
  other: 'scopeAsync',
  syntax: 'function*',
  kind: 'GeneratorFunction',
};

/** Both scopes: yields what the async one awaits. */
function* scoped(form: Maker, fn: unknown): Generator<unknown, unknown, unknown> {
  const generator = started(form, fn);
  const twin = twinOf(generator);
  const pile: Pile = { held: [] };
  let result: unknown;
  let thrown: Thrown | undefined;
  let refused: TypeError | undefined;
  try {
    result = yield* returned(form, twin, generator, pile);
    if (form === syncForm && isThenable(result)) throw (refused = refusal(result));
  } catch (error) {
    thrown = { error };
  }
  const step = (yield twin.unwind(pile, false, thrown, stepOf)) as Step;
  // A manager that suppresses can't make up for a function that is still running.
  if (refused) throw refused;
  return thrown ? step.value : result;
}

function started(form: Maker, fn: unknown): Resumable {
  const kind = kindOf(fn);
  // A compiler may have made a plain function of it.
  if (typeof fn !== 'function' || (kind !== form.kind && kind !== 'Function')) throw notScope(form, fn);
  const generator: unknown = fn();
  if (isGeneratorLike(generator, form === asyncForm)) return generator as Resumable;
  markHandled(generator);
  throw scopeReturned(form, generator, isEnterable(generator));
}

/** What the generator returns. A plain yield is an error there, and one more closes the generator. */
function* returned(
  { name }: Maker,
  { answer }: Twin,
  generator: Resumable,
  pile: Pile,
): Generator<unknown, unknown, unknown> {
  const step = (yield answer(generator, pile, (yield generator.next()) as Step, passed)) as Step;
  if (step.done) return step.value;
  markHandled(step.value);
  const error = plainYield(name, step.value, isEnterable(step.value));
  const last = (yield answer(generator, pile, (yield generator.throw(error)) as Step, passed)) as Step;
  if (last.done) return last.value;
  try {
    yield answer(generator, pile, ((yield generator.return?.()) ?? { done: true }) as Step, passed);
  } catch (closing) {
    throw keepBoth(closing, { error });
  }
  throw error;
}

function refusal(result: unknown): TypeError {
  markHandled(result);
  return scopeReturnedPromise(result);
}
