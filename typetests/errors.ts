// The error classes.

import { expectTypeOf } from 'expect-type';
import { ContextManagerError, SuppressedError } from 'withal';

declare const caught: unknown;

if (caught instanceof ContextManagerError) {
  expectTypeOf(caught).toExtend<Error>();
  expectTypeOf(caught.message).toEqualTypeOf<string>();
  expectTypeOf(caught.code).toEqualTypeOf<
    'ERR_DID_NOT_YIELD' | 'ERR_DID_NOT_STOP' | 'ERR_ALREADY_ENTERED' | 'ERR_NOT_ENTERED' | 'ERR_OUTCOME_UNKNOWN'
  >();
  // @ts-expect-error -- there is no such code
  void (caught.code === 'ERR_OTHER');
  // @ts-expect-error -- the code stays what it is
  caught.code = 'ERR_DID_NOT_STOP';
}

const both = new SuppressedError(new Error('teardown'), new Error('block'), 'both');
expectTypeOf(both).toExtend<Error>();
expectTypeOf(both).toHaveProperty('error');
expectTypeOf(both).toHaveProperty('suppressed');

/** The name is also the name of the instances' type. */
export function suppressedBy(error: SuppressedError): unknown {
  return error.suppressed;
}
