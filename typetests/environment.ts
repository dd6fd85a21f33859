// Where the environment has an `AbortSignal` (Node's types, or the DOM's), a source gets that one.

import { expectTypeOf } from 'expect-type';
import { aclosing } from 'withal';

aclosing((signal) => {
  expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
  return [1];
});

declare function crawl(url: string, signal: AbortSignal): AsyncGenerator<string>;

void aclosing((signal) => crawl('/', signal));
