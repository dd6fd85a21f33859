// What a generator function's type becomes.

import { expectTypeOf } from 'expect-type';
import {
  asyncContextManager,
  contextManager,
  withAsync,
  withSync,
  type AsyncContextManager,
  type ContextManager,
} from 'withal';

declare function risky(): boolean;
declare const count: number;
declare const generator: AsyncGenerator<number, void, void>;

// The fallback: what the generator returns after it caught an error

const finishing = asyncContextManager(async function* finishing() {
  yield 1;
});
expectTypeOf(finishing()).toEqualTypeOf<AsyncContextManager<number>>();
expectTypeOf(withAsync(finishing(), () => 'result')).toEqualTypeOf<Promise<string>>();

const finishingSync = contextManager(function* finishingSync() {
  yield 1;
});
expectTypeOf(finishingSync()).toEqualTypeOf<ContextManager<number>>();
expectTypeOf(withSync(finishingSync(), () => 'result')).toEqualTypeOf<string>();

const bareReturn = asyncContextManager(async function* bareReturn() {
  yield 1;
  return;
});
expectTypeOf(bareReturn()).toEqualTypeOf<AsyncContextManager<number>>();

const alwaysThrowing = asyncContextManager(async function* alwaysThrowing() {
  yield 1;
  throw new Error('always');
});
expectTypeOf(alwaysThrowing()).toEqualTypeOf<AsyncContextManager<number>>();

const swallowing = asyncContextManager(async function* swallowing() {
  try {
    yield 1;
  } catch {
    return undefined;
  }
  return undefined;
});
expectTypeOf(swallowing()).toEqualTypeOf<AsyncContextManager<number, undefined>>();
expectTypeOf(withAsync(swallowing(), () => 'result')).toEqualTypeOf<Promise<string | undefined>>();

const recovering = asyncContextManager(async function* recovering() {
  try {
    yield 1;
  } catch {
    return 'recovered';
  }
  return 'never used';
});
expectTypeOf(withAsync(recovering(), () => 1)).toEqualTypeOf<Promise<number | 'recovered' | 'never used'>>();

const recoveringSync = contextManager(function* recoveringSync() {
  try {
    yield 1;
  } catch {
    return [0];
  }
  return [0];
});
expectTypeOf(recoveringSync()).toEqualTypeOf<ContextManager<number, number[]>>();
expectTypeOf(withSync(recoveringSync(), () => true)).toEqualTypeOf<boolean | number[]>();

const sometimes = contextManager(function* sometimes(): Generator<string, number | undefined, void> {
  yield 'value';
  return risky() ? 1 : undefined;
});
expectTypeOf(sometimes()).toEqualTypeOf<ContextManager<string, number | undefined>>();

const onSomePaths = contextManager(function* onSomePaths(): Generator<string, number | void, void> {
  yield 'value';
  if (risky()) return 1;
});
expectTypeOf(onSomePaths()).toEqualTypeOf<ContextManager<string, number | undefined>>();
expectTypeOf(withSync(onSomePaths(), () => true)).toEqualTypeOf<boolean | number | undefined>();

// What is yielded

const yieldingNothing = asyncContextManager(async function* yieldingNothing() {
  yield;
});
void withAsync(yieldingNothing(), (value) => {
  expectTypeOf(value).toEqualTypeOf<undefined>();
});

const yieldingTuple = contextManager(function* yieldingTuple() {
  yield [1, 'one'] as const;
});
withSync(yieldingTuple(), ([number, name]) => {
  expectTypeOf(number).toEqualTypeOf<1>();
  expectTypeOf(name).toEqualTypeOf<'one'>();
});

const branching = contextManager(function* branching(flag: boolean) {
  if (flag) yield 1;
  else yield 'one';
});
withSync(branching(true), (value) => {
  expectTypeOf(value).toEqualTypeOf<number | string>();
});

// Its parameters

