import { makeAsyncManager, type StartRun } from './engine/manager.ts';
import { answer, type Request, type Run, type Step } from './engine/run.ts';
import { takeSnapshot, type Within } from './engine/snapshot.ts';
import { Watched } from './engine/watched.ts';
import type { AsyncContextManager, Thrown } from './protocol.ts';
import { markHandled } from './support/describe.ts';
import { isPending } from './support/is-pending.ts';
import { calledBackAgain, didNotCallBack, didNotWait, notSurround } from './support/messages.ts';

/**
 * The callback that {@link fromCallback} passes to an API. Its promise settles when the block is over: it rejects with
 * the block's error, and resolves if the block succeeded.
 *
 * @typeParam T - what the API passes to the callback
 */
export type SurroundedBody<T> = [T] extends [undefined] ? () => Promise<void> : (value: T) => Promise<void>;

/**
 * Turns any API that wraps a callback into a manager: an ORM's transaction, a lock, a span, a context. Entering the
 * manager calls the API; the block is the callback.
 *
 * `withAsync(fromCallback((callback) => api(callback)), body)` is equivalent to `api(body)`, except that it returns the
 * body's result:
 *
 * ```ts no-run: the equivalent
 * let result;
 * await api(async (value) => {
 *   result = await body(value);
 * });
 * return result;
 * ```
 *
 * What the API does with the callback's promise is the exit. If it passes the block's error on, the block rejects with
 * that error. If it swallows the error, the manager suppresses it. If the API itself fails, the block rejects with the
 * API's error as soon as the body is done, and keeps both errors.
 *
 * The ambient context that the API sets (`AsyncLocalStorage`, an active span) reaches the body of `withAsync`,
 * decorated functions, and the setup and teardown of whatever the same generator or scope enters later. It doesn't
 * reach the code of decorated generators, code after `stack.enterContext()`, entries by hand, or `all` with
 * `{ concurrent: true }`.
 *
 * @typeParam T - what the API passes to the callback; `undefined` if it passes nothing
 * @param surround - calls the API with the callback that it gets, and returns the API's promise. If the function has a
 *   name, messages and reports call the manager by it
 * @returns a manager that you can use as often as the API
 * @throws TypeError if `surround` is not a function
 * @throws ContextManagerError `ERR_DID_NOT_YIELD` from the block, if the API ends without calling back
 * @throws ContextManagerError `ERR_OUTCOME_UNKNOWN` from the block, if the API ends before the block is over
 * @throws whatever the API throws, from the block
 *
 * @example
 * ```ts
 * import { AsyncLocalStorage } from 'node:async_hooks';
 * import { fromCallback, withAsync } from 'withal';
 *
 * const requestId = new AsyncLocalStorage<string>();
 * const withRequestId = (id: string) => fromCallback((body) => requestId.run(id, body));
 *
 * await withAsync(withRequestId('a1'), async () => requestId.getStore()); // => 'a1'
 * ```
 */
export function fromCallback<T = undefined>(surround: (body: SurroundedBody<T>) => unknown): AsyncContextManager<T>;
export function fromCallback(surround: unknown): AsyncContextManager<unknown> {
  if (typeof surround !== 'function') throw notSurround(surround);
  return makeAsyncManager(starting(nameOf(surround)), undefined, [surround]) as AsyncContextManager<unknown>;
}

type Surround = (body: (value?: unknown) => Promise<void>) => unknown;

/** A proxy may have anything for a name. */
function nameOf({ name }: { readonly name: unknown }): string {
  return (typeof name === 'string' && name) || 'fromCallback';
}

/** A function with the name that messages and reports use for the manager. */
function starting(name: string): StartRun {
  const { [name]: start } = { [name]: (surround: Surround) => new CallbackRun(surround) };
  return start as StartRun;
}

/**
 * One call of the API. It first yields a request and answers that itself, because drivers look for an ambient context
 * only in a run that answers a request; so other runs don't pay for it.
 */
class CallbackRun implements Run, Request {
  within: Within | undefined;
  private readonly surround: Surround;
  private readonly block = new Watched<void>();
  private isCallable = true;
  private isCalled = false;
  private isEntered = false;
  private entered: Promise<Step> | undefined;
  private outcome: Thrown | undefined;
  /** The API's promise. */
  private ended: Promise<unknown> | undefined;

  constructor(surround: Surround) {
    this.surround = surround;
  }

  [answer](): this {
    return this;
  }

  next(): Step | Promise<Step> {
    if (!this.entered) {
      // In the caller's tick, as any setup begins.
      this.entered = this.enter();
      markHandled(this.entered);
      return { done: false, value: this };
    }
    if (this.isEntered) return this.exit(undefined);
    this.isEntered = true;
    return this.entered;
  }

  throw(error: unknown): Promise<Step> {
    return this.exit({ error });
  }

  private enter(): Promise<Step> {
    return new Promise((resolve, reject) => {
      const callBack = (value: unknown): Promise<void> => {
        if (!this.isCallable) return Promise.reject(calledBackAgain(this.isCalled, this.outcome));
        this.isCallable = false;
        this.isCalled = true;
        this.within = takeSnapshot();
        resolve({ done: false, value });
        return this.block.promise;
      };
      this.ended = call(this.surround, callBack);
      // This also handles a rejection while the body runs, while nothing awaits it.
      this.ended
        .finally(() => {
          this.isCallable = false;
        })
        .then(() => {
          // An error that is never seen would take a third of the time of an entry.
          if (!this.isCalled) reject(didNotCallBack());
        }, reject);
    });
  }

  private async exit(outcome: Thrown | undefined): Promise<Step> {
    const { block } = this;
    const isEarly = !(await isPending(this.ended));
    this.outcome = outcome;
    if (outcome) block.reject(outcome.error);
    else block.resolve();
    const { isAwaited } = block;
    // If the API ignores the promise, the block's error must not become an unhandled rejection.
    block.quiet();
    await this.ended;
    // An API that didn't wait for the block can neither have handled its error nor seen its success.
    if (outcome && (isEarly || !isAwaited)) throw outcome.error;
    if (isEarly) throw didNotWait();
    return { done: true, value: undefined };
  }
}

async function call(surround: Surround, callBack: (value: unknown) => Promise<void>): Promise<unknown> {
  return surround(callBack);
}
