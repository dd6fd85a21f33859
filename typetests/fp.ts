// What the functions of `withal/fp` infer through a pipe, and what they refuse. The pipes of fp-ts, Remeda and Effect
// have these overloads; __tests__/fp tests the real ones.

import { expectTypeOf } from 'expect-type';
import { asyncContextManager, contextManager, nullContext, suppress } from 'withal';
import type { AsyncContextManager, ContextManager } from 'withal';
import { chain, lift, map, of, optional, orElse, tap, use, useSync } from 'withal/fp';

declare function pipe<A, B>(a: A, ab: (a: A) => B): B;
declare function pipe<A, B, C>(a: A, ab: (a: A) => B, bc: (b: B) => C): C;
declare function pipe<A, B, C, D>(a: A, ab: (a: A) => B, bc: (b: B) => C, cd: (c: C) => D): D;
declare function flow<Args extends readonly unknown[], B, C>(
  ab: (...args: Args) => B,
  bc: (b: B) => C,
): (...args: Args) => C;

interface Client {
  readonly name: string;
}

declare const connection: AsyncContextManager<Client>;
declare const batch: ContextManager<number>;
declare const recovering: AsyncContextManager<number, 'fallback'>;
declare const transaction: (client: Client) => AsyncContextManager<number, 'rolled back'>;
declare const section: (client: Client) => ContextManager<string, 'skipped'>;
declare const server: AsyncDisposable & { readonly port: number };
declare const entering: { enter(): Promise<number>; exit(): Promise<void> };
declare const maybe: AsyncContextManager<number, 'fallback'> | undefined;
declare const isTraced: boolean;

class Swallowing {
  async enterAsync(): Promise<number> {
    return 1;
  }

  async exitAsync(): Promise<boolean> {
    return true;
  }
}

// Values and fallbacks go through

expectTypeOf(
  pipe(
    connection,
    map((client) => client.name),
    map((name) => name.length),
  ),
).toEqualTypeOf<AsyncContextManager<number>>();
expectTypeOf(
  pipe(
    connection,
    map(async ({ name }) => name),
  ),
).toEqualTypeOf<AsyncContextManager<string>>();
expectTypeOf(
  pipe(
    batch,
    map((count) => count.toFixed()),
  ),
).toEqualTypeOf<AsyncContextManager<string>>();
expectTypeOf(
  pipe(
    recovering,
    map((count) => count.toFixed()),
  ),
).toEqualTypeOf<AsyncContextManager<string, 'fallback'>>();
expectTypeOf(
  pipe(
    new Swallowing(),
    map((count) => count.toFixed()),
  ),
).toEqualTypeOf<AsyncContextManager<string, undefined>>();
expectTypeOf(
  pipe(
    entering,
    map((count) => count.toFixed()),
  ),
).toEqualTypeOf<AsyncContextManager<string>>();
expectTypeOf(
  pipe(
    suppress(Error),
    map(() => 1),
  ),
).toEqualTypeOf<AsyncContextManager<number, undefined>>();
expectTypeOf(
  pipe(
    connection,
    tap((client) => client.name),
  ),
).toEqualTypeOf<AsyncContextManager<Client>>();
expectTypeOf(pipe(connection, chain(transaction))).toEqualTypeOf<AsyncContextManager<number, 'rolled back'>>();
expectTypeOf(
  pipe(
    connection,
    chain((client) => section(client)),
    use((text) => text.length),
  ),
).toEqualTypeOf<Promise<number | 'skipped'>>();
expectTypeOf(
  pipe(
    connection,
    chain((client) => (client.name ? transaction(client) : section(client))),
  ),
).toEqualTypeOf<AsyncContextManager<number | string, 'rolled back' | 'skipped'>>();
expectTypeOf(
  pipe(
    connection,
    chain(() => server),
  ),
).toEqualTypeOf<AsyncContextManager<typeof server>>();
expectTypeOf(pipe(connection, chain(of))).toEqualTypeOf<AsyncContextManager<Client>>();
expectTypeOf(pipe(connection, orElse(recovering))).toEqualTypeOf<AsyncContextManager<Client | number, 'fallback'>>();
expectTypeOf(
  pipe(
    connection,
    orElse((error) => {
      expectTypeOf(error).toEqualTypeOf<unknown>();
      return nullContext(1);
    }),
  ),
).toEqualTypeOf<AsyncContextManager<Client | number>>();
expectTypeOf(
  pipe(
    maybe,
    optional,
    map((count) => count ?? 'none'),
  ),
).toEqualTypeOf<AsyncContextManager<number | 'none', 'fallback'>>();
expectTypeOf(optional(isTraced && batch)).toEqualTypeOf<AsyncContextManager<number | undefined>>();
expectTypeOf(
  pipe(
    lift(server),
    map(({ port }) => port),
  ),
).toEqualTypeOf<AsyncContextManager<number>>();
expectTypeOf(lift(batch)).toEqualTypeOf<AsyncContextManager<number>>();
expectTypeOf(of(1)).toEqualTypeOf<ContextManager<number> & AsyncContextManager<number>>();
expectTypeOf(
  pipe(
    of(1),
    map((n) => n + 1),
  ),
).toEqualTypeOf<AsyncContextManager<number>>();

// The end of a pipe

expectTypeOf(
  pipe(
    connection,
    use(async (client) => client.name),
  ),
).toEqualTypeOf<Promise<string>>();
expectTypeOf(
  pipe(
    recovering,
    use((count) => [count]),
  ),
).toEqualTypeOf<Promise<number[] | 'fallback'>>();
expectTypeOf(
  pipe(
    batch,
    useSync((count) => count.toFixed()),
  ),
).toEqualTypeOf<string>();
expectTypeOf(
  pipe(
    section({ name: '' }),
    useSync((text) => text.length),
  ),
).toEqualTypeOf<number | 'skipped'>();

// Without a pipe, and with other ways to compose

const name = map((client: Client) => client.name);
expectTypeOf(name(connection)).toEqualTypeOf<AsyncContextManager<string>>();
expectTypeOf(use((client: Client) => client.name)(connection)).toEqualTypeOf<Promise<string>>();
const connect = asyncContextManager(async function* connect(url: string) {
  yield { name: url };
});
expectTypeOf(
  flow(
    connect,
    map((client) => client.name),
  ),
).toEqualTypeOf<(url: string) => AsyncContextManager<string>>();
const counting = contextManager(function* counting() {
  yield 1;
});
expectTypeOf(flow(counting, lift)).toEqualTypeOf<() => AsyncContextManager<number>>();

// What they refuse

pipe(
  1,
  // @ts-expect-error -- not a manager
  map(() => 1),
);
pipe(
  connect,
  // @ts-expect-error -- the manager function is not called
  map(() => 1),
);
pipe(
  connection,
  // @ts-expect-error -- a manager with another type of value
  map((count: number) => count),
);
pipe(
  connection,
  // @ts-expect-error -- a string isn't a manager
  chain(({ name }) => name),
);
// @ts-expect-error -- the manager function is not called
orElse(connect);
// @ts-expect-error -- not a manager
optional(1);
// @ts-expect-error -- not a manager
lift({});
pipe(
  connection,
  // @ts-expect-error -- it is asynchronous
  useSync(() => 1),
);
pipe(
  batch,
  // @ts-expect-error -- it returns a promise
  useSync(async () => 1),
);
pipe(
  connection,
  // @ts-expect-error -- nothing runs a generator
  use(function* () {
    yield 1;
  }),
);
