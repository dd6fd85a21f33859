// The names that `withal` exports: no more, no less.

import { expectTypeOf } from 'expect-type';
import * as withal from 'withal';
import type {
  AllOptions,
  AsyncContextManager,
  AsyncEnterable,
  ContextManager,
  ContextManagerErrorCode,
  Enterable,
  Entered,
  EnterRequest,
  ExitAnswer,
  Fallback,
  Suppressed,
  Thrown,
  TimeoutOptions,
} from 'withal';

expectTypeOf<keyof typeof withal>().toEqualTypeOf<
  | 'AbstractAsyncContextManager'
  | 'AbstractContextManager'
  | 'abandonable'
  | 'aclosing'
  | 'all'
  | 'asyncContextDecorator'
  | 'asyncContextManager'
  | 'AsyncExitStack'
  | 'closing'
  | 'ContextManagerError'
  | 'contextDecorator'
  | 'contextManager'
  | 'deadline'
  | 'enter'
  | 'ExitStack'
  | 'fromCallback'
  | 'isAsyncContextManager'
  | 'isContextManager'
  | 'nullContext'
  | 'passing'
  | 'resultBlocks'
  | 'scopeAsync'
  | 'scopeSync'
  | 'suppress'
  | 'SuppressedError'
  | 'taskGroup'
  | 'timeout'
  | 'withAsync'
  | 'withSync'
>();

expectTypeOf<Entered<AsyncContextManager<number>>>().toEqualTypeOf<number>();
expectTypeOf<Fallback<ContextManager<number>>>().toEqualTypeOf<never>();
expectTypeOf<keyof Thrown>().toEqualTypeOf<'error'>();
expectTypeOf<keyof Suppressed<number>>().toEqualTypeOf<'value'>();
expectTypeOf<EnterRequest<1, 2>>().toExtend<EnterRequest<number, number>>();
expectTypeOf<ExitAnswer<number>>().toExtend<ReturnType<ContextManager<unknown, number>['exit']>>();
expectTypeOf<ContextManager<unknown, unknown>>().toExtend<Enterable>();
expectTypeOf<AsyncContextManager<unknown, unknown>>().toExtend<AsyncEnterable>();
expectTypeOf<'ERR_OUTCOME_UNKNOWN'>().toExtend<ContextManagerErrorCode>();
expectTypeOf<keyof AllOptions>().toEqualTypeOf<'concurrent'>();
expectTypeOf<keyof TimeoutOptions>().toEqualTypeOf<'signal'>();
