// What `aclosing` takes, and the items that it gives.

import { expectTypeOf } from 'expect-type';
import { aclosing, withAsync, withSync, type AclosingOptions, type AsyncContextManager, type Entered } from 'withal';

declare const generator: AsyncGenerator<number, string, void>;
declare const iterable: AsyncIterable<number>;
declare const iterator: AsyncIterator<number>;
declare const promises: Iterable<Promise<number>>;
declare const mixed: (number | Promise<string>)[];

// The items

expectTypeOf<Entered<ReturnType<typeof aclosing<number>>>>().toEqualTypeOf<AsyncIterableIterator<number>>();

void withAsync(aclosing(generator), (items) => {
  expectTypeOf(items).toEqualTypeOf<AsyncIterableIterator<number>>();
});
void withAsync(aclosing(iterable), (items) => {
  expectTypeOf(items).toEqualTypeOf<AsyncIterableIterator<number>>();
});
void withAsync(aclosing(iterator), (items) => {
  expectTypeOf(items).toEqualTypeOf<AsyncIterableIterator<number>>();
});
void withAsync(aclosing(promises), (items) => {
  expectTypeOf(items).toEqualTypeOf<AsyncIterableIterator<number>>();
});
// For a union of sources, the compiler infers the items only if you name their type.
void withAsync(aclosing<number | string>(mixed), (items) => {
  expectTypeOf(items).toEqualTypeOf<AsyncIterableIterator<number | string>>();
});
void withAsync(aclosing(new Set(['a'])), (items) => {
  expectTypeOf(items).toEqualTypeOf<AsyncIterableIterator<string>>();
});
void withAsync(
  aclosing(() => generator),
  (items) => {
    expectTypeOf(items).toEqualTypeOf<AsyncIterableIterator<number>>();
  },
);
void withAsync(
  aclosing(async function* numbers() {
    yield 1;
  }),
  (items) => {
    expectTypeOf(items).toEqualTypeOf<AsyncIterableIterator<number>>();
  },
);

void withAsync(aclosing(generator), async (items) => {
  for await (const item of items) expectTypeOf(item).toEqualTypeOf<number>();
});

/** An iterator that is also a source to iterate: its items are counted once. */
expectTypeOf(withAsync(aclosing(generator), (items) => items.next())).toEqualTypeOf<Promise<IteratorResult<number>>>();

// It is a manager that suppresses nothing, an async iterator and an async disposable

expectTypeOf(aclosing(iterable)).toExtend<AsyncContextManager<AsyncIterableIterator<number>>>();
expectTypeOf(aclosing(iterable)).toExtend<AsyncIterableIterator<number>>();
expectTypeOf(aclosing(iterable)).toExtend<AsyncDisposable>();
expectTypeOf(withAsync(aclosing(iterable), () => 'result')).toEqualTypeOf<Promise<string>>();

export async function collected(): Promise<number[]> {
  const items: number[] = [];
  await using numbers = aclosing(generator);
  for await (const number of numbers) items.push(number);
  return items;
}

// The signal of a function that makes the source

aclosing((signal) => {
  expectTypeOf(signal.aborted).toEqualTypeOf<boolean>();
  signal.addEventListener('abort', () => undefined);
  return generator;
});

// The signal that closes the source

declare const options: AclosingOptions;
expectTypeOf(aclosing(generator, options)).toEqualTypeOf(aclosing(generator));
void withAsync(
  aclosing(() => generator, options),
  (items) => {
    expectTypeOf(items).toEqualTypeOf<AsyncIterableIterator<number>>();
  },
);
aclosing(generator, {});
aclosing(generator, { signal: undefined });

// What it refuses

// @ts-expect-error -- a number
aclosing(1);
// @ts-expect-error -- null instead of a source
aclosing(null);
// @ts-expect-error -- an object that isn't a source
aclosing({});
// @ts-expect-error -- a promise of a source
aclosing(Promise.resolve(iterable));
// @ts-expect-error -- a function that doesn't return a source
aclosing(() => 1);
// @ts-expect-error -- a function that returns a promise of a source
aclosing(async () => iterable);
// @ts-expect-error -- a function that takes something other than a signal
aclosing((name: string) => [name]);
// @ts-expect-error -- null isn't a signal
aclosing(generator, { signal: null });
// @ts-expect-error -- map() also passes an index
[generator].map(aclosing);
// @ts-expect-error -- closing it is async
withSync(aclosing(iterable), () => 1);
