// What the drivers of `resultBlocks` give, and what they refuse: a body that doesn't return a Result.

import { expectTypeOf } from 'expect-type';
import {
  asyncContextManager,
  contextManager,
  enter,
  resultBlocks,
  suppress,
  type ResultBlocks,
  type withAsync as withAsyncOfErrors,
} from 'withal';

interface Ok<T> {
  readonly ok: true;
  readonly value: T;
}

interface Err<E> {
  readonly ok: false;
  readonly error: E;
}

type Result<T, E> = Ok<T> | Err<E>;

const blocks = resultBlocks((result: Result<unknown, unknown>) => !result.ok && { error: result.error });

expectTypeOf(blocks).toEqualTypeOf<ResultBlocks<Result<unknown, unknown>>>();
expectTypeOf<keyof typeof blocks>().toEqualTypeOf<
  'withAsync' | 'withSync' | 'scopeAsync' | 'scopeSync' | 'asyncContextDecorator' | 'contextDecorator'
>();

const { withAsync, withSync, scopeAsync, scopeSync, asyncContextDecorator, contextDecorator } = blocks;

const transaction = asyncContextManager(async function* transaction() {
  yield 'tx';
});
const batch = contextManager(function* batch() {
  yield 1;
});
const recovering = asyncContextManager(async function* recovering() {
  try {
    yield 1;
  } catch {
    return { ok: true, value: 'fallback' } as const;
  }
  return { ok: true, value: 'fallback' } as const;
});

declare const save: (tx: string) => Promise<Result<number, 'TAKEN'>>;
declare const saveSync: (tx: number) => Result<number, 'TAKEN'>;
declare const task: () => () => Promise<Result<number, 'TAKEN'>>;
declare const isTaken: boolean;

// What a body returns, the block gives

expectTypeOf(withAsync(transaction(), save)).toEqualTypeOf<Promise<Result<number, 'TAKEN'>>>();
expectTypeOf(withAsync(batch(), saveSync)).toEqualTypeOf<Promise<Result<number, 'TAKEN'>>>();
expectTypeOf(withSync(batch(), saveSync)).toEqualTypeOf<Result<number, 'TAKEN'>>();
expectTypeOf(withAsync(suppress(Error), () => save(''))).toEqualTypeOf<Promise<Result<number, 'TAKEN'> | undefined>>();
expectTypeOf(withSync(suppress(Error), () => saveSync(1))).toEqualTypeOf<Result<number, 'TAKEN'> | undefined>();
expectTypeOf(withAsync(recovering(), (): Err<'TAKEN'> => ({ ok: false, error: 'TAKEN' }))).toEqualTypeOf<
  Promise<Err<'TAKEN'> | { readonly ok: true; readonly value: 'fallback' }>
>();

// A literal is a Result without a cast

const literal = withAsync(transaction(), async (tx) =>
  isTaken ? { ok: false, error: 'TAKEN' } : { ok: true, value: tx.length },
);
void literal.then((result) => {
  if (result.ok) expectTypeOf(result.value).toEqualTypeOf<number>();
});

expectTypeOf(
  scopeAsync(async function* () {
    const tx = yield* enter(transaction());
    return save(tx);
  }),
).toEqualTypeOf<Promise<Result<number, 'TAKEN'>>>();
expectTypeOf(
  scopeAsync(async function* (name: string) {
    yield* enter(suppress(Error));
    return save(name);
  }, 'name'),
).toEqualTypeOf<Promise<Result<number, 'TAKEN'> | undefined>>();
expectTypeOf(
  scopeSync(function* () {
    return saveSync(yield* enter(batch()));
  }),
).toEqualTypeOf<Result<number, 'TAKEN'>>();

expectTypeOf(asyncContextDecorator(transaction)(async (name: string) => save(name))).toEqualTypeOf<
  (this: unknown, name: string) => Promise<Result<number, 'TAKEN'>>
>();
expectTypeOf(contextDecorator(batch())((count: number) => saveSync(count))).toEqualTypeOf<
  (this: unknown, count: number) => Result<number, 'TAKEN'>
>();
expectTypeOf(
  asyncContextDecorator(transaction())(async function* (): AsyncGenerator<string, Result<number, 'TAKEN'>, void> {
    yield 'row';
    return save('');
  }),
).toEqualTypeOf<(this: unknown) => AsyncGenerator<string, Result<number, 'TAKEN'>, void>>();

/** A class whose methods give Results. */
export class Repository {
  readonly name = 'repository';

  @asyncContextDecorator(transaction())
  async save(count: number): Promise<Result<number, 'TAKEN'>> {
    return count ? save(this.name) : { ok: true, value: 0 };
  }

  @contextDecorator(batch())
  saveSync(count: number): Result<number, 'TAKEN'> {
    return saveSync(count);
  }

  // @ts-expect-error -- it doesn't return a Result
  @asyncContextDecorator(transaction())
  async length(): Promise<number> {
    return this.name.length;
  }
}

/** A function that is generic in the Result. */
export function inTransaction<T>(body: (tx: string) => Promise<Result<T, Error>>): Promise<Result<T, Error>> {
  return withAsync(transaction(), body);
}

/** One that takes the drivers themselves. */
export function run(drivers: ResultBlocks<Result<unknown, unknown>>): Promise<Result<number, 'TAKEN'>> {
  return drivers.withAsync(transaction(), save);
}

// @ts-expect-error -- the drivers for thrown errors take any body, these don't
export const errors: typeof withAsyncOfErrors = withAsync;

// What they refuse

// @ts-expect-error -- `return` is missing
withAsync(transaction(), async (tx) => {
  await save(tx);
});
// @ts-expect-error -- `return` is missing
withSync(batch(), (count) => {
  saveSync(count);
});
// @ts-expect-error -- it doesn't return a Result
withAsync(transaction(), (tx) => tx.length);
// @ts-expect-error -- it returns a task that has not run
withAsync(transaction(), () => task());
// @ts-expect-error -- it returns a function
withSync(batch(), () => () => saveSync(1));
// @ts-expect-error -- it returns a promise
withSync(batch(), () => save(''));
// @ts-expect-error -- nothing runs a generator
withAsync(transaction(), async function* () {
  yield 1;
});
// @ts-expect-error -- `return` is missing
scopeAsync(async function* () {
  yield* enter(transaction());
});
// @ts-expect-error -- `return` is missing
asyncContextDecorator(transaction())(async () => {
  await save('');
});
// @ts-expect-error -- it doesn't return a Result
contextDecorator(batch())(() => 1);
// @ts-expect-error -- the manager function is not called
withAsync(transaction, save);
// @ts-expect-error -- an async manager in withSync
withSync(transaction(), () => saveSync(1));
// @ts-expect-error -- the error must be in an object
resultBlocks((result: Result<unknown, unknown>) => !result.ok);
// @ts-expect-error -- a promise isn't an answer
resultBlocks(async (result: Result<unknown, unknown>) => !result.ok && { error: result.error });
