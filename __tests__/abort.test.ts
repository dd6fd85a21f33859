import { describe, expect, it } from '@jest/globals';
import { abortSource, isAbort } from '../lib/abort.ts';

describe('isAbort', () => {
  const source = abortSource();
  const { signal } = source;
  const reason = new Error('stopped');
  source.abort(reason);

  it.each([
    ['the reason', reason, true],
    ['an error that the reason caused', new Error('fetch failed', { cause: reason }), true],
    ['a bare AbortError', new DOMException('aborted', 'AbortError'), true],
    ['an AbortError with another cause', Object.assign(new Error('x', { cause: 1 }), { name: 'AbortError' }), false],
    ['another error', new Error('other'), false],
    ['something that is no error', { name: 'AbortError' }, false],
  ])('%s', (_what, error, expected) => {
    expect(isAbort(error, signal)).toBe(expected);
  });
});
