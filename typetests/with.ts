// What the block gets, and what `withAsync` and `withSync` give, without an annotation.

import { expectTypeOf } from 'expect-type';
import {
  asyncContextManager,
  contextManager,
  withAsync,
  withSync,
  type AsyncContextManager,
  type ContextManager,
} from 'withal';

declare const asyncManager: AsyncContextManager<'async'>;
declare const syncManager: ContextManager<'sync'>;
declare const asyncDisposable: AsyncDisposable & { readonly name: string };
declare const disposable: Disposable & { readonly name: string };
declare const bothManagers: AsyncContextManager<'async'> & ContextManager<'sync'>;
declare const bothDisposables: AsyncDisposable & Disposable;
declare const generator: Generator<number>;
declare const asyncGenerator: AsyncGenerator<number>;
declare const recovering: AsyncContextManager<number, 'fallback'>;
declare const entering: ContextManager<Promise<number>>;
declare const recoveringSync: ContextManager<number, 'fallback'>;

// What the block gets

void withAsync(asyncManager, (value) => {
  expectTypeOf(value).toEqualTypeOf<'async'>();
});
void withAsync(syncManager, (value) => {
  expectTypeOf(value).toEqualTypeOf<'sync'>();
});
void withAsync(asyncDisposable, (value) => {
  expectTypeOf(value).toEqualTypeOf<typeof asyncDisposable>();
});
void withAsync(disposable, (value) => {
  expectTypeOf(value).toEqualTypeOf<typeof disposable>();
});
void withAsync(bothManagers, (value) => {
  expectTypeOf(value).toEqualTypeOf<'async'>();
});
void withAsync(bothDisposables, (value) => {
  expectTypeOf(value).toEqualTypeOf<typeof bothDisposables>();
});

withSync(syncManager, (value) => {
  expectTypeOf(value).toEqualTypeOf<'sync'>();
});
withSync(disposable, (value) => {
  expectTypeOf(value).toEqualTypeOf<typeof disposable>();
});
withSync(bothManagers, (value) => {
  expectTypeOf(value).toEqualTypeOf<'sync'>();
});

class Connection {
  readonly url = 'db://';
  enter() {
    return this;
  }
  exit() {
    // The class doesn't have to declare that it implements the protocol.
  }
}

withSync(new Connection(), (value) => {
  expectTypeOf(value).toEqualTypeOf<Connection>();
});
void withAsync(new Connection(), (value) => {
  expectTypeOf(value).toEqualTypeOf<Connection>();
});

/** The async drivers await what the entry of a sync manager gives. */
class Lock {
  async enter() {
    return 'locked' as const;
  }
  async exit() {
    // Nothing to tear down.
  }
}

void withAsync(new Lock(), (value) => {
  expectTypeOf(value).toEqualTypeOf<'locked'>();
});

// Inline

void withAsync({ enter: () => 1, exit: (thrown) => thrown !== undefined }, (value) => {
  expectTypeOf(value).toEqualTypeOf<number>();
});
withSync({ enter: () => 1, exit: (thrown) => thrown && { value: 'fallback' } }, (value) => {
  expectTypeOf(value).toEqualTypeOf<number>();
});

/** A manager wins over a disposable, as an async manager wins over a sync one. */
class Session implements AsyncContextManager<number>, AsyncDisposable {
  async enterAsync() {
    return 1;
  }
  async exitAsync() {
    // Nothing to tear down.
  }
  async [Symbol.asyncDispose]() {
    // Nothing to dispose.
  }
}

void withAsync(new Session(), (value) => {
  expectTypeOf(value).toEqualTypeOf<number>();
});

// What the block gives

expectTypeOf(withAsync(asyncManager, () => 1)).toEqualTypeOf<Promise<number>>();
expectTypeOf(withAsync(asyncManager, async () => 1)).toEqualTypeOf<Promise<number>>();
expectTypeOf(withAsync(asyncManager, (): Promise<number> | string => '')).toEqualTypeOf<Promise<number | string>>();
expectTypeOf(withAsync(asyncManager, () => undefined)).toEqualTypeOf<Promise<undefined>>();
expectTypeOf(withAsync(asyncManager, () => [1].values())).resolves.toEqualTypeOf<ReturnType<number[]['values']>>();
expectTypeOf(withAsync(recovering, () => 1)).toEqualTypeOf<Promise<number | 'fallback'>>();
expectTypeOf(withAsync(recoveringSync, () => 1)).toEqualTypeOf<Promise<number | 'fallback'>>();
expectTypeOf(withAsync(disposable, () => 1)).toEqualTypeOf<Promise<number>>();
expectTypeOf(
  withAsync(asyncDisposable, (): never => {
    throw new Error();
  }),
).toEqualTypeOf<Promise<never>>();

