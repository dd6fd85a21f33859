import { AsyncExitStack, type AsyncEnterable, type Thrown } from '../index.ts';
import { describe, isObject } from '../support/describe.ts';
import { notRunner } from './messages.ts';
import { failureOf, isVitestContext } from './runner/running-test.ts';
import type { ValueOf } from './kit/setting.ts';

/** The part of `node:test`'s test context that {@link entered} needs. */
export interface NodeTestContext {
  /** Calls the hook after the test. */
  after(hook: () => Promise<void>): void;
}

/** The part of Vitest's test context that {@link entered} needs. */
export interface VitestTestContext {
  /** Calls the hook after the test. */
  onTestFinished(hook: () => Promise<void>): void;
}

/**
 * Enters a manager in a test of `node:test` or Vitest, and exits it after the test. The rest of the test is the
 * manager's block: the manager sees how the test failed.
 *
 * For several managers in one test of `node:test`, it's equivalent to this:
 *
 * ```ts no-run: the equivalent
 * const stack = new AsyncExitStack();
 * t.after(() => stack.exitAsync(t.passed ? undefined : { error: t.error.cause }));
 * const db = await stack.enterContext(database());
 * const tx = await stack.enterContext(transaction(db));
 * ```
 *
 * The managers of a test exit in reverse order; if one fails, the others still exit.
 *
 * @param t - the context of the test; in Vitest, `{ task, onTestFinished }` from it will do
 * @param manager - whatever `withAsync` takes
 * @returns the manager's value
 * @throws TypeError if `t` comes from another runner, or if `manager` can't be entered
 * @throws whatever entering throws
 *
 * @example
 * ```ts no-run: it takes a test runner
 * import test from 'node:test';
 * import { entered } from 'withal/testing';
 *
 * test('inserts', async (t) => {
 *   const db = await entered(t, database());
 *   const tx = await entered(t, transaction(db));
 *   await tx.query('INSERT …');
 * });
 * ```
 */
export async function entered<M extends AsyncEnterable>(
  t: NodeTestContext | VitestTestContext,
  manager: M,
): Promise<ValueOf<M>>;
export async function entered(t: unknown, manager: AsyncEnterable): Promise<unknown> {
  return stackOf(t).enterContext(manager);
}

/**
 * The managers of each test. A single hook exits them all, because node:test calls hooks in order, and stops at a
 * failed one.
 */
const stacks = new WeakMap<object, AsyncExitStack<unknown>>();

function stackOf(t: unknown): AsyncExitStack<unknown> {
  const known = isObject(t) ? stacks.get(t) : undefined;
  if (known) return known;
  const stack = new AsyncExitStack<unknown>();
  if (isVitestContext(t)) {
    const failure = failureOf(t.task);
    t.onTestFinished(async () => {
      // A retried test has the same context.
      stacks.delete(t);
      await stack.exitAsync(failure());
    });
  } else if (isNodeContext(t)) {
    t.after(() => exitOf(t, stack));
  } else {
    throw notRunner('entered()', 'the context of node:test or Vitest');
  }
  stacks.set(t, stack);
  return stack;
}

interface NodeContext extends NodeTestContext {
  readonly passed?: boolean;
  readonly error?: { readonly cause?: unknown; readonly failureType?: unknown } | null;
  diagnostic?(message: string): void;
}

function isNodeContext(value: unknown): value is NodeContext {
  return isObject(value) && typeof value['after'] === 'function';
}

async function exitOf(t: NodeContext, stack: AsyncExitStack<unknown>): Promise<void> {
  // In other runtimes, node:test may not say.
  if (t.passed === undefined) return stack.disposeAsync();
  const thrown = t.passed ? undefined : thrownBy(t);
  try {
    await stack.exitAsync(thrown);
  } catch (error) {
    // For a failed test, node:test shows only the test's own error.
    if (thrown) t.diagnostic?.(`The teardown failed too: ${describe(error)}`);
    throw error;
  }
}

/** The runner wraps a test's error in its own. If the test took too long, there is only the runner's error. */
function thrownBy({ error }: NodeContext): Thrown {
  return { error: error?.failureType === 'testCodeFailure' ? error.cause : error };
}
