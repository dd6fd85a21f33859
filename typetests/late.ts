// `abandonable` and `deadline` return a manager like the given one, for `withAsync`.

import { expectTypeOf } from 'expect-type';
import {
  abandonable,
  asyncContextManager,
  contextManager,
  deadline,
  suppress,
  timeout,
  withAsync,
  withSync,
  type AsyncContextManager,
  type LateOptions,
} from 'withal';

declare const signal: Parameters<typeof abandonable>[1];

const transaction = asyncContextManager(async function* transaction() {
  yield 'tx';
});
const batch = contextManager(function* batch() {
  yield 1;
});
declare const server: AsyncDisposable & { readonly port: number };

expectTypeOf(abandonable(transaction(), signal)).toEqualTypeOf<AsyncContextManager<string>>();
expectTypeOf(deadline(transaction(), 1000)).toEqualTypeOf<AsyncContextManager<string>>();
expectTypeOf(abandonable(batch(), signal)).toEqualTypeOf<AsyncContextManager<number>>();
expectTypeOf(deadline(batch(), 1000)).toEqualTypeOf<AsyncContextManager<number>>();
expectTypeOf(withAsync(abandonable(server, signal), ({ port }) => port)).toEqualTypeOf<Promise<number>>();
expectTypeOf(withAsync(deadline(suppress(Error), 1000), () => 1)).toEqualTypeOf<Promise<number | undefined>>();
expectTypeOf(withAsync(deadline(abandonable(transaction(), signal), 1), (tx) => tx)).toEqualTypeOf<Promise<string>>();
void withAsync(timeout(1000), (signal) => withAsync(abandonable(transaction(), signal), (tx) => tx));

expectTypeOf<keyof LateOptions>().toEqualTypeOf<'late'>();
abandonable(transaction(), signal, {});
abandonable(transaction(), signal, { late: undefined });
deadline(transaction(), 1000, {
  late: (ended) => {
    expectTypeOf(ended).toEqualTypeOf<Promise<void>>();
  },
});
deadline(transaction(), 1000, { late: async (ended) => ended });

// What they refuse

// @ts-expect-error -- not a signal
abandonable(transaction());
// @ts-expect-error -- not a time
deadline(transaction());
// @ts-expect-error -- the manager function is not called
abandonable(transaction, signal);
// @ts-expect-error -- the manager function is not called
deadline(transaction, 1000);
// @ts-expect-error -- null isn't a signal
abandonable(transaction(), null);
// @ts-expect-error -- a string isn't a time
deadline(transaction(), '1000');
// @ts-expect-error -- the function goes in the options
deadline(transaction(), 1000, (ended: Promise<void>) => ended);
// @ts-expect-error -- it is asynchronous
withSync(deadline(batch(), 1000), () => 1);
