// The names that `withal` exports: none more, none less.

import { expectTypeOf } from 'expect-type';
import * as withal from 'withal';
import type { AsyncContextManager, ContextManager, Entered, Fallback, Suppressed, Thrown } from 'withal';

expectTypeOf<keyof typeof withal>().toEqualTypeOf<
  | 'AbstractAsyncContextManager'
  | 'AbstractContextManager'
  | 'aclosing'
  | 'asyncContextDecorator'
  | 'asyncContextManager'
  | 'AsyncExitStack'
  | 'closing'
  | 'ContextManagerError'
  | 'contextDecorator'
  | 'contextManager'
  | 'ExitStack'
  | 'isAsyncContextManager'
  | 'isContextManager'
  | 'nullContext'
  | 'suppress'
  | 'SuppressedError'
  | 'withAsync'
  | 'withSync'
>();

expectTypeOf<Entered<AsyncContextManager<number>>>().toEqualTypeOf<number>();
expectTypeOf<Fallback<ContextManager<number>>>().toEqualTypeOf<never>();
expectTypeOf<keyof Thrown>().toEqualTypeOf<'error'>();
expectTypeOf<keyof Suppressed<number>>().toEqualTypeOf<'value'>();
