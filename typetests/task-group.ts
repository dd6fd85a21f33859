// What `taskGroup` gives to the block, and what `start` takes and gives.

import { expectTypeOf } from 'expect-type';
import {
  enter,
  scopeAsync,
  taskGroup,
  withAsync,
  withSync,
  type AsyncContextManager,
  type TaskGroup,
  type TaskGroupOptions,
} from 'withal';

expectTypeOf(taskGroup()).toEqualTypeOf<AsyncContextManager<TaskGroup>>();
expectTypeOf<keyof TaskGroup>().toEqualTypeOf<'signal' | 'start' | 'cancel'>();
expectTypeOf<keyof TaskGroupOptions>().toEqualTypeOf<'signal'>();

expectTypeOf(
  withAsync(taskGroup(), async ({ start, cancel, signal }) => {
    expectTypeOf(start(() => 1)).toEqualTypeOf<Promise<number>>();
    expectTypeOf(start(async () => 'a')).toEqualTypeOf<Promise<string>>();
    expectTypeOf(start(() => {})).toEqualTypeOf<Promise<void>>();
    expectTypeOf(start(async (signal) => signal.aborted)).toEqualTypeOf<Promise<boolean>>();
    cancel(new Error('enough'));
    cancel();
    expectTypeOf(signal.aborted).toEqualTypeOf<boolean>();
    return [await start(() => 1), await start(async () => 'a')] as const;
  }),
).toEqualTypeOf<Promise<readonly [number, string]>>();

expectTypeOf(
  scopeAsync(async function* () {
    const { start } = yield* enter(taskGroup({}));
    return start(() => 1);
  }),
).toEqualTypeOf<Promise<number>>();

/** A function that is generic in what its tasks give. */
export function inParallel<T>(tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
  return withAsync(taskGroup(), ({ start }) => Promise.all(tasks.map((task) => start(task))));
}

// What it refuses

// @ts-expect-error -- it is asynchronous
withSync(taskGroup(), () => 1);
// @ts-expect-error -- null isn't a signal
taskGroup({ signal: null });
withAsync(taskGroup(), ({ start }) => {
  // @ts-expect-error -- a promise isn't a task
  start(Promise.resolve());
  // @ts-expect-error -- nothing runs a generator
  start(async function* () {
    yield 1;
  });
});
