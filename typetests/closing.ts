// What `closing` gives to the block, and where it is refused.

import { expectTypeOf } from 'expect-type';
import { closing, withAsync, withSync, type AsyncContextManager, type ContextManager } from 'withal';

declare const file: { readonly name: string; close(): void };
declare const server: { readonly port: number; close(): Promise<void> };
declare const pool: { readonly size: number; end(): Promise<void> };
declare const either: { close(): void | Promise<void> };
declare const chained: { close(): typeof file };
declare const answering: { close(): boolean };
declare const untyped: { close(): any };
declare const unsure: { close(): unknown };

// With its own close()

withSync(closing(file), (value) => {
  expectTypeOf(value).toEqualTypeOf<typeof file>();
});
void withAsync(closing(file), (value) => {
  expectTypeOf(value).toEqualTypeOf<typeof file>();
});
void withAsync(closing(server), (value) => {
  expectTypeOf(value).toEqualTypeOf<typeof server>();
});
void withAsync(closing(either), (value) => {
  expectTypeOf(value).toEqualTypeOf<typeof either>();
});

// If a thing closes only after its close() returns, the manager waits

declare const listening: AsyncDisposable & { readonly port: number; close(callback?: (error?: Error) => void): object };
declare const stopping: AsyncDisposable & { close(code?: number, callback?: () => void): void };
declare const quick: AsyncDisposable & { close(): void };
declare const promising: AsyncDisposable & { close(force?: boolean): Promise<void> };

void withAsync(closing(listening), (value) => {
  expectTypeOf(value).toEqualTypeOf<typeof listening>();
});
void withAsync(closing(promising), () => 1);
withSync(closing(stopping), () => 1);
withSync(closing(quick), () => 1);
// @ts-expect-error -- the manager waits for it
withSync(closing(listening), () => 1);
// @ts-expect-error -- closing returns a promise
withSync(closing(promising), () => 1);

// It's accepted wherever an async manager is, and if closing is sync, wherever a sync manager is

expectTypeOf(closing(file)).toEqualTypeOf<ContextManager<typeof file> & AsyncContextManager<typeof file>>();
expectTypeOf(closing(server)).toEqualTypeOf<AsyncContextManager<typeof server>>();
expectTypeOf(closing(either)).toEqualTypeOf<AsyncContextManager<typeof either>>();
expectTypeOf(closing(pool, (thing) => thing.end())).toEqualTypeOf<AsyncContextManager<typeof pool>>();
expectTypeOf(closing(7, (handle) => handle.toFixed())).toEqualTypeOf<
  ContextManager<number> & AsyncContextManager<number>
>();

// With a function that closes

void withAsync(
  closing(pool, (thing) => thing.end()),
  (value) => {
    expectTypeOf(value).toEqualTypeOf<typeof pool>();
  },
);
withSync(
  closing(7, (handle) => handle.toFixed()),
  (value) => {
    expectTypeOf(value).toEqualTypeOf<number>();
  },
);

// It suppresses nothing, whatever closing returns

expectTypeOf(withSync(closing(file), () => 1)).toEqualTypeOf<number>();
expectTypeOf(withSync(closing(chained), () => 1)).toEqualTypeOf<number>();
expectTypeOf(withSync(closing(answering), () => 1)).toEqualTypeOf<number>();
expectTypeOf(withSync(closing(unsure), () => 1)).toEqualTypeOf<number>();
expectTypeOf(withSync(closing(untyped), () => 1)).toEqualTypeOf<number>();
expectTypeOf(withAsync(closing(server), () => 1)).toEqualTypeOf<Promise<number>>();
expectTypeOf(withAsync(closing(either), () => 1)).toEqualTypeOf<Promise<number>>();
expectTypeOf(
  withAsync(
    closing(file, () => true),
    () => 1,
  ),
).toEqualTypeOf<Promise<number>>();
expectTypeOf(
  withAsync(
    closing(file, async () => true),
    () => 1,
  ),
).toEqualTypeOf<Promise<number>>();

// A closing that returns a promise is for withAsync

// @ts-expect-error -- closing returns a promise
withSync(closing(server), () => 1);
// @ts-expect-error -- closing may return a promise
withSync(closing(either), () => 1);
const ending = closing(pool, (thing) => thing.end());
// @ts-expect-error -- the function returns a promise
withSync(ending, () => 1);

// What it refuses

// @ts-expect-error -- there is no close()
closing(pool);
// @ts-expect-error -- close isn't a method
closing({ close: 1 });
// @ts-expect-error -- null instead of a thing
closing(null);
// @ts-expect-error -- the function takes another type
closing(pool, (thing: string) => thing);
// @ts-expect-error -- the name of a method
closing(pool, 'end');
