// What a composition gives, with nothing annotated.

import { expectTypeOf } from 'expect-type';
import {
  asyncContextManager,
  closing,
  contextManager,
  enter,
  nullContext,
  suppress,
  withAsync,
  withSync,
  type AsyncContextManager,
  type ContextManager,
} from 'withal';

const database = asyncContextManager(async function* database(url: string) {
  yield { url };
});

const recovering = asyncContextManager(async function* recovering() {
  try {
    yield 1;
  } catch {
    return 'recovered';
  }
  return 'recovered';
});

const three = asyncContextManager(async function* three() {
  try {
    yield 1;
  } catch {
    return 3 as const;
  }
  return 3 as const;
});

const level1 = asyncContextManager(async function* level1(url: string) {
  const db = yield* enter(database(url));
  expectTypeOf(db).toEqualTypeOf<{ url: string }>();
  const count = yield* enter(recovering());
  expectTypeOf(count).toEqualTypeOf<number>();
  yield { db, count };
});
expectTypeOf(level1).toEqualTypeOf<
  (url: string) => AsyncContextManager<{ db: { url: string }; count: number }, string>
>();

const level2 = asyncContextManager(async function* level2() {
  const { db } = yield* enter(level1('a'));
  yield* enter(suppress(TypeError));
  yield db;
});
expectTypeOf(level2()).toEqualTypeOf<AsyncContextManager<{ url: string }, string | undefined>>();

const level3 = asyncContextManager(async function* level3() {
  yield yield* enter(level2());
});
expectTypeOf(withAsync(level3(), ({ url }) => url.length)).toEqualTypeOf<Promise<number | string | undefined>>();

const sync = contextManager(function* sync() {
  const file = yield* enter(closing({ close() {}, text: 'a' }));
  yield file.text;
});
expectTypeOf(sync()).toEqualTypeOf<ContextManager<string>>();
expectTypeOf(withSync(sync(), (text) => text.length)).toEqualTypeOf<number>();

const wrong = contextManager(function* wrong() {
  // @ts-expect-error -- a sync generator can't enter what is asynchronous
  yield* enter(database('a'));
  yield;
});
void wrong;

// The compiler reports this once for each type, so each has its own type; see `Dropped`.

const starless = asyncContextManager(async function* starless() {
  // @ts-expect-error -- the star is forgotten
  yield enter(nullContext('starless' as const));
});
void starless;

// TypeScript 5.2 to 7.0 crashed here.
const starlessOnce = asyncContextManager(async function* starlessOnce() {
  // @ts-expect-error -- the star is forgotten
  yield enter(nullContext('starless once' as const));
  yield 1;
});
void starlessOnce;

const awaited = asyncContextManager(async function* awaited() {
  // @ts-expect-error -- what needs yield* is awaited
  // eslint-disable-next-line @typescript-eslint/await-thenable -- the rule reports it too
  yield await enter(nullContext('awaited' as const));
});
void awaited;

// @ts-expect-error -- the star is forgotten
contextManager(function* starlessSync() {
  yield enter(suppress());
});

const uncalled = asyncContextManager(async function* uncalled() {
  // @ts-expect-error -- the manager function is not called
  yield* enter(database);
  yield;
});
void uncalled;

const generic = asyncContextManager(async function* generic<T>(value: T) {
  yield value;
});
expectTypeOf(withAsync(generic(1), (value) => value)).toEqualTypeOf<Promise<number>>();
async function within<T>(value: T): Promise<Awaited<T>> {
  return withAsync(generic(value), (value) => value);
}
void within;
async function counted<T>(value: T, count: (value: T) => number): Promise<number> {
  return withAsync(generic(value), () => count(value));
}
void counted;

const mixed = asyncContextManager(async function* mixed<T>(value: T) {
  yield* enter(recovering());
  yield* enter(suppress(TypeError));
  yield* enter(three());
  yield value;
});
expectTypeOf(mixed(1)).toEqualTypeOf<AsyncContextManager<number, 3 | string | undefined>>();
