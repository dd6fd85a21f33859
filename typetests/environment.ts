// If the environment's types (Node's, or the DOM's) have an `AbortSignal`, a source gets that one.

import { expectTypeOf } from 'expect-type';
import { aclosing } from 'withal';

aclosing((signal) => {
  expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
  return [1];
});

declare function crawl(url: string, signal: AbortSignal): AsyncGenerator<string>;

void aclosing((signal) => crawl('/', signal));

// The signal that closes the source

declare const maybe: AbortSignal | undefined;
aclosing([1], { signal: AbortSignal.timeout(1) });
aclosing([1], { signal: maybe });
aclosing([1], new AbortController());
// @ts-expect-error -- a controller isn't a signal
aclosing([1], { signal: new AbortController() });
// @ts-expect-error -- the signal goes into the options
aclosing([1], new AbortController().signal);
