import { asyncForm, type AsyncDecorated } from './async-context-decorator.ts';
import { syncForm, type Decorated } from './context-decorator.ts';
import { assertBody } from './engine/body.ts';
import { decorate, type Fixed, type LegacyDecorated, type Method, type TakesArguments } from './engine/decorate.ts';
import { resultForm, runAsync, runSync, type Failed } from './engine/result.ts';
import { asyncScope, startScope, syncScope } from './engine/scope.ts';
import type { EnteredFallback, EnterRequest } from './enter.ts';
import type { AsyncEnterable, Enterable, Entered, EnteredSync, Fallback, FallbackSync, Thrown } from './protocol.ts';
import { scopeAsync } from './scope-async.ts';
import { scopeSync } from './scope-sync.ts';
import { notFailed } from './support/messages.ts';
import { withSignatureOf } from './support/signature.ts';
import type { OnlyRequests, TakenAsync, TakenSync } from './support/slips.ts';
import { withAsync } from './with-async.ts';
import { withSync } from './with-sync.ts';

/**
 * The drivers for bodies that return a Result.
 *
 * @typeParam Result - any Result in the codebase
 */
export interface ResultBlocks<Result> {
  /** {@link withAsync} for a body that returns a Result, or a promise of one. */
  withAsync<M extends TakenAsync<M>, R extends Later<Result>>(
    this: void,
    manager: M,
    body: (value: Entered<M>) => R,
  ): Promise<Awaited<R> | Awaited<Fallback<M>>>;
  /** {@link withSync} for a body that returns a Result. */
  withSync<M extends TakenSync<M, 'withAsync()'>, R extends Result>(
    this: void,
    manager: M,
    body: (value: EnteredSync<M>) => R,
  ): R | FallbackSync<M>;
  /** {@link scopeAsync} for a function that returns a Result. */
  scopeAsync<Args extends unknown[], Y, R extends Later<Result>>(
    this: void,
    fn: (this: void, ...args: Args) => AsyncGenerator<OnlyRequests<Y, EnterRequest<unknown, unknown>>, R, void>,
    ...args: Args
  ): Promise<Awaited<R> | EnteredFallback<Y>>;
  /** {@link scopeSync} for a function that returns a Result. */
  scopeSync<Args extends unknown[], Y, R extends Result>(
    this: void,
    fn: (this: void, ...args: Args) => Generator<OnlyRequests<Y, EnterRequest<unknown, unknown>>, R, void>,
    ...args: Args
  ): R | EnteredFallback<Y>;
  /** {@link asyncContextDecorator} for functions that return a Result, and generators that end with one. */
  asyncContextDecorator<This, Args extends unknown[], M extends AsyncEnterable>(
    this: void,
    manager: (this: This, ...args: Args) => M,
  ): AsyncResultDecorator<Result, M, This, Args>;
  /** {@link asyncContextDecorator} with one manager for all calls. */
  asyncContextDecorator<M extends AsyncEnterable>(this: void, manager: M): AsyncResultDecorator<Result, M, unknown, []>;
  /** {@link contextDecorator} for functions that return a Result, and generators that end with one. */
  contextDecorator<This, Args extends unknown[], M extends Enterable>(
    this: void,
    manager: (this: This, ...args: Args) => M,
  ): ResultDecorator<Result, M, This, Args>;
  /** {@link contextDecorator} with one manager for all calls. */
  contextDecorator<M extends Enterable>(this: void, manager: M): ResultDecorator<Result, M, unknown, []>;
}

/**
 * A Result, now or later. neverthrow's promise-like has a `then` that does less than a promise's.
 *
 * @typeParam Result - any Result in the codebase
 */
export type Later<Result> = Result | PromiseLike<Result> | { then(onfulfilled: (value: Result) => unknown): unknown };

/** What a function may return if `asyncContextDecorator` wraps it. */
type ReturnedAsync<Result> = ReturnedSync<Result> | Later<Result> | AsyncGenerator<unknown, Result, never>;

/** What a function may return if `contextDecorator` wraps it. */
type ReturnedSync<Result> = Result | Generator<unknown, Result, never>;

/** A compile error for a method that returns something else. */
type GivesResult<F extends Method, Given> = [ReturnType<F>] extends [Given] ? unknown : 'It must return a Result.';

/**
 * {@link AsyncContextDecorator} for functions that return a Result.
 *
 * @typeParam Result - any Result in the codebase
 * @typeParam M - the manager
 * @typeParam This - the `this` that the manager needs
 * @typeParam Args - the arguments that the manager needs
 */
export interface AsyncResultDecorator<Result, M, This, Args extends unknown[]> {
  /** Wraps a function, or decorates a method as a standard (TC39) decorator. */
  <T extends This, A extends [...Args, ...unknown[]], R extends ReturnedAsync<Result>>(
    fn: (this: T, ...args: A) => R,
    context?: ClassMethodDecoratorContext<T>,
  ): (this: T, ...args: A) => AsyncDecorated<R, Awaited<Fallback<M>>>;
  /**
   * Decorates a method under TypeScript's `experimentalDecorators`.
   *
   * @typeParam F - the method
   */
  <F extends Method>(
    target: Fixed<This>,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<F> & TakesArguments<F, Args> & GivesResult<F, ReturnedAsync<Result>>,
  ): LegacyDecorated<F, AsyncDecorated<ReturnType<F>, Awaited<Fallback<M>>>>;
}

/**
 * {@link ContextDecorator} for functions that return a Result.
 *
 * @typeParam Result - any Result in the codebase
 * @typeParam M - the manager
 * @typeParam This - the `this` that the manager needs
 * @typeParam Args - the arguments that the manager needs
 */
