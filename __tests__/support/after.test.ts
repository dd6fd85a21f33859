import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { after } from '../../lib/support/after.ts';

afterEach(() => {
  jest.restoreAllMocks();
});

describe('after', () => {
  it.each([
    ['keeps the process alive', undefined, true],
    ['keeps it alive if told to', true, true],
    ['lets it end if told to', false, false],
  ])('%s', (_what, keepsProcessAlive, expected) => {
    const setTimeout = jest.spyOn(globalThis, 'setTimeout');
    const stop = after(1000, () => undefined, keepsProcessAlive);
    const timer = setTimeout.mock.results[0]?.value as NodeJS.Timeout;
    stop();
    expect(timer.hasRef()).toBe(expected);
  });

  it('takes a timer that is a number, as in a browser', () => {
    jest.spyOn(globalThis, 'setTimeout').mockReturnValue(1 as never);
    const clearTimeout = jest.spyOn(globalThis, 'clearTimeout');
    after(1000, () => undefined, false)();
    expect(clearTimeout).toHaveBeenCalledWith(1);
  });
});
