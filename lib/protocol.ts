/**
 * How a block failed. The error is in an object, so that `throw undefined` is still an error.
 */
export interface Thrown {
  /** What was thrown; it can be anything, even `undefined`. */
  readonly error: unknown;
}

/**
 * A manager's answer that it has handled the error: the block returns this value instead.
 *
 * @typeParam F - the type of the fallback, the block's result
 */
export interface Suppressed<F> {
  /** The fallback. */
  readonly value: F;
}

/**
 * What `exit` may return. Only `true` (the same as `{ value: undefined }`) and a {@link Suppressed} object suppress the
 * error; no other truthy value does.
 *
 * @typeParam F - the type of the fallback
 */
export type ExitAnswer<F> = void | boolean | Suppressed<F> | Declared;

/** No value has this type. It distinguishes the interfaces, where F alone is the fallback, from classes. */
interface Declared {
  readonly declared: never;
}

/**
 * An object that sets up on entry and tears down on exit, and learns on exit how the block ended.
 *
 * @typeParam T - the value for the block
 * @typeParam F - the block's result if this manager suppresses its error
 */
export interface ContextManager<T, F = never> {
  /** Sets up, and returns the value for the block. */
  enter(): T;
  /** Tears down. `thrown` holds the block's error; it is `undefined` if the block returned. */
  exit(thrown?: Thrown): ExitAnswer<F>;
}

/**
 * A {@link ContextManager} whose entry and exit are asynchronous.
 *
 * @typeParam T - the value for the block
 * @typeParam F - the block's result if this manager suppresses its error
 */
export interface AsyncContextManager<T, F = never> {
  /** Sets up, and resolves to the value for the block. */
  enterAsync(): Promise<T>;
  /** Tears down. `thrown` holds the block's error; it is `undefined` if the block returned. */
  exitAsync(thrown?: Thrown): Promise<ExitAnswer<F>>;
}

/** Whatever `withSync` takes. */
export type Enterable = ContextManager<unknown, unknown> | Disposable;

/** Whatever `withAsync` takes. It also takes a sync manager whose entry or exit returns a promise, and awaits it. */
export type AsyncEnterable =
  | AsyncContextManager<unknown, unknown>
  | {
      /** Like {@link ContextManager.enter}. */
      enter(): unknown;
      /** Like {@link ContextManager.exit}, or with a promise of the answer. */
      exit(thrown?: Thrown): ExitAnswer<unknown> | PromiseLike<ExitAnswer<unknown>>;
    }
  | AsyncDisposable
  | Disposable;

/**
 * The value that a manager passes to the block. A disposable is its own value.
 *
 * @typeParam M - the manager's type
 */
export type Entered<M> =
  M extends AsyncContextManager<infer T, unknown>
    ? T
    : M extends { enter(): infer T; exit(thrown?: Thrown): unknown }
      ? Awaited<T>
      : M;

/**
 * {@link Entered} for the sync protocol only.
 *
 * @typeParam M - the manager's type
 */
export type EnteredSync<M> = M extends { enter(): infer T; exit(thrown?: Thrown): unknown } ? T : M;

/**
 * The block's result if the manager suppresses its error: `never` for a manager that can't suppress.
 *
 * @typeParam M - the manager's type
 */
export type Fallback<M> = M extends { enterAsync: unknown; exitAsync(thrown?: Thrown): infer Answer }
  ? AnsweredValue<Awaited<Answer>>
  : FallbackSync<M>;

/**
 * {@link Fallback} for the sync protocol only.
 *
 * @typeParam M - the manager's type
 */
export type FallbackSync<M> = M extends { enter(): unknown; exit(thrown?: Thrown): infer Answer }
  ? AnsweredValue<Awaited<Answer>>
  : never;

export type AnsweredValue<Answer> =
  | (Answer extends Suppressed<infer F> ? F : never)
  | (true extends Answer ? ([Extract<Answer, Declared>] extends [never] ? undefined : never) : never);
