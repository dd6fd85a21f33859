import { isError, isObject } from '../../support/describe.ts';
import type { Thrown } from '../../index.ts';

/** A running test, as its runner shows it to fixtures and hooks. */
export interface RunningTest {
  /** How the test has failed since this object was made, if it has. */
  failure(): Thrown | undefined;
  /** Reports an error of a teardown. */
  report(error: unknown): void;
  /** Identifies the test, and stays the same on a retry. */
  readonly key: unknown;
}

/** A test of Vitest, or of Playwright. */
export function runningTest(context: unknown, info: unknown): RunningTest | undefined {
  if (isPlaywrightTest(info)) return playwrightTest(info);
  return isVitestContext(context) ? vitestTest(context) : undefined;
}

// Vitest

export interface VitestContext {
  readonly task: { readonly result?: { readonly errors?: readonly unknown[] | undefined } | undefined };
  onTestFinished(hook: () => void | Promise<void>): void;
}

export function isVitestContext(value: unknown): value is VitestContext {
  return isObject(value) && isObject(value['task']) && typeof value['onTestFinished'] === 'function';
}

/** What the teardowns of each test threw. */
const collected = new WeakMap<object, unknown[]>();

function vitestTest(context: VitestContext): RunningTest {
  const { task } = context;
  const errors = collected.get(task) ?? [];
  if (!collected.has(task)) {
    collected.set(task, errors);
    // If a fixture threw the error, it would be reported twice, and leave earlier fixtures open.
    context.onTestFinished(() => {
      collected.delete(task);
      throwAll(errors, 'Several fixtures failed to tear down.');
    });
  }
  return { failure: failureOf(task, errors), report: (error) => void errors.push(error), key: task };
}

/**
 * A retried test keeps the errors of earlier attempts. If the teardown of a fixture throws, that is a failure for the
 * fixtures that it needed.
 */
export function failureOf(task: VitestContext['task'], collected: readonly unknown[] = []): () => Thrown | undefined {
  const before = task.result?.errors?.length ?? 0;
  return firstOf(() => [...(task.result?.errors?.slice(before) ?? []), ...collected]);
}

// Playwright

interface PlaywrightTest {
  readonly testId: unknown;
  readonly errors: readonly unknown[];
}

function isPlaywrightTest(value: unknown): value is PlaywrightTest {
  return isObject(value) && 'testId' in value && Array.isArray(value['errors']);
}

function playwrightTest(info: PlaywrightTest): RunningTest {
  return {
    failure: firstOf(() => info.errors),
    // Playwright tears down the other fixtures anyway.
    report(error) {
      throw error;
    },
    key: info.testId,
  };
}

/** The first error that a runner has; always the same object, because a manager may rethrow it. */
function firstOf(errors: () => readonly unknown[]): () => Thrown | undefined {
  let first: Thrown | undefined;
  return () => {
    const found = errors();
    if (found.length > 0) first ??= { error: asThrown(found[0]) };
    return first;
  };
}

/** Runners hand out copies of errors. A manager may ask for an Error. */
function asThrown(copy: unknown): unknown {
  if (isError(copy) || !isObject(copy)) return copy;
  // Playwright's field for a thrown value that isn't an error.
  const { message = copy['value'], stack, cause, name } = copy;
  const error = new Error(plain(String(message)), cause === undefined ? undefined : { cause: asThrown(cause) });
  for (const [key, value] of Object.entries({ stack, name }))
    if (typeof value === 'string') Object.defineProperty(error, key, { value, writable: true, configurable: true });
  return error;
}

/** Playwright writes the name of an error in front of its message, in color. */
function plain(message: string): string {
  const escape = '\u001b';
  return message.replace(new RegExp(`${escape}\\[[\\d;]*m`, 'g'), '').replace(/^Error: /, '');
}

/** Throws the errors: one as it is, several as one. */
export function throwAll(errors: readonly unknown[], message: string): void {
  if (errors.length > 1) throw new AggregateError(errors, message);
  if (errors.length > 0) throw errors[0];
}
