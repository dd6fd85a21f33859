// What a scope gives, with nothing annotated, and what it refuses.

import { expectTypeOf } from 'expect-type';
import { closing, enter, nullContext, scopeAsync, scopeSync, suppress, type AsyncContextManager } from 'withal';

declare const database: AsyncContextManager<{ url: string }>;
declare const recovering: AsyncContextManager<number, 'recovered'>;
declare const server: AsyncDisposable & { readonly port: number };
declare function text(): Generator<never, string, void>;
declare function failing(): Generator<never, never, void>;
declare function promising(): Generator<never, Promise<number>, void>;
declare function eitherWay(): Generator<never, number | Promise<number>, void>;
declare function named(name: string): AsyncGenerator<never, string, void>;

// What entering gives, and what the scope gives

expectTypeOf(
  scopeAsync(async function* () {
    const db = yield* enter(database);
    expectTypeOf(db).toEqualTypeOf<{ url: string }>();
    const { port } = yield* enter(server);
    expectTypeOf(port).toEqualTypeOf<number>();
    const value = yield* enter(nullContext(Promise.resolve('a')));
    expectTypeOf(value).toEqualTypeOf<string>();
    return port;
  }),
).toEqualTypeOf<Promise<number>>();

expectTypeOf(
  scopeSync(function* () {
    const file = yield* enter(closing({ close() {}, text: 'a' }));
    expectTypeOf(file.text).toEqualTypeOf<string>();
    // @ts-expect-error -- its enter() returns a promise
    yield* enter(nullContext(Promise.resolve('a')));
    return file.text.length;
  }),
).toEqualTypeOf<number>();

// The result includes each manager's fallback

expectTypeOf(
  scopeAsync(async function* () {
    yield* enter(recovering);
    yield* enter(suppress(TypeError));
    return true;
  }),
).toEqualTypeOf<Promise<boolean | 'recovered' | undefined>>();
expectTypeOf(
  scopeSync(function* () {
    yield* enter(suppress(TypeError));
    return [1];
  }),
).toEqualTypeOf<number[] | undefined>();

// A function that enters nothing, returns nothing, or never returns

expectTypeOf(scopeAsync(async function* () {})).toEqualTypeOf<Promise<void>>();
expectTypeOf(scopeSync(text)).toEqualTypeOf<string>();
expectTypeOf(scopeSync(failing)).toEqualTypeOf<never>();

// Early returns, and a returned promise

expectTypeOf(
  scopeAsync(async function* () {
    const { url } = yield* enter(database);
    if (url) return url;
    return Promise.resolve(1);
  }),
).toEqualTypeOf<Promise<string | number>>();

// Arguments are passed on

expectTypeOf(scopeAsync(named, 'a')).toEqualTypeOf<Promise<string>>();
expectTypeOf(
  scopeAsync(
    async function* (from, names) {
      yield* enter(database);
      expectTypeOf(from).toEqualTypeOf<number>();
      return names.slice(from);
    },
    1,
    ['a'],
  ),
).toEqualTypeOf<Promise<string[]>>();
expectTypeOf(scopeSync(repeated, 'a', 2)).toEqualTypeOf<string[] | undefined>();
expectTypeOf(scopeSync(repeated, true)).toEqualTypeOf<boolean[] | undefined>();

function* repeated<T>(value: T, times: number = 1) {
  yield* enter(suppress(RangeError));
  return Array<T>(times).fill(value);
}

// In a generic function

async function within<T>(value: T): Promise<Awaited<T>> {
  return scopeAsync(async function* () {
    yield* enter(database);
    return value;
  });
}
void within;

// With the surrounding `this`

class Repository {
  readonly name = 'repository';
  read(): Promise<string> {
    return scopeAsync(
      async function* (this: Repository) {
        yield* enter(database);
        return this.name;
      }.bind(this),
    );
  }
}
void Repository;

// What they refuse

// @ts-expect-error -- a plain yield
void scopeAsync(async function* () {
  yield 1;
});
// @ts-expect-error -- a plain yield
scopeSync(function* () {
  yield* enter(suppress());
  yield 1;
});
// @ts-expect-error -- the star is forgotten
void scopeAsync(async function* () {
  // @ts-expect-error -- it's reported there too, once for each type
  yield enter(nullContext('starless in a scope' as const));
});
// @ts-expect-error -- the star is forgotten
scopeSync(function* () {
  yield enter(suppress());
});
void scopeAsync(async function* () {
  yield* enter(database);
  // @ts-expect-error -- what needs yield* is awaited
  // eslint-disable-next-line @typescript-eslint/await-thenable -- the rule reports it too
  await enter(nullContext('awaited in a scope' as const));
});
scopeSync(function* () {
  // @ts-expect-error -- a sync scope can't enter what is asynchronous
  yield* enter(database);
});
// @ts-expect-error -- it returns a promise
scopeSync(promising);
// @ts-expect-error -- it may return a promise
scopeSync(eitherWay);
// @ts-expect-error -- a sync generator function
void scopeAsync(function* () {});
// @ts-expect-error -- an async generator function
scopeSync(async function* () {});
// @ts-expect-error -- an async function
void scopeAsync(async () => 1);
// @ts-expect-error -- a generator
scopeSync((function* () {})());
// @ts-expect-error -- its argument is missing
void scopeAsync(named);
// @ts-expect-error -- its argument is of another type
void scopeAsync(named, 1);
// @ts-expect-error -- one argument too many
void scopeAsync(named, 'a', 'b');
