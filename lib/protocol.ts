/**
 * How a block failed: a box around what was thrown, so that `throw undefined` is still an error.
 */
export interface Thrown {
  /** What was thrown; it can be anything, `undefined` too. */
  readonly error: unknown;
}

/**
 * A manager's answer that it has handled the error: the block goes on, and its value is this one.
 *
 * @typeParam F - the fallback, the value that the block takes
 */
export interface Suppressed<F> {
  /** The fallback. */
  readonly value: F;
}

/**
 * What `exit` may answer. Only `true` (the same as `{ value: undefined }`) and a {@link Suppressed} box suppress the
 * error; no other truthy value does.
 *
 * @typeParam F - the fallback type
 */
export type ExitAnswer<F> = void | boolean | Suppressed<F> | Declared;

/** No value has this type. In an answer it tells the interfaces, where F alone says what is suppressed with, from a class. */
interface Declared {
  readonly declared: never;
}

/**
 * An object that sets up on entry and tears down on exit, and is told on exit how the block ended.
 *
 * @typeParam T - what entering gives to the block
 * @typeParam F - the fallback that the block takes when this manager suppressed its error
 */
export interface ContextManager<T, F = never> {
  /** Sets up, and gives the value for the block. */
  enter(): T;
  /** Tears down. `thrown` holds the block's error; it is absent if the block returned. */
  exit(thrown?: Thrown): ExitAnswer<F>;
}

/**
 * A {@link ContextManager} whose entry and exit are asynchronous.
 *
 * @typeParam T - what entering gives to the block
 * @typeParam F - the fallback that the block takes when this manager suppressed its error
 */
export interface AsyncContextManager<T, F = never> {
  /** Sets up, and gives the value for the block. */
  enterAsync(): Promise<T>;
  /** Tears down. `thrown` holds the block's error; it is absent if the block returned. */
  exitAsync(thrown?: Thrown): Promise<ExitAnswer<F>>;
}

/** Whatever `withSync` takes. */
export type Enterable = ContextManager<unknown, unknown> | Disposable;

/** Whatever `withAsync` takes: also a sync manager whose entry or exit returns a promise, which is awaited. */
export type AsyncEnterable =
  | AsyncContextManager<unknown, unknown>
  | {
      /** As {@link ContextManager.enter}. */
      enter(): unknown;
      /** As {@link ContextManager.exit}, or with a promise of the answer. */
      exit(thrown?: Thrown): ExitAnswer<unknown> | PromiseLike<ExitAnswer<unknown>>;
    }
  | AsyncDisposable
  | Disposable;

/**
 * The value that entering a manager gives to the block. A disposable is its own value.
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
 * {@link Entered} where only the synchronous protocol counts.
 *
 * @typeParam M - the manager's type
 */
export type EnteredSync<M> = M extends { enter(): infer T; exit(thrown?: Thrown): unknown } ? T : M;

/**
 * The value that a block may take when the manager suppressed its error: `never` for a manager that can't suppress.
 *
 * @typeParam M - the manager's type
 */
export type Fallback<M> = M extends { enterAsync: unknown; exitAsync(thrown?: Thrown): infer Answer }
  ? AnsweredValue<Awaited<Answer>>
  : FallbackSync<M>;

/**
 * {@link Fallback} where only the synchronous protocol counts.
 *
 * @typeParam M - the manager's type
 */
export type FallbackSync<M> = M extends { enter(): unknown; exit(thrown?: Thrown): infer Answer }
  ? AnsweredValue<Awaited<Answer>>
  : never;

export type AnsweredValue<Answer> =
  | (Answer extends Suppressed<infer F> ? F : never)
  | (true extends Answer ? ([Extract<Answer, Declared>] extends [never] ? undefined : never) : never);