const open = asyncContextManager(async function* open(path: string, { mode }: { mode?: 'r' | 'w' } = {}) {
  yield `${path}:${mode ?? 'r'}`;
});
expectTypeOf(open).parameter(0).toEqualTypeOf<string>();
void open('a');
void open('a', { mode: 'w' });
// @ts-expect-error -- the path is missing
void open();
// @ts-expect-error -- the mode is none of these
void open('a', { mode: 'x' });

const retried = asyncContextManager(async function* retried(attempts: number = 1, ...names: string[]) {
  yield [attempts, names] as const;
});
expectTypeOf(retried).returns.toEqualTypeOf<AsyncContextManager<readonly [number, string[]]>>();
void retried();
void retried(2, 'a', 'b');
// @ts-expect-error -- the attempts are a number
void retried('2');

// Its generics

const holding = asyncContextManager(async function* holding<T>(thing: T) {
  yield thing;
});
expectTypeOf(holding(1)).toEqualTypeOf<AsyncContextManager<number>>();
expectTypeOf(holding({ name: 'Ada' })).toEqualTypeOf<AsyncContextManager<{ name: string }>>();
expectTypeOf(withAsync(holding(['a']), (names) => names)).toEqualTypeOf<Promise<string[]>>();

const keeping = contextManager(function* keeping<T extends { id: number }>(thing: T, retries: number = 1) {
  yield [thing, retries] as [T, number];
});
expectTypeOf(keeping({ id: 1, name: 'Ada' })).toEqualTypeOf<ContextManager<[{ id: number; name: string }, number]>>();
// @ts-expect-error -- the thing has no id
void keeping({ name: 'Ada' });

const defaulting = contextManager(function* defaulting<T>(thing: T, fallback: T) {
  try {
    yield thing;
  } catch {
    return fallback;
  }
  return fallback;
});
expectTypeOf(withSync(defaulting(count, 2), () => 'result')).toEqualTypeOf<string | number>();

// Its `this`

class Repository {
  readonly pool = ['connection'];

  readonly session = asyncContextManager(async function* session(this: Repository, name: string) {
    yield `${this.pool.join()} ${name}`;
  });

  readonly indented = contextManager(function* indented(this: Repository) {
    yield this.pool;
  });
}

const repository = new Repository();
expectTypeOf(repository.session).thisParameter.toEqualTypeOf<Repository>();
expectTypeOf(repository.session('a')).toEqualTypeOf<AsyncContextManager<string>>();
expectTypeOf(repository.indented()).toEqualTypeOf<ContextManager<string[]>>();

const { session, indented } = repository;
// @ts-expect-error -- called without its `this`
void session('a');
// @ts-expect-error -- called without its `this`
void indented();
// @ts-expect-error -- called with another `this`
void session.call({ pool: 1 }, 'a');

// What the makers refuse

// @ts-expect-error -- a generator function that isn't async
asyncContextManager(function* notAsync() {
  yield 1;
});
// @ts-expect-error -- an async function that isn't a generator
asyncContextManager(async function noGenerator() {
  return 1;
});
// @ts-expect-error -- a function that is neither
asyncContextManager(() => 1);
// @ts-expect-error -- a generator instead of its function
asyncContextManager(generator);
// @ts-expect-error -- nothing
asyncContextManager();
// @ts-expect-error -- a generator that expects values from next()
asyncContextManager(async function* asking(): AsyncGenerator<number, void, string> {
  yield 1;
});

// @ts-expect-error -- an async generator function
contextManager(async function* isAsync() {
  yield 1;
});
// @ts-expect-error -- a function that isn't a generator
contextManager(() => 1);
// @ts-expect-error -- a generator that expects values from next()
contextManager(function* asking(): Generator<number, void, string> {
  yield 1;
});

export class Decorated {
  // @ts-expect-error -- used as a decorator: the result isn't a method that returns a generator
  @asyncContextManager
  async *session() {
    yield 1;
  }

  // @ts-expect-error -- used as a decorator: the result isn't a method that returns a generator
  @contextManager
  *indented() {
    yield 1;
  }
}