export interface ResultDecorator<Result, M, This, Args extends unknown[]> {
  /** Wraps a function, or decorates a method as a standard (TC39) decorator. */
  <T extends This, A extends [...Args, ...unknown[]], R extends ReturnedSync<Result>>(
    fn: (this: T, ...args: A) => R,
    context?: ClassMethodDecoratorContext<T>,
  ): (this: T, ...args: A) => Decorated<R, FallbackSync<M>>;
  /**
   * Decorates a method under TypeScript's `experimentalDecorators`.
   *
   * @typeParam F - the method
   */
  <F extends Method>(
    target: Fixed<This>,
    name: string | symbol,
    descriptor: TypedPropertyDescriptor<F> & TakesArguments<F, Args> & GivesResult<F, ReturnedSync<Result>>,
  ): LegacyDecorated<F, Decorated<ReturnType<F>, FallbackSync<M>>>;
}

/**
 * Returns drivers for a codebase whose errors are values: neverthrow, fp-ts, Effect's `Exit`, `{ ok: false }`. They
 * have the names of this package's own drivers, and take bodies that return a Result. A body that returns an Err has
 * failed: the manager gets its error, so a transaction rolls back, and the block returns that very Err.
 *
 * A body that throws fails as usual. A fallback also recovers from an Err. If the manager throws a different error, for
 * example because its rollback failed, the block throws that error, and keeps the Err's error as it keeps any block's
 * error.
 *
 * `withAsync(manager, body)` from these drivers equals:
 *
 * ```ts no-run: the equivalent
 * let failure;
 * try {
 *   return await withAsync(manager, async (value) => {
 *     const result = await body(value);
 *     if (failed(result)) {
 *       failure = { result, error: failed(result).error };
 *       throw failure.error;
 *     }
 *     return result;
 *   });
 * } catch (error) {
 *   if (failure && Object.is(error, failure.error)) return failure.result;
 *   throw error;
 * }
 * ```
 *
 * @typeParam Result - any Result in the codebase: a body that returns something else doesn't compile
 * @param failed - recognizes an Err: returns `{ error }` for an Err, and false for an Ok
 * @returns the drivers; call this once, and export them
 * @throws TypeError if `failed` is not a function
 * @throws TypeError from a block, if `failed` returns anything else; the manager exits with that error, and can't
 *   suppress it
 *
 * @example
 * ```ts
 * import { asyncContextManager, resultBlocks } from 'withal';
 *
 * type Result<T, E> = { ok: true; value: T } | { ok: false; error: E };
 *
 * // Once per codebase
 * const { withAsync } = resultBlocks((result: Result<unknown, unknown>) => !result.ok && { error: result.error });
 *
 * const log: string[] = [];
 *
 * const transaction = asyncContextManager(async function* transaction() {
 *   try {
 *     yield;
 *     log.push('commit');
 *   } catch (error) {
 *     log.push(`roll back: ${error}`);
 *     throw error;
 *   }
 * });
 *
 * const withdraw = async (amount: number): Promise<Result<number, string>> =>
 *   amount > 100 ? { ok: false, error: 'TOO_MUCH' } : { ok: true, value: 100 - amount };
 *
 * await withAsync(transaction(), () => withdraw(30)); // => { ok: true, value: 70 }
 * await withAsync(transaction(), () => withdraw(300)); // => { ok: false, error: 'TOO_MUCH' }
 * log; // => ['commit', 'roll back: TOO_MUCH']
 * ```
 */
export function resultBlocks<Result>(
  failed: (result: Result) => Thrown | false | null | undefined,
): ResultBlocks<Result>;
export function resultBlocks(failed: unknown): unknown {
  if (typeof failed !== 'function') throw notFailed(failed);
  return { ...blocksOf(failed as Failed), ...decoratorsOf(failed as Failed) };
}

type Driver = (...args: unknown[]) => unknown;

function blocksOf(failed: Failed): Record<string, Driver> {
  return {
    async withAsync(manager, body) {
      assertBody('withAsync()', body);
      return runAsync(failed, async (block) => (withAsync as Driver)(manager, block.watch(body)));
    },
    withSync(manager, body) {
      assertBody('withSync()', body);
      return runSync(failed, (block) => (withSync as Driver)(manager, block.watch(body)));
    },
    scopeAsync: async (fn, ...args) =>
      runAsync(failed, async (block) => {
        const watched = async function* (): AsyncGenerator<never, unknown, void> {
          return block.judge(yield* startScope(asyncScope, fn, args) as AsyncGenerator<never>);
        };
        return scopeAsync(nameAs(fn, watched));
      }),
    scopeSync: (fn, ...args) =>
      runSync(failed, (block) => {
        const watched = function* (): Generator<never, unknown, void> {
          return block.judge(yield* startScope(syncScope, fn, args) as Generator<never>);
        };
        return scopeSync(nameAs(fn, watched));
      }),
  };
}

/** Refuses anything but a function when the scope starts. */
function nameAs<F extends () => unknown>(fn: unknown, watched: F): F {
  return typeof fn === 'function' ? withSignatureOf(fn, watched) : watched;
}

function decoratorsOf(failed: Failed): Record<string, Driver> {
  return {
    asyncContextDecorator: (manager, ...decoration) => decorate(resultForm(asyncForm, failed), manager, decoration),
    contextDecorator: (manager, ...decoration) => decorate(resultForm(syncForm, failed), manager, decoration),
  };
}
