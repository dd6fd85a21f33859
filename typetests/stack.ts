// The two stacks, suppress() and nullContext().

import { expectTypeOf } from 'expect-type';
import {
  asyncContextManager,
  AsyncExitStack,
  contextManager,
  ExitStack,
  nullContext,
  suppress,
  withAsync,
  withSync,
  type AsyncContextManager,
  type ContextManager,
  type Thrown,
} from 'withal';

const connection = asyncContextManager(async function* connection() {
  yield { port: 5432 };
});
const recovering = contextManager(function* recovering() {
  try {
    yield 1;
  } catch {
    return 'fallback';
  }
  return 'fallback';
});

// What entering gives

const stack = new AsyncExitStack();
expectTypeOf(stack.enterContext(connection())).resolves.toEqualTypeOf<{ port: number }>();
expectTypeOf(stack.enterContext(nullContext(Promise.resolve(1)))).resolves.toEqualTypeOf<number>();
expectTypeOf(new ExitStack().enterContext(nullContext('text'))).toEqualTypeOf<string>();

// A stack must declare the value of its block if a manager suppresses

// @ts-expect-error -- it may suppress
void stack.enterContext(recovering());
// @ts-expect-error -- it may suppress
void stack.enterContext(suppress(TypeError));
void new AsyncExitStack<string>().enterContext(recovering());
void new AsyncExitStack<undefined>().enterContext(suppress(TypeError));
// @ts-expect-error -- with something else
void new AsyncExitStack<number>().enterContext(recovering());
// @ts-expect-error -- it may suppress
new ExitStack().enterContext(recovering());

expectTypeOf(withAsync(new AsyncExitStack<string>(), () => 1)).resolves.toEqualTypeOf<string | number>();
expectTypeOf(withAsync(new AsyncExitStack(), () => 1)).resolves.toEqualTypeOf<number>();
expectTypeOf(withSync(new ExitStack<undefined>(), () => 1)).toEqualTypeOf<number | undefined>();

// Exits

stack.push((thrown) => {
  expectTypeOf(thrown).toEqualTypeOf<Thrown | undefined>();
});
stack.push(async () => {});
// @ts-expect-error -- it may suppress
stack.push(() => true);
new AsyncExitStack<undefined>().push(async () => true);
expectTypeOf(new ExitStack<undefined>().push(suppress(Error))).toExtend<object>();
// @ts-expect-error -- for a disposable, there is use()
stack.push({ [Symbol.dispose]() {} });
// @ts-expect-error -- an async exit on a sync stack
new ExitStack().push(async () => {});

// TC39's part

expectTypeOf(stack.use(null)).toEqualTypeOf<null>();
expectTypeOf(stack.adopt(1, () => {})).toEqualTypeOf<number>();
expectTypeOf(stack.move()).toEqualTypeOf<AsyncExitStack>();
expectTypeOf(stack).toExtend<AsyncDisposable>();
expectTypeOf(new ExitStack()).toExtend<Disposable>();
expectTypeOf(stack.complete([1])).toEqualTypeOf<number[]>();
expectTypeOf(stack.complete({} as unknown)).toEqualTypeOf<unknown>();
expectTypeOf(stack.complete({} as string | undefined)).toEqualTypeOf<string | undefined>();
expectTypeOf(stack.complete({} as any)).toBeAny();
expectTypeOf(
  stack.complete(Promise.resolve(1)),
).toEqualTypeOf<'The block has not succeeded yet: write complete(await …).'>();
async function inStack<T>(body: () => Promise<T>): Promise<T> {
  return new ExitStack().complete(await body());
}
expectTypeOf(inStack(async () => 1)).toEqualTypeOf<Promise<number>>();
// Callbacks may return anything

declare const open: Map<string, number>;
stack.defer(() => open.delete('a'));
stack.defer(async () => 1);
stack.adopt('a', (key) => open.delete(key));
new ExitStack().defer(() => open.delete('a'));
new ExitStack().adopt('a', (key) => open.delete(key));

// @ts-expect-error -- not a disposable
stack.use({});
// @ts-expect-error -- an async disposable on a sync stack
new ExitStack().use({ async [Symbol.asyncDispose]() {} });

// @ts-expect-error -- it is async
new ExitStack().enterContext(connection());
// @ts-expect-error -- it was not called
void stack.enterContext(connection);

// suppress, nullContext

expectTypeOf(
  withSync(
    suppress(TypeError, (error) => error === 1),
    () => 1,
  ),
).toEqualTypeOf<number | undefined>();
suppress(
  (error: { code: string }) => error.code === 'ENOENT',
  (error): error is RangeError => error instanceof RangeError,
  (error) => {
    expectTypeOf(error).toEqualTypeOf<unknown>();
    return true;
  },
);
expectTypeOf(suppress(TypeError)).toExtend<AsyncContextManager<unknown, undefined>>();
expectTypeOf(suppress(TypeError)).toExtend<ContextManager<unknown, undefined>>();
expectTypeOf(nullContext()).toExtend<AsyncContextManager<undefined>>();
expectTypeOf(nullContext(1)).toExtend<AsyncContextManager<number>>();
expectTypeOf(nullContext(1)).toExtend<ContextManager<number>>();
expectTypeOf(withAsync(nullContext(Promise.resolve(1)), (value) => value)).toEqualTypeOf<Promise<number>>();
// @ts-expect-error -- its enter() returns a promise
withSync(nullContext(Promise.resolve(1)), () => 1);

// @ts-expect-error -- not a matcher
suppress('TypeError');
// @ts-expect-error -- a predicate must not be async
suppress(async () => true);
