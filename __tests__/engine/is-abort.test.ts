import { describe, expect, it } from '@jest/globals';
import { isAbort } from '../../lib/engine/is-abort.ts';
import { abortSource } from '../../lib/support/abort.ts';
import { ContextManagerError, SuppressedError } from '../../lib/index.ts';

describe('isAbort', () => {
  const source = abortSource();
  const { signal } = source;
  const reason = new Error('stopped');
  source.abort(reason);

  const ring = new Error('ring');
  ring.cause = ring;
  const unreadable = new Proxy(new Error('hostile'), {
    get() {
      throw new Error('getter');
    },
  });

  it.each([
    ['the reason', reason, true],
    ['an error that the reason caused', new Error('fetch failed', { cause: reason }), true],
    ['a bare AbortError', new DOMException('aborted', 'AbortError'), true],
    ['an AbortError with another cause', Object.assign(new Error('x', { cause: 1 }), { name: 'AbortError' }), false],
    ['many errors that only say so', new AggregateError([reason, new DOMException('aborted', 'AbortError')]), true],
    ['many errors of which one says more', new AggregateError([reason, new Error('other')]), false],
    ['a teardown that failed on the way', new SuppressedError(new Error('other'), reason), false],
    ['a ring', ring, false],
    ['what broke the protocol', new ContextManagerError('ERR_DID_NOT_STOP', 'x', { cause: reason }), false],
    ['an error that can’t be read', unreadable, false],
    ['another error', new Error('other'), false],
    ['something that is no error', { name: 'AbortError' }, false],
  ])('%s', (_what, error, expected) => {
    expect(isAbort(error, signal)).toBe(expected);
  });
});
