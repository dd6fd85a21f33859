import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { after } from '../../lib/support/after.ts';

const made = () => jest.mocked(setTimeout).mock.results.map(({ value }) => value as NodeJS.Timeout);

describe('after', () => {
  beforeEach(() => {
    jest.useFakeTimers();
    jest.spyOn(globalThis, 'setTimeout');
  });

  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  it.each([
    ['keeps the process alive', [], true],
    ['keeps the process alive if asked to', [true], true],
    ['lets the process end', [false], false],
  ])('%s', (_what, keepsProcessAlive, hasRef) => {
    const callback = jest.fn();
    after(10, callback, ...keepsProcessAlive);
    expect(made().map((timer) => timer.hasRef())).toEqual([hasRef]);
    jest.advanceTimersByTime(10);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  it('takes the numbers that jsdom has for timers', () => {
    jest.mocked(setTimeout).mockReturnValue(1 as never);
    expect(after(10, jest.fn(), false)).toBeInstanceOf(Function);
  });
});
