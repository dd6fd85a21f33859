// What wrapped functions take and give, and what the decorators refuse.

import { expectTypeOf } from 'expect-type';
import { asyncContextDecorator, contextDecorator, type AsyncContextManager, type ContextManager } from 'withal';

interface Pool {
  readonly size: number;
}

declare const transaction: (pool: Pool) => AsyncContextManager<Pool>;
declare const section: (title: string) => ContextManager<void>;
declare const pool: Pool;
declare const traced: (id: number) => AsyncContextManager<void>;
declare const recovering: AsyncContextManager<number, 'fallback'>;
declare const recoveringSync: ContextManager<number, 'fallback'>;
declare const disposable: Disposable;
declare const asyncDisposable: AsyncDisposable;

const safe = asyncContextDecorator(transaction(pool));
const within = contextDecorator(section('main'));

// Functions keep their parameters, and become async

expectTypeOf(safe(async (x: number, y?: string) => [x, y].join())).toEqualTypeOf<
  (this: unknown, x: number, y?: string) => Promise<string>
>();
expectTypeOf(safe((...parts: string[]) => parts.length)).toEqualTypeOf<
  (this: unknown, ...parts: string[]) => Promise<number>
>();
expectTypeOf(safe(() => {})).toEqualTypeOf<(this: unknown) => Promise<void>>();
expectTypeOf(
  safe((): never => {
    throw new Error('no');
  }),
).toEqualTypeOf<(this: unknown) => Promise<never>>();
expectTypeOf(safe((value: number): any => value)).returns.toEqualTypeOf<any>();
expectTypeOf(within((x: number) => x.toFixed())).toEqualTypeOf<(this: unknown, x: number) => string>();
expectTypeOf(within((value: number): any => value)).returns.toEqualTypeOf<any>();

// … and their generics

expectTypeOf(safe(async <T extends string>(items: T[]) => items[0] as T)<string>).toEqualTypeOf<
  (this: unknown, items: string[]) => Promise<string>
>();
expectTypeOf(safe(<T extends Pool | number>(item: T) => item)(pool.size)).resolves.toEqualTypeOf<number>();
expectTypeOf(within(<T extends string>(item: T) => [item])(pool.size.toFixed())).toEqualTypeOf<string[]>();
expectTypeOf(within(<T extends Pool | number>(item: T) => item)(pool)).toEqualTypeOf<Pool>();

// Generators are driven

expectTypeOf(
  safe(async function* (from: number): AsyncGenerator<number, string, boolean> {
    return (yield from) ? 'yes' : 'no';
  }),
).toEqualTypeOf<(this: unknown, from: number) => AsyncGenerator<number, string, boolean>>();
expectTypeOf(
  safe(function* (): Generator<Promise<number>, Promise<string>, boolean> {
    yield Promise.resolve(1);
    return Promise.resolve('done');
  }),
).toEqualTypeOf<(this: unknown) => AsyncGenerator<number, string, boolean>>();
expectTypeOf(
  within(function* (): Generator<number, string, boolean> {
    return (yield 1) ? 'yes' : 'no';
  }),
).toEqualTypeOf<(this: unknown) => Generator<number, string, boolean>>();
expectTypeOf(
  safe(async function* <T>(items: T[]): AsyncGenerator<T, void, unknown> {
    for (const item of items) yield item;
  })(['item']),
).toEqualTypeOf<AsyncGenerator<string, void, unknown>>();

// The fallback of the manager joins the result

expectTypeOf(asyncContextDecorator(recovering)(async () => 1)).returns.resolves.toEqualTypeOf<number | 'fallback'>();
expectTypeOf(asyncContextDecorator(recoveringSync)(() => 1)).returns.resolves.toEqualTypeOf<number | 'fallback'>();
expectTypeOf(contextDecorator(recoveringSync)(() => 1)).returns.toEqualTypeOf<number | 'fallback'>();
expectTypeOf(
  contextDecorator(recoveringSync)((): never => JSON.parse('') as never),
).returns.toEqualTypeOf<'fallback'>();
expectTypeOf(
  asyncContextDecorator(recovering)(async function* (): AsyncGenerator<1, 2, 3> {
    yield 1;
    return 2;
  }),
).returns.toEqualTypeOf<AsyncGenerator<1, 2 | 'fallback', 3>>();
expectTypeOf(
  contextDecorator(recoveringSync)(function* (): Generator<1, 2, 3> {
    yield 1;
    return 2;
  }),
).returns.toEqualTypeOf<Generator<1, 2 | 'fallback', 3>>();

// A function that makes the manager says what it needs

const titled = contextDecorator(section);
titled((title: string, text: string) => title + text)('title', 'text');
expectTypeOf(titled((title) => title.length))
  .parameter(0)
  .toEqualTypeOf<string>();
// @ts-expect-error -- the manager needs a title first
titled((size: number) => size);
titled(() => 1)('title');
// @ts-expect-error -- the manager needs a title
titled(() => 1)();

// Whatever withAsync or withSync takes

