// What `all` gives, element by element, and what it refuses.

import { expectTypeOf } from 'expect-type';
import {
  all,
  asyncContextManager,
  closing,
  contextManager,
  enter,
  ExitStack,
  nullContext,
  suppress,
  withAsync,
  withSync,
  type AsyncContextManager,
  type ContextManager,
} from 'withal';

declare const database: AsyncContextManager<{ url: string }>;
declare const lock: ContextManager<'locked'>;
declare const recovering: AsyncContextManager<number, 'recovered'>;
declare const recoveringSync: ContextManager<number, 0>;
declare const server: AsyncDisposable & { readonly port: number };
declare const file: Disposable & { readonly name: string };
declare const both: AsyncContextManager<'async', 1> & ContextManager<'sync', 2>;

// A tuple, typed per element, and no longer readonly

void withAsync(all([database, lock, server, file]), (values) => {
  expectTypeOf(values).toEqualTypeOf<[{ url: string }, 'locked', typeof server, typeof file]>();
});
withSync(all([lock, file]), (values) => {
  expectTypeOf(values).toEqualTypeOf<['locked', typeof file]>();
});
void withAsync(all([database, lock], { concurrent: true }), ([{ url }, state]) => {
  expectTypeOf(url).toEqualTypeOf<string>();
  expectTypeOf(state).toEqualTypeOf<'locked'>();
});
declare const frozen: readonly [typeof database, typeof lock];
void withAsync(all(frozen), (values) => {
  expectTypeOf(values).toEqualTypeOf<[{ url: string }, 'locked']>();
});
withSync(all([]), (values) => {
  expectTypeOf(values).toEqualTypeOf<[]>();
});

// A list of any length

declare const names: string[];
const opened = contextManager(function* opened(name: string) {
  yield { name };
});
void withAsync(all(names.map(opened), { concurrent: true }), (values) => {
  expectTypeOf(values).toEqualTypeOf<{ name: string }[]>();
});
withSync(all(names.map(opened)), (values) => {
  expectTypeOf(values).toEqualTypeOf<{ name: string }[]>();
});

// A record, typed per key, and no longer readonly

void withAsync(all({ database, lock, server }), (values) => {
  expectTypeOf(values).toEqualTypeOf<{ database: { url: string }; lock: 'locked'; server: typeof server }>();
});
withSync(all({ lock, file: closing({ close() {}, text: 'a' }) }), ({ lock, file }) => {
  expectTypeOf(lock).toEqualTypeOf<'locked'>();
  expectTypeOf(file.text).toEqualTypeOf<string>();
});
declare const settled: Readonly<{ lock: typeof lock }>;
withSync(all(settled), (values) => {
  expectTypeOf(values).toEqualTypeOf<{ lock: 'locked' }>();
});

// Each driver enters the members in its own way

void withAsync(all([both, nullContext(Promise.resolve(1))]), (values) => {
  expectTypeOf(values).toEqualTypeOf<['async', number]>();
});
withSync(all([both, nullContext(1)]), (values) => {
  expectTypeOf(values).toEqualTypeOf<['sync', number]>();
});

// The options

declare const maybe: boolean | undefined;
void withAsync(all([database, lock], { concurrent: maybe }), ([{ url }, state]) => url + state);
void withAsync(all({ database, lock }, { concurrent: maybe }), ({ database: { url }, lock: state }) => url + state);
withSync(all([lock], { concurrent: false }), ([state]) => state);
withSync(all([lock], {}), ([state]) => state);

// It's accepted wherever a manager is: as a sync one too, if each member is sync

expectTypeOf(all([lock, nullContext(1)])).toExtend<ContextManager<['locked', number]>>();
expectTypeOf(all([lock, nullContext(1)])).toExtend<AsyncContextManager<['locked', number]>>();
expectTypeOf(all([database])).toExtend<AsyncContextManager<[{ url: string }]>>();
expectTypeOf(all([database])).not.toExtend<ContextManager<unknown>>();

// The fallback of each

expectTypeOf(withAsync(all([database, lock]), () => true)).toEqualTypeOf<Promise<boolean>>();
expectTypeOf(withAsync(all([database, recovering, recoveringSync]), () => true)).toEqualTypeOf<
  Promise<boolean | 'recovered' | 0>
>();
expectTypeOf(withAsync(all({ recovering }, { concurrent: true }), () => true)).toEqualTypeOf<
  Promise<boolean | 'recovered'>
>();
expectTypeOf(withSync(all({ lock, recoveringSync }), () => true)).toEqualTypeOf<boolean | 0>();
expectTypeOf(withSync(all([suppress(TypeError)]), () => true)).toEqualTypeOf<boolean | undefined>();
expectTypeOf(withAsync(all([both]), () => true)).toEqualTypeOf<Promise<boolean | 1>>();
expectTypeOf(withSync(all([both]), () => true)).toEqualTypeOf<boolean | 2>();

// Where managers go

void asyncContextManager(async function* app() {
  const { database: db, pair } = yield* enter(all({ database, pair: all([lock, recoveringSync]) }));
  expectTypeOf(db).toEqualTypeOf<{ url: string }>();
  expectTypeOf(pair).toEqualTypeOf<['locked', number]>();
  yield db;
});
expectTypeOf(new ExitStack().enterContext(all([lock]))).toEqualTypeOf<['locked']>();
// @ts-expect-error -- it may suppress
new ExitStack().enterContext(all([recoveringSync]));

// What withSync refuses

// @ts-expect-error -- a member is async
withSync(all([lock, database]), () => 1);
// @ts-expect-error -- a member is async
withSync(all({ database }), () => 1);
// @ts-expect-error -- an async disposable
withSync(all([server]), () => 1);
// @ts-expect-error -- they are entered concurrently
withSync(all([lock], { concurrent: true }), () => 1);
// @ts-expect-error -- they may be entered concurrently
withSync(all([lock], { concurrent: maybe }), () => 1);
// @ts-expect-error -- the enter() of a member returns a promise
withSync(all([lock, nullContext(Promise.resolve(1))]), () => 1);

// What it refuses

// @ts-expect-error -- nothing
all();
// @ts-expect-error -- a manager
all(lock);
// @ts-expect-error -- not in a list
all(lock, lock);
// @ts-expect-error -- a promise of a list
all(Promise.resolve([lock]));
// @ts-expect-error -- one isn't a manager
all([lock, 1]);
// @ts-expect-error -- one is missing
all([lock, undefined]);
// @ts-expect-error -- one was not called
all({ opened });
// @ts-expect-error -- one is a generator
all([(function* () {})()]);
declare const key: unique symbol;
// @ts-expect-error -- all() ignores what is under a symbol
all({ lock, [key]: lock });
// @ts-expect-error -- a function that makes managers, not a list
all(opened);
// @ts-expect-error -- the option is a boolean
all([lock], { concurrent: 'yes' });
// @ts-expect-error -- there is no such option
all([lock], { parallel: true });
