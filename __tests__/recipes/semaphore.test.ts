import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { semaphore } from '../../docs/recipes/lock/semaphore.ts';
import { withAsync } from '../../lib/index.ts';
import { errorOf, outcomeOf } from '../helpers/outcome.ts';

const turn = () => new Promise(setImmediate);

const reason = new Error('no longer');

describe('a semaphore', () => {
  it('admits that many at once, and the others in order', async () => {
    const permit = semaphore(2);
    const log: number[] = [];
    let [inside, most] = [0, 0];
    const block = async (name: number) =>
      withAsync(permit(), async () => {
        log.push(name);
        inside += 1;
        most = Math.max(most, inside);
        await turn();
        inside -= 1;
      });
    await Promise.all([1, 2, 3, 4, 5].map(block));
    expect(log).toEqual([1, 2, 3, 4, 5]);
    expect([inside, most]).toEqual([0, 2]);
  });

  it('passes the permit of a block that throws to the next', async () => {
    const permit = semaphore(1);
    const failing = withAsync(permit(), async () => Promise.reject(reason));
    const next = withAsync(permit(), () => 'next');
    expect(await errorOf(() => failing)).toBe(reason);
    expect(await next).toBe('next');
  });

  it('stops waiting when the signal aborts', async () => {
    const permit = semaphore(1);
    const source = new AbortController();
    const first = withAsync(permit(), async () => turn().then(turn));
    const waiting = outcomeOf(() => withAsync(permit({ signal: source.signal }), () => 'never'));
    const last = withAsync(permit(), () => 'last');
    await turn();
    source.abort(reason);
    expect(await waiting).toEqual({ error: reason });
    await first;
    expect(await last).toBe('last');
    expect(getEventListeners(source.signal, 'abort')).toEqual([]);
    expect(await errorOf(() => withAsync(permit({ signal: source.signal }), () => 'never'))).toBe(reason);
  });

  it('loses no permit, and grants none twice, in 200 rounds of aborting at the handover', async () => {
    for (let round = 0; round < 200; round++) {
      const permits = 1 + (round % 3);
      const permit = semaphore(permits);
      let [inside, most] = [0, 0];
      const block = async (signal?: AbortSignal) =>
        withAsync(permit({ signal }), async () => {
          inside += 1;
          most = Math.max(most, inside);
          await turn();
          inside -= 1;
        });
      const source = new AbortController();
      const blocks = Array.from({ length: 8 }, async (_, index) =>
        outcomeOf(() => block(index % 2 ? source.signal : undefined)),
      );
      await turn();
      for (let count = 0; count < round % 13; count++) await Promise.resolve();
      source.abort(reason);
      await Promise.all(blocks);
      expect([inside, most]).toEqual([0, permits]);
      // All permits are there again.
      await Promise.all(Array.from({ length: permits }, async () => block()));
      expect(most).toBe(permits);
    }
  });

  it.each([0, -1, 1.5, NaN, Infinity])('refuses %p', (permits) => {
    expect(() => semaphore(permits)).toThrow(RangeError);
  });
});
