import { describe, expect, it } from '@jest/globals';
import { nullContext } from '../../../lib/index.ts';
import { leftAfter, runCase } from '../../../lib/testing/kit/run-case.ts';
import { settingOf } from '../../../lib/testing/kit/setting.ts';

const setting = settingOf('managerCases()', () => nullContext(), {});

describe('runCase', () => {
  it('names what is left each time', async () => {
    const timers: ReturnType<typeof setInterval>[] = [];
    const leaving = runCase(setting, async (kit) => {
      kit.name = 'leaving()';
      timers.push(setInterval(() => undefined, 1000));
    });
    await expect(leaving).rejects.toThrow(
      'Cannot accept leaving(): a block must leave nothing behind, but each one leaves a timer (__tests__/testing/kit/run-case.test.ts:',
    );
    expect(timers).toHaveLength(2);
    timers.forEach(clearInterval);
  });

  it('ignores what is left only once', async () => {
    const timers: ReturnType<typeof setInterval>[] = [];
    let tries = 0;
    await runCase(setting, async () => {
      tries += 1;
      if (timers.length === 0) timers.push(setInterval(() => undefined, 1000));
    });
    expect(tries).toBe(2);
    timers.forEach(clearInterval);
  });

  it('runs once if nothing is left', async () => {
    let tries = 0;
    await runCase(setting, async () => void (tries += 1));
    expect(tries).toBe(1);
  });

  it("has no other name for a manager that wasn't made", async () => {
    const losing = runCase(setting, async () => void Promise.reject(new Error('lost')));
    await expect(losing).rejects.toThrow(
      'Cannot accept the manager: each rejection must be handled, but one in the background was not: Error: lost.',
    );
  });

  it('rejects with the same error as the work, and restores what it has changed', async () => {
    const error = new Error('no');
    const failing = runCase(setting, async () => {
      process.env['WITHAL_CASE'] = 'changed';
      throw error;
    });
    await expect(failing).rejects.toBe(error);
    expect(process.env['WITHAL_CASE']).toBeUndefined();
  });

  it('waits for the previous case, even one that fails', async () => {
    const order: string[] = [];
    const work = (name: string) => async () => {
      order.push(name);
      await new Promise((resolve) => setTimeout(resolve, 1));
      order.push(name);
      if (name === 'a') throw new Error(name);
    };
    await Promise.allSettled([runCase(setting, work('a')), runCase(setting, work('b'))]);
    expect(order).toEqual(['a', 'a', 'b', 'b']);
  });
});

describe('leftAfter', () => {
  /** What is left each time it looks; the last entry repeats. */
  function watch(...looks: string[][]) {
    const seen: string[][] = [];
    return {
      seen,
      left: () => (seen.push(looks[Math.min(seen.length, looks.length - 1)] as string[]), seen.at(-1) ?? []),
    };
  }

  it.each<[string, string[][], number, string[], number]>([
    ['nothing', [[]], 100, [], 1],
    ['what is never closed', [['a']], 4, ['a'], 4],
    ['what is closed in the end', [['a'], ['a'], []], 100, [], 5],
    ['what is closed too late', [['a'], ['a'], ['a'], ['a'], []], 4, ['a'], 4],
    ['what repeats, with nothing in between', [['a'], [], ['a'], []], 4, ['a'], 4],
    ['what repeats until it ends', [['a'], [], ['b'], []], 100, [], 6],
  ])('reports %s', async (_what, looks, most, left, count) => {
    const watched = watch(...looks);
    expect(await leftAfter(watched, most)).toEqual(left);
    expect(watched.seen).toHaveLength(count);
  });
});
