import type { AnsweredValue, ExitAnswer, Thrown } from '../protocol.ts';
import { isThenable, markHandled } from '../support/describe.ts';
import { completedTooEarly, notDisposable, notExit, notFunction } from '../support/messages.ts';
import type { asyncDispose, dispose } from '../support/symbols.ts';
import { isUnrun } from './body.ts';
import type { Unwound } from './unwind.ts';

/** The fallback of an exit. */
export type ExitFallback<E> = E extends { exitAsync(thrown?: Thrown): infer Answer }
  ? AnsweredValue<Awaited<Answer>>
  : E extends { exit(thrown?: Thrown): infer Answer }
    ? AnsweredValue<Awaited<Answer>>
    : never;

/** A compile error for a manager that may suppress, on a stack that doesn't declare it. */
export type Allowed<Given, F, Stack extends string, Taken = unknown> = [Given] extends [F]
  ? Taken
  : `It may suppress. Declare the fallback, as in new ${Stack}<undefined>().`;

/** A compile error for a result that hasn't settled. */
export type Unsettled<T> = 0 extends 1 & T ? T : 'The block has not succeeded yet: write complete(await …).';

/** Throws what an unwinding ended with, for a stack that is disposed. */
export function throwAny({ thrown }: Unwound): void {
  if (thrown) throw thrown.error;
}

/** Answers as `exit` does, for a stack that is exited. */
export function answerExit({ thrown, fallback }: Unwound, given: Thrown | undefined): ExitAnswer<unknown> {
  if (thrown && given && Object.is(thrown.error, given.error)) return false;
  if (thrown) throw thrown.error;
  return given && fallback;
}

export function exitFunction(exit: unknown): (thrown?: Thrown) => unknown {
  if (typeof exit !== 'function') throw notExit(exit);
  return exit as (thrown?: Thrown) => unknown;
}

export function refuse(value: unknown): never {
  throw notDisposable(value);
}

/** A promise may still reject, and a generator hasn't run: the block hasn't succeeded yet. */
export function assertSettled(result: unknown): void {
  if (!isThenable(result) && !isUnrun(result)) return;
  markHandled(result);
  throw completedTooEarly(result);
}

/** As with `using`, null and undefined stand for no resource. */
export function isMissing(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

export function assertFunction(method: string, given: unknown): void {
  if (typeof given !== 'function') throw notFunction(method, given);
}

/** As in TC39: null counts as missing, and anything else that can't be called is refused. */
export function disposalOf(value: object, key: typeof dispose | typeof asyncDispose): (() => unknown) | undefined {
  if (Object(value) !== value) return undefined;
  const method = (value as Record<PropertyKey, unknown>)[key];
  if (method === undefined || method === null) return undefined;
  if (typeof method !== 'function') throw notDisposable(value);
  return () => method.call(value) as unknown;
}
