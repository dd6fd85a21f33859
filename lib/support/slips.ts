import type { AsyncContextManager, AsyncEnterable, ContextManager, Enterable } from '../protocol.ts';

// The usual mistakes, as compiler errors: if a parameter's type is a string, no argument fits, and the string is the
// message. Each check asks whether its slip is `never`.
//
// A slip is `any`. In generic code the compiler can't decide yet, and replaces a conditional type by its constraint,
// which leaves out a branch that is `any`: then it sees no slip, and the caller compiles. With `unknown` it wouldn't.
//
// `[unknown] extends [R]` and not `unknown extends R`: a name that the compiler can't resolve has a type like `any` that
// would make the whole check one, and so a slip. Then a typo would be reported as something else, too.

/* eslint-disable @typescript-eslint/no-explicit-any -- see above */

/** What the async drivers take. Most get an async manager, which is the quickest to recognize. */
export type TakenAsync<M> = [M] extends [AsyncContextManager<unknown, unknown>]
  ? AsyncEnterable
  : [SlipAsync<M>] extends [never]
    ? AsyncEnterable
    : WordsAsync<M>;

type SlipAsync<M> = [unknown] extends [M]
  ? never
  : M extends AsyncEnterable
    ? Unrun<M>
    : M extends GeneratorLike | AnyFunction | PromiseLike<unknown>
      ? any
      : never;

// Not `M extends`, because the constraint of M would then depend on itself.
type WordsAsync<M> = [M] extends [GeneratorLike]
  ? 'Did you mean aclosing(), or a manager function?'
  : [M] extends [AnyFunction]
    ? 'Did you forget to call it?'
    : [M] extends [Unstarred]
      ? 'Did you mean a generator, with yield* enter(manager)?'
      : 'Did you forget await?';

/** What the sync drivers take. `AsyncForm` is what takes an async manager instead. */
export type TakenSync<M, AsyncForm extends string> = [SlipSync<M>] extends [never]
  ? Enterable
  : WordsSync<M, AsyncForm>;

/** Whatever a sync driver can't enter, as far as the type shows. */
export type SlipSync<M> = [unknown] extends [M]
  ? never
  : M extends ContextManager<infer T, unknown>
    ? Promised<T>
    : M extends Disposable
      ? Unrun<M>
      : M extends AsyncEnterable | GeneratorLike | AnyFunction | PromiseLike<unknown>
        ? any
        : never;

type WordsSync<M, AsyncForm extends string> = [M] extends [ContextManager<unknown, unknown>]
  ? `Its enter() returns a promise. Did you mean ${AsyncForm}?`
  : [M] extends [GeneratorLike]
    ? WordsAsync<M>
    : [M] extends [AsyncEnterable]
      ? `It is async. Did you mean ${AsyncForm}?`
      : WordsAsync<M>;

/** Refuses slips among what `all` takes, member by member. */
export type TakenMembers<M> = ([M extends AnyFunction ? any : never] extends [never]
  ? unknown
  : 'Write all([a, b]) or all({ a, b }).') & {
  readonly [K in keyof M]: [K extends symbol ? any : SlipAsync<M[K]>] extends [never]
    ? unknown
    : K extends symbol
      ? 'all() ignores members with symbol keys.'
      : WordsAsync<M[K]>;
};

/** Includes what is refused with a message. */
export type MemberOrSlip = AsyncEnterable | AnyFunction | PromiseLike<unknown>;

/** What a `withAsync` body returns; its promise is awaited. */
export type GivenAsync<R> = [Unrun<R>] extends [never]
  ? unknown
  : 'Nothing runs a generator. Did you mean scopeAsync()?';

/** What a `withSync` body returns. */
export type GivenSync<R> = [Promised<R>] extends [never]
  ? [Unrun<R>] extends [never]
    ? unknown
    : 'Nothing runs a generator. Did you mean scopeSync()?'
  : 'It returns a promise. Did you mean withAsync()?';

/** What a function wrapped by `contextDecorator` returns. */
export type SyncFunction<R> = Done<
  R extends AsyncGenerator ? PromiseLike<unknown> : R,
  'It is async. Did you mean asyncContextDecorator()?'
>;

/** A result that must not be a promise. */
export type Done<R, Words extends string> = [Promised<R>] extends [never] ? unknown : Words;

/** Anything that may be a promise. */
export type Promised<R> = [unknown] extends [R] ? never : R extends PromiseLike<unknown> ? any : never;

/** A generator object, which has not run. An `aclosing` looks like one, but is a manager. */
type Unrun<R> = [unknown] extends [R]
  ? never
  : R extends GeneratorLike
    ? R extends AsyncContextManager<unknown, unknown>
      ? never
      : any
    : never;

/** Anything with a required `throw`: iterators of lists, maps and the like have none, and are values. */
interface GeneratorLike {
  next: unknown;
  throw: unknown;
}

type AnyFunction = (...args: never) => unknown;

/** What `enter` returns: it must be yielded with a star. */
export interface Unstarred {
  /** Distinguishes it from every other value; there is nothing to read. */
  readonly [unstarred]: unknown;
}

declare const unstarred: unique symbol;

/** Refuses `await` and a `yield` without its star: the compiler compares `this`, and shows the words. */
export interface Starless extends Unstarred {
  readonly [unstarred]: 'not awaited';
  /** Awaiting enters nothing. */
  then(this: 'Write yield* enter(manager).'): never;
}

/**
 * What remains of that type after the error. Without it, TypeScript 5.2 to 7.0 crash without naming a line if the
 * generator yields anything else.
 */
export interface Dropped extends Unstarred {
  readonly [unstarred]: 'awaited';
}

/** What a scope yields. */
export type OnlyRequests<Y, Request> = [PlainYield<Y, Request>] extends [never]
  ? Y
  : Y extends Unstarred
    ? 'Write yield* enter(manager).'
    : 'A scope may yield only yield* enter(manager).';

type PlainYield<Y, Request> = [unknown] extends [Y] ? never : Y extends Request ? never : any;

/**
 * The generator of a sync manager. In an async generator, a `yield` without the star awaits, which the compiler refuses
 * anyway.
 */
export type Starred<G> = [Forgotten<G>] extends [never] ? unknown : 'Write yield* enter(manager).';

type Forgotten<G> =
  G extends Generator<infer Y, unknown, never>
    ? [unknown] extends [Y]
      ? never
      : Y extends Unstarred
        ? any
        : never
    : never;
