// What `timeout` gives to the block, and what it refuses.

import { expectTypeOf } from 'expect-type';
import { enter, scopeAsync, timeout, withAsync, withSync, type AsyncContextManager } from 'withal';

declare const maybe: AbortSignal | undefined;

expectTypeOf(timeout(1000)).toEqualTypeOf<AsyncContextManager<AbortSignal>>();
void withAsync(timeout(1000), (signal) => {
  expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
});
expectTypeOf(withAsync(timeout(Infinity), async () => 1)).toEqualTypeOf<Promise<number>>();
expectTypeOf(
  scopeAsync(async function* () {
    return (yield* enter(timeout(1000))).aborted;
  }),
).toEqualTypeOf<Promise<boolean>>();

// The options

timeout(1000, {});
timeout(1000, { signal: AbortSignal.timeout(1) });
timeout(1000, { signal: maybe });
timeout(1000, new AbortController());

// What it refuses

// @ts-expect-error -- not a time
timeout();
// @ts-expect-error -- a string
timeout('1000');
// @ts-expect-error -- a bigint
timeout(1000n);
// @ts-expect-error -- null isn't a signal
timeout(1000, { signal: null });
// @ts-expect-error -- a controller isn't a signal
timeout(1000, { signal: new AbortController() });
// @ts-expect-error -- the signal goes into the options
timeout(1000, new AbortController().signal);
// @ts-expect-error -- it is asynchronous
withSync(timeout(1000), () => 1);
