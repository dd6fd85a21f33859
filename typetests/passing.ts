// `passing` returns a manager like the given one.

import { expectTypeOf } from 'expect-type';
import { asyncContextManager, contextManager, passing, withAsync, withSync } from 'withal';

const transaction = asyncContextManager(async function* transaction() {
  yield 'tx';
});
const batch = contextManager(function* batch() {
  yield 1;
});

class Redirect extends Error {}

expectTypeOf(withAsync(passing(transaction(), Redirect), (tx) => tx)).toEqualTypeOf<Promise<string>>();
expectTypeOf(withSync(passing(batch(), Redirect), (value) => value)).toEqualTypeOf<number>();
expectTypeOf(
  withAsync(
    passing(batch(), (error) => error === 1),
    (value) => value,
  ),
).toEqualTypeOf<Promise<number>>();

// @ts-expect-error -- an async manager stays one
withSync(passing(transaction(), Redirect), () => 1);
// @ts-expect-error -- a name matches nothing
passing(transaction(), 'Redirect');
