import { isThenable, markHandled } from './describe.ts';
import { leave, stopAsync, stopSync, type Entry, type Step, type SyncEntry } from './entry.ts';
import { isUnknownOutcome, keepBoth, suppressing, withoutOutcome } from './errors.ts';
import { completedWithPromise, notDisposable, notExit, notFunction, outcomeNotSaid } from './messages.ts';
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

/** What has not settled is no result, in the words that the compiler then shows. */
export type Unsettled<T> = 0 extends 1 & T ? T : 'the block has not succeeded yet: complete(await …)';

/** What a stack has to undo: a manager; a disposal or a callback; or nothing but an await, for `use(null)`. */
export interface Held {
  readonly entry?: Entry;
  readonly manager?: unknown;
  readonly disposal?: () => unknown;
  /** Where the entry has been told of the outcome: goes on with its exit. */
  readonly exit?: (thrown: Thrown | undefined) => Step | Promise<Step>;
}

/** What a stack or a composition has to undo; it is what `move()` hands over. */
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

/** Undoes what is on the pile, in reverse order; awaits what TC39's async stack awaits, and as often. */
export async function unwindAsync<R>(
  pile: Pile,
  isUnknown: boolean,
  given: Thrown | undefined,
  conclude: (unwound: Unwound, given: Thrown | undefined) => R,
): Promise<R> {
  while (pile.pending?.size) await Promise.allSettled(pile.pending);
  const unwinding = new Unwinding(pile, isUnknown, given);
  let isAwaited = false;
  let isAwaitOwed = false;
  for (let item = pile.held.pop(); item; item = pile.held.pop()) {
    const { entry, manager, disposal, exit } = item;
    try {
      if (entry) {
        const told = unwinding.told();
        let step = await (exit ? exit(unwinding.thrown) : leave(entry, told));
        if (!step.done) step = await stopAsync(entry, manager, step, unwinding.thrown, told);
        unwinding.exited(step);
      } else if (disposal) {
        const reply = disposal();
        isAwaited = true;
        await reply;
      } else {
        isAwaitOwed = true;
      }
    } catch (error) {
      unwinding.failed(entry, error);
    }
  }
  // TC39's stack awaits once for `use(null)`, unless it awaited something else.
  if (isAwaitOwed && !isAwaited) await Promise.resolve();
  return conclude(unwinding, given);
}

/** {@link unwindAsync} where nothing is to be awaited. */
export function unwindSync<R>(
  pile: Pile,
  isUnknown: boolean,
  given: Thrown | undefined,
  conclude: (unwound: Unwound, given: Thrown | undefined) => R,
): R {
  const unwinding = new Unwinding(pile, isUnknown, given);
  for (let item = pile.held.pop(); item; item = pile.held.pop()) {
    const { entry, manager, disposal, exit } = item;
    try {
      if (entry) {
        const told = unwinding.told();
        let step = (exit ? exit(unwinding.thrown) : leave(entry, told)) as Step;
        if (!step.done) step = stopSync(entry as SyncEntry, manager, step, unwinding.thrown, told);
        unwinding.exited(step);
      } else {
        disposal?.();
      }
    } catch (error) {
      unwinding.failed(entry, error);
    }
  }
  return conclude(unwinding, given);
}

/** What all unwindings share: who is told what, and what came of it. */
export class Unwinding implements Unwound {
  thrown: Thrown | undefined;
  fallback: Suppressed<unknown> | undefined;
  private unknown: Thrown | undefined;
  private readonly isUnknown: boolean;

  constructor(pile: Pile, isUnknown: boolean, given: Thrown | undefined) {
    pile.isUnwound = true;
    this.isUnknown = isUnknown;
    // A stack on another stack may be told that the outcome is unknown: here too nobody can suppress that.
    this.unknown = given && isUnknownOutcome(given) ? given : undefined;
    this.thrown = this.unknown ? undefined : given;
    this.fallback = undefined;
  }

  /** What a manager is told: made only for one, so that what TC39's stacks can hold notices nothing of it. */
  told(): Thrown | undefined {
    if (this.isUnknown) this.unknown ??= { error: outcomeNotSaid() };
    return this.thrown ?? this.unknown;
  }

  exited(step: Step): void {
    if (!this.thrown) return;
    this.fallback = { value: step.value };
    this.thrown = undefined;
  }

  failed(entry: Entry | undefined, error: unknown): void {
    const { thrown, unknown } = this;
    // An error that only passes is not looked through at each manager.
    if (entry && thrown && Object.is(error, thrown.error)) return;
    const left = unknown ? withoutOutcome(error, unknown.error) : { error };
    if (left) this.thrown = { error: joined(entry, left.error, thrown) };
  }
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

/** A promise may still reject, and its block has not succeeded then. */
export function assertSettled(result: unknown): void {
  if (!isThenable(result)) return;
  markHandled(result);
  throw completedWithPromise(result);
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
