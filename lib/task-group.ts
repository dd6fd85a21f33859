import { assertBody, refuseGenerator } from './engine/body.ts';
import { isAbort } from './engine/is-abort.ts';
import { keepBoth } from './engine/join.ts';
import { makeAsyncManager } from './engine/manager.ts';
import { isUnknownOutcome } from './engine/outcome.ts';
import type { AsyncContextManager, Thrown } from './protocol.ts';
import { abortSource, reasonOf, type AbortSignalLike, type EnvironmentAbortSignal } from './support/abort.ts';
import { groupFinished, notTask, severalFailed } from './support/messages.ts';
import { onAbort } from './support/on-abort.ts';
import { signalOption } from './support/signal-option.ts';
import type { GivenAsync } from './support/slips.ts';

/** Options of {@link taskGroup}. */
export interface TaskGroupOptions {
  /** Aborts the group's signal too, with its own reason. */
  readonly signal?: EnvironmentAbortSignal | undefined;
}

/** What {@link taskGroup} passes to the block. Its methods don't need `this`. */
export interface TaskGroup {
  /** Aborts as soon as a task or the body fails, with that error. Pass it to anything that should stop then. */
  readonly signal: EnvironmentAbortSignal;
  /**
   * Starts a task, which the block waits for. The group sees its failure even if you never await the promise.
   *
   * @param task - gets the group's signal
   * @returns the task's result; if the signal has aborted, a promise that rejects with its reason, and the task doesn't
   *   run
   * @throws TypeError if `task` is not a function, or is a generator function
   * @throws ReferenceError if the group is over
   */
  start<R>(this: void, task: (signal: EnvironmentAbortSignal) => R & GivenAsync<Awaited<R>>): Promise<Awaited<R>>;
  /**
   * Aborts the signal, for when the group's work is done. That alone doesn't fail the block: to fail it, throw.
   *
   * @param reason - the signal's reason; an `AbortError` unless you give one
   */
  cancel(this: void, reason?: unknown): void;
}

/**
 * Returns a manager for a group of concurrent tasks that ends with the block, like asyncio's TaskGroup. The block is
 * over when all tasks are, even those started in the meantime. When a task or the body fails, the group's signal
 * aborts, no further task starts, and the group waits for the others.
 *
 * `Promise.all` rejects while its other promises still run; a group doesn't. Enter what the tasks use, such as a
 * transaction, before the group: then it exits when no task is running anymore, and sees their failure.
 *
 * For tasks that are known from the start, it's equivalent to this:
 *
 * ```ts no-run: the equivalent
 * const controller = new AbortController();
 * const running = tasks.map(async (task) => {
 *   try {
 *     return await task(controller.signal);
 *   } catch (error) {
 *     controller.abort(error);
 *     throw error;
 *   }
 * });
 * const failures = (await Promise.allSettled(running)).filter(({ status }) => status === 'rejected');
 * const errors = [...new Set(failures.map(({ reason }) => reason))].filter((error) => !onlySaysAborted(error));
 * if (errors.length > 0) throw errors.length > 1 ? new AggregateError(errors) : errors[0];
 * ```
 *
 * A failure fails the block even if the body caught it. A single failure is thrown as it is. Several are thrown as an
 * AggregateError, in the order in which they happened, each error once. An error that only says that the group was
 * aborted (the signal's reason, or an `AbortError` with no other cause) adds nothing, and is dropped.
 *
 * @param options - `signal`: aborts the group's signal too; if it has already aborted, entering fails
 * @returns a manager that you can use many times
 * @throws TypeError if `signal` is not an `AbortSignal`
 * @throws the failure of a task or of the body, from the block; or an AggregateError of several
 * @throws the reason of the outer `signal`, from the block, if it stopped a task or the body; and the
 *   reason of `cancel()`, if the body fails because of it
 *
 * @example
 * ```ts
 * import { setTimeout as sleep } from 'node:timers/promises';
 * import { taskGroup, withAsync } from 'withal';
 *
 * const log: string[] = [];
 *
 * await withAsync(taskGroup(), async ({ start }) => {
 *   const [a, b] = [start(() => sleep(2, 20)), start(() => sleep(1, 22))];
 *   return (await a) + (await b);
 * }); // => 42
 *
 * const failing = withAsync(taskGroup(), ({ start }) => {
 *   start(async (signal) => {
 *     await sleep(1000, undefined, { signal }).catch(() => log.push('stopped'));
 *   });
 *   start(async () => { throw new RangeError('no'); });
 * });
 *
 * await failing; // throws RangeError: no
 * log; // => ['stopped']
 * ```
 */