declare const callable: AsyncContextManager<number, 'fallback'> & (() => number);
expectTypeOf(asyncContextDecorator(callable)(() => 1)).returns.resolves.toEqualTypeOf<number | 'fallback'>();
declare const mock: Disposable & (() => AsyncContextManager<number, 'fallback'>);
expectTypeOf(asyncContextDecorator(mock)(() => 1)).returns.resolves.toEqualTypeOf<number | 'fallback'>();

asyncContextDecorator(disposable);
asyncContextDecorator(asyncDisposable);
contextDecorator(disposable);
// @ts-expect-error -- neither a manager nor a function
asyncContextDecorator(1);
// @ts-expect-error -- the function doesn't return a manager
asyncContextDecorator(() => 1);
// @ts-expect-error -- an async manager
contextDecorator(recovering);
// @ts-expect-error -- an async disposable
contextDecorator(() => asyncDisposable);

// Async functions are for asyncContextDecorator

// @ts-expect-error -- an async function
within(async () => 1);
// @ts-expect-error -- a function that may return a promise
within((): number | Promise<number> => 1);
// @ts-expect-error -- an async generator function
within(async function* () {
  yield 1;
});

// Methods, with standard decorators

const pooled = asyncContextDecorator(function (this: { readonly pool: Pool }) {
  return transaction(this.pool);
});

export class Repo {
  readonly pool = pool;

  @pooled
  async find(id: number): Promise<string> {
    return [id, this.pool.size].join();
  }

  @safe
  async *rows(): AsyncGenerator<number> {
    yield this.#count();
  }

  @safe
  async first<T>(items: T[]): Promise<T | undefined> {
    return items[0];
  }

  @within
  #count(): number {
    return this.pool.size;
  }

  @asyncContextDecorator((id: number) => traced(id))
  async get(id: number): Promise<number> {
    return id;
  }

  @asyncContextDecorator((id: number) => traced(id))
  async rename(id: number, name: string): Promise<string> {
    return name.repeat(id);
  }

  @asyncContextDecorator(function (this: Repo, id: number) {
    return traced(id + this.pool.size);
  })
  async remove(id: number): Promise<void> {
    await this.get(id);
  }

  @contextDecorator((id: number) => section(id.toFixed()))
  has(id: number): boolean {
    return id < this.pool.size;
  }

  @safe
  static async open(url: string): Promise<Repo> {
    return url ? new Repo() : new Repo();
  }

  // @ts-expect-error -- a sync method would become async
  @safe
  size(): number {
    return this.pool.size;
  }

  // @ts-expect-error -- an async method
  @within
  async flush(): Promise<void> {}

  // @ts-expect-error -- the manager takes a number
  @asyncContextDecorator((id: number) => traced(id))
  async load(url: string): Promise<string> {
    return url;
  }

  // @ts-expect-error -- the result does not include the fallback
  @asyncContextDecorator(recovering)
  async total(): Promise<number> {
    return 1;
  }

  @asyncContextDecorator(recovering)
  async totalOrFallback(): Promise<number | 'fallback'> {
    return 1;
  }

  // @ts-expect-error -- a field
  @safe
  readonly field = async () => 1;

  // @ts-expect-error -- a getter
  @safe
  get getter() {
    return this.pool;
  }

  // @ts-expect-error -- the decorator was not called
  @asyncContextDecorator
  async unwrapped(): Promise<void> {}
}

export class Unpooled {
  // @ts-expect-error -- the manager needs a pool in `this`
  @pooled
  async find(id: number): Promise<number> {
    return id;
  }
}

// @ts-expect-error -- a class
@safe
export class Decorated {
  readonly pool = pool;
}

// … and with TypeScript's legacy decorators

declare const property: TypedPropertyDescriptor<(id: number) => Promise<string>>;
declare const counting: TypedPropertyDescriptor<(id: number) => Promise<number>>;
declare const checking: TypedPropertyDescriptor<(id: number) => boolean>;
declare const getter: TypedPropertyDescriptor<number>;
declare const generic: TypedPropertyDescriptor<<T>(item: T) => Promise<T>>;
expectTypeOf(safe(Repo.prototype, 'find', property)).toEqualTypeOf<typeof property>();
expectTypeOf(pooled(Repo.prototype, 'find', property)).toEqualTypeOf<typeof property>();
expectTypeOf(safe(Repo.prototype, 'find', generic)).toEqualTypeOf<typeof generic>();
expectTypeOf(asyncContextDecorator(recovering)(Repo.prototype, 'find', counting)).toEqualTypeOf<{
  value?: (id: number) => Promise<number | 'fallback'>;
}>();
// @ts-expect-error -- the manager takes other arguments
titled(Repo.prototype, 'has', checking);
// @ts-expect-error -- an async method
within(Repo.prototype, 'find', property);
expectTypeOf(within(Repo.prototype, 'has', checking)).toEqualTypeOf<typeof checking>();
// @ts-expect-error -- the manager needs a pool in `this`
pooled(Unpooled.prototype, 'find', property);
// @ts-expect-error -- an accessor
safe(Repo.prototype, 'getter', getter);