expectTypeOf(withSync(syncManager, () => 1)).toEqualTypeOf<number>();
expectTypeOf(withSync(recoveringSync, () => 1)).toEqualTypeOf<number | 'fallback'>();
expectTypeOf(withSync(disposable, () => [1])).toEqualTypeOf<number[]>();
expectTypeOf(withSync(syncManager, (value) => ({ value }))).toEqualTypeOf<{ value: 'sync' }>();

// A union of managers

declare const optional: ContextManager<number, 'fallback'> | Disposable;

withSync(optional, (value) => {
  expectTypeOf(value).toEqualTypeOf<number | Disposable>();
});
expectTypeOf(withSync(optional, () => true)).toEqualTypeOf<boolean | 'fallback'>();

// In a generic function

export function timed<T, F>(manager: AsyncContextManager<T, F>, body: (value: T) => Promise<void>): Promise<void | F> {
  return withAsync(manager, body);
}

// What withSync refuses

// @ts-expect-error -- the body returns a promise
withSync(syncManager, async () => 1);
// @ts-expect-error -- the body may return a promise
withSync(syncManager, (): Promise<number> | number => 1);
// @ts-expect-error -- the body returns a thenable
withSync(syncManager, (): PromiseLike<number> => Promise.resolve(1));
// @ts-expect-error -- the body is a generator function
withSync(syncManager, function* () {});
// @ts-expect-error -- the body returns a generator
withSync(syncManager, () => generator);
// @ts-expect-error -- an async manager
withSync(asyncManager, () => 1);
// @ts-expect-error -- its enter() returns a promise
withSync(entering, () => 1);
// @ts-expect-error -- it was not called
withSync(indented, () => 1);
// @ts-expect-error -- an async disposable
withSync(asyncDisposable, () => 1);
// @ts-expect-error -- a number
withSync(1, () => 1);
// @ts-expect-error -- a generator, which Node 24 makes a disposable
withSync(generator, () => 1);
// @ts-expect-error -- not a body
withSync(syncManager);
// @ts-expect-error -- a body that isn't a function
withSync(syncManager, 1);
// @ts-expect-error -- a body that takes another type of value
withSync(syncManager, (value: number) => value);

// What withAsync refuses

const transaction = asyncContextManager(async function* transaction() {
  yield 1;
});
const indented = contextManager(function* indented() {
  yield 1;
});

// @ts-expect-error -- a number
void withAsync(1, () => 1);
// @ts-expect-error -- null instead of a manager
void withAsync(null, () => 1);
// @ts-expect-error -- undefined
void withAsync(undefined, () => 1);
// @ts-expect-error -- an object that isn't a manager
void withAsync({}, () => 1);
// @ts-expect-error -- a promise of a manager
void withAsync(Promise.resolve(asyncManager), () => 1);
// @ts-expect-error -- a manager function that was not called
void withAsync(transaction, () => 1);
// @ts-expect-error -- a manager function that was not called
void withAsync(indented, () => 1);
// @ts-expect-error -- half a protocol
void withAsync({ enterAsync: async () => 1 }, () => 1);
// @ts-expect-error -- half a protocol
void withAsync({ enter: () => 1 }, () => 1);
// @ts-expect-error -- a generator, which Node 24 makes a disposable
void withAsync(generator, () => 1);
// @ts-expect-error -- an async generator, which Node 24 makes a disposable
void withAsync(asyncGenerator, () => 1);
// @ts-expect-error -- the body is an async generator function
void withAsync(asyncManager, async function* () {});
// @ts-expect-error -- the body is a generator function
void withAsync(asyncManager, function* () {});
// @ts-expect-error -- the body returns a generator
void withAsync(asyncManager, async () => asyncGenerator);
// @ts-expect-error -- not a body
void withAsync(asyncManager);
// @ts-expect-error -- a body that takes another type of value
void withAsync(asyncManager, (value: number) => value);