export function taskGroup(options?: TaskGroupOptions): AsyncContextManager<TaskGroup>;
export function taskGroup(options: unknown = {}): AsyncContextManager<TaskGroup> {
  const signal = signalOption(options, 'taskGroup()', 'taskGroup({ signal })');
  return makeAsyncManager(taskGroupRun, undefined, [signal]) as AsyncContextManager<TaskGroup>;
}

/** The group itself keeps the failures; errors that add nothing are dropped on purpose. */
const { taskGroup: taskGroupRun } = {
  taskGroup: (signal: AbortSignalLike | undefined) => Object.assign(runGroup(signal), { throwsAsIs: true as const }),
};

async function* runGroup(outer: AbortSignalLike | undefined): AsyncGenerator<TaskGroup, void, void> {
  if (outer?.aborted) throw reasonOf(outer);
  const tasks = new Tasks();
  const unfollow = outer && onAbort(outer, () => tasks.stop(reasonOf(outer)));
  let thrown: Thrown | undefined;
  try {
    yield tasks.group;
  } catch (error) {
    thrown = { error };
    tasks.failBody(thrown);
  }
  await tasks.finish();
  unfollow?.();
  tasks.conclude(thrown);
}

type Task = (signal: EnvironmentAbortSignal) => unknown;

/** The tasks of one block, and their failures. */
class Tasks {
  readonly group: TaskGroup;
  private readonly source = abortSource();
  private readonly running = new Set<Promise<unknown>>();
  private readonly failures = new Set<unknown>();
  /** Why the outer signal aborted, if it was the first to end the group. */
  private stopped: Thrown | undefined;
  private isCanceled = false;
  /** Whether something did not finish, or did not start, only because the group was aborted. */
  private isCutShort = false;
  private isFinished = false;

  constructor() {
    this.group = {
      signal: this.source.signal,
      start: ((task: unknown) => this.start(task)) as TaskGroup['start'],
      cancel: (reason) => this.cancel(reason),
    };
  }

  private start(task: unknown): Promise<unknown> {
    if (this.isFinished) throw groupFinished(task);
    if (typeof task !== 'function') throw notTask(task);
    assertBody('start()', task);
    const { signal } = this.source;
    const promise = signal.aborted ? this.refuse() : this.run(task);
    const forget = () => this.running.delete(promise);
    this.running.add(promise);
    // The group handles a failure, so you don't have to await the promise.
    promise.then(forget, forget);
    return promise;
  }

  private async run(task: Task): Promise<unknown> {
    try {
      const result = await task(this.source.signal);
      const refused = refuseGenerator('start()', result);
      if (refused) throw refused;
      return result;
    } catch (error) {
      this.fail(error);
      throw error;
    }
  }

  private async refuse(): Promise<never> {
    this.isCutShort ||= !this.isCanceled;
    throw reasonOf(this.source.signal);
  }

  private cancel(reason: unknown): void {
    this.isCanceled ||= !this.source.signal.aborted;
    this.source.abort(reason);
  }

  /** The outer signal has aborted. */
  stop(reason: unknown): void {
    if (!this.source.signal.aborted) this.stopped = { error: reason };
    this.source.abort(reason);
  }

  failBody(thrown: Thrown): void {
    // An unknown outcome stops the tasks, but isn't their failure, and never leaves the block.
    if (isUnknownOutcome(thrown)) this.source.abort(thrown.error);
    // After cancel(), the tasks no longer matter; but the body still gives the block its value.
    else if (this.addsNothing(thrown.error)) this.isCutShort = true;
  }

  private fail(error: unknown): void {
    if (this.addsNothing(error)) this.isCutShort ||= !this.isCanceled;
  }

  /** Records a failure; returns whether it only says that the group was aborted. */
  private addsNothing(error: unknown): boolean {
    const { source, failures } = this;
    const { signal } = source;
    if (signal.aborted && isAbort(error, { reason: reasonOf(signal) })) return true;
    failures.add(error);
    source.abort(error);
    return false;
  }

  /** Waits for all tasks, including those that they start. */
  async finish(): Promise<void> {
    while (this.running.size > 0) await Promise.allSettled(this.running);
    this.isFinished = true;
  }

  /** Throws the failures, or the reason why something was cut short. */
  conclude(thrown: Thrown | undefined): void {
    const { stopped, isCutShort, source } = this;
    const failures = [...this.failures];
    if (failures.length > 0) throw keepBoth(failures.length > 1 ? severalFailed(failures) : failures[0], stopped);
    if (isCutShort) throw reasonOf(source.signal);
    if (thrown) throw thrown.error;
  }
}
