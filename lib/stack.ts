import { leave, type Entry, type stopAsync, type stopSync, type Step, type SyncEntry } from './entry.ts';
import { isUnknownOutcome, keepBoth, suppressing, unknownOutcome, withoutOutcome } from './errors.ts';
import { notDisposable, notExit, notFunction, outcomeNotSaid } from './messages.ts';
import type { AnsweredValue, ExitAnswer, Suppressed, Thrown } from './protocol.ts';
import type { asyncDispose, dispose } from './symbols.ts';

/** What an exit suppresses with. */
export type ExitFallback<E> = E extends { exitAsync(thrown?: Thrown): infer Answer }
  ? AnsweredValue<Awaited<Answer>>
  : E extends { exit(thrown?: Thrown): infer Answer }
    ? AnsweredValue<Awaited<Answer>>
    : never;

/** Refuses a manager that may suppress on a stack that is not declared to, in the words that the compiler then shows. */
export type Declared<Given, F> = [Given] extends [F]
  ? unknown
  : 'it may suppress: declare what the block gives then, as in new AsyncExitStack<undefined>()';

/** What a stack has to undo: a manager; a disposal or a callback; or nothing but an await, for `use(null)`. */
export interface Held {
  readonly entry?: Entry;
  readonly manager?: unknown;
  readonly disposal?: () => unknown;
  /** Where the entry has been told of the outcome: goes on with its exit. */
  readonly exit?: (thrown: Thrown | undefined) => unknown;
}

/** What `move()` hands over. */
export interface Pile {
  readonly held: Held[];
  /** Entries that have not settled yet. */
  readonly pending?: Set<Promise<unknown>>;
  isUnwound?: true;
}

export interface Unwound {
  readonly thrown: Thrown | undefined;
  readonly fallback: Suppressed<unknown> | undefined;
}

/** One unwinding for both kinds of stack. It yields what an async stack awaits, and is sent what came of that. */
export function* unwinding(
  pile: Pile,
  stop: typeof stopAsync | typeof stopSync,
  isUnknown: boolean,
  given: Thrown | undefined,
): Generator<unknown, Unwound, unknown> {
  while (pile.pending?.size) yield Promise.allSettled(pile.pending);
  // A stack on another stack may be told that the outcome is unknown: here too nobody can suppress that.
  let unknown = given && isUnknownOutcome(given) ? given : undefined;
  let thrown = unknown ? undefined : given;
  let fallback: Suppressed<unknown> | undefined;
  let isAwaited = false;
  let isAwaitOwed = false;
  pile.isUnwound = true;
  for (let item = pile.held.pop(); item; item = pile.held.pop()) {
    const { entry, manager, disposal, exit } = item;
    try {
      if (entry) {
        // Made only for a manager: what TC39's stacks can hold notices nothing of it.
        if (isUnknown) unknown ??= unknownOutcome(outcomeNotSaid());
        const told = thrown ?? unknown;
        let step = (yield exit ? exit(thrown) : leave(entry, told)) as Step;
        if (!step.done) step = (yield stop(entry as SyncEntry, manager, step, thrown, told)) as Step;
        if (thrown) [fallback, thrown] = [{ value: step.value }, undefined];
      } else if (disposal) {
        const reply = disposal();
        isAwaited = true;
        yield reply;
      } else {
        isAwaitOwed = true;
      }
    } catch (error) {
      // An error that only passes is not looked through at each manager.
      if (entry && thrown && Object.is(error, thrown.error)) continue;
      const left = unknown ? withoutOutcome(error, unknown.error) : { error };
      if (left) thrown = { error: joined(entry, left.error, thrown) };
    }
  }
  // TC39's stack awaits once for `use(null)`, unless it awaited something else.
  if (isAwaitOwed && !isAwaited) yield undefined;
  return { thrown, fallback };
}

/** Takes the steps in turn, awaiting what each yields. */
export async function runAsync<T, R>(steps: Generator<unknown, T, unknown>, conclude: (result: T) => R): Promise<R> {
  let step = steps.next();
  while (!step.done) {
    try {
      step = steps.next(await step.value);
    } catch (error) {
      step = steps.throw(error);
    }
  }
  return conclude(step.value);
}

/** {@link runAsync} where nothing is to be awaited. */
export function runSync<T, R>(steps: Generator<unknown, T, unknown>, conclude: (result: T) => R): R {
  let step = steps.next();
  while (!step.done) step = steps.next(step.value);
  return conclude(step.value);
}

/** What to throw on where an exit or a disposal threw the error. */
function joined(entry: Entry | undefined, error: unknown, thrown: Thrown | undefined): unknown {
  if (!entry) return suppressing(error, thrown);
  return entry.keepsErrors ? error : keepBoth(error, thrown);
}

export function exitFunction(exit: unknown): (thrown?: Thrown) => unknown {
  if (typeof exit !== 'function') throw notExit(exit);
  return exit as (thrown?: Thrown) => unknown;
}

export function concluded({ thrown }: Unwound): void {
  if (thrown) throw thrown.error;
}

export function answered({ thrown, fallback }: Unwound, given: Thrown | undefined): ExitAnswer<unknown> {
  if (thrown && given && Object.is(thrown.error, given.error)) return false;
  if (thrown) throw thrown.error;
  return given && fallback;
}

export function refuse(value: unknown): never {
  throw notDisposable(value);
}

/** As with `using`, null and undefined stand for no resource. */
export function isMissing(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

export function assertFunction(method: string, given: unknown): void {
  if (typeof given !== 'function') throw notFunction(method, given);
}

/** As TC39 has it: a method that is null is none, one that is no function is refused. */
export function disposalOf(value: object, key: typeof dispose | typeof asyncDispose): (() => unknown) | undefined {
  if (Object(value) !== value) return undefined;
  const method = (value as Record<PropertyKey, unknown>)[key];
  if (method === undefined || method === null) return undefined;
  if (typeof method !== 'function') throw notDisposable(value);
  return () => method.call(value) as unknown;
}
