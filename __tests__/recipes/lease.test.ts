import { randomUUID } from 'node:crypto';
import { getEventListeners } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { lease, leaseTable } from '../../docs/recipes/lock/lease.ts';
import type { Lock } from '../../docs/recipes/lock/lock.ts';
import { timeout, withAsync } from '../../lib/index.ts';
import { sharedPostgres } from '../helpers/postgres.ts';

const shared = sharedPostgres(leaseTable);

const failure = new Error('no');

/** Each block is another owner's. */
const someones: Lock = (key, waiting) => lease(shared.client, randomUUID())(key, waiting);

async function owners(): Promise<unknown[]> {
  const { rows } = await shared.client.query<{ owner: string }>('SELECT owner FROM leases ORDER BY key');
  return rows.map(({ owner }) => owner);
}

describe('a lease', () => {
  it("is its owner's during the block, and nobody's after it", async () => {
    const lost = await withAsync(lease(shared.client, 'one')('key'), async (lost) => {
      expect(await owners()).toEqual(['one']);
      return lost.aborted;
    });
    expect([lost, await owners()]).toEqual([false, []]);
  });

  it('is had by one owner at a time', async () => {
    let inside = 0;
    const block = async () => {
      expect(++inside).toBe(1);
      await setTimeout(5);
      inside -= 1;
      return 'done';
    };
    const blocks = Array.from({ length: 5 }, () => withAsync(someones('key'), block));
    expect(await Promise.all(blocks)).toEqual(Array.from({ length: 5 }, () => 'done'));
  });

  it('of one key leaves those of others free', async () => {
    expect(await withAsync(someones('one'), () => withAsync(someones('other'), owners))).toHaveLength(2);
  });

  it.each([failure, undefined, null, 0, ''])('is given back where the block throws %p', async (thrown) => {
    const block = withAsync(someones('key'), () => {
      throw thrown;
    });
    expect(await block.catch((error: unknown) => error)).toBe(thrown);
    expect(await owners()).toEqual([]);
  });

  it('is kept by an owner who died, and had again at once by the next process of that owner', async () => {
    const dead = lease(shared.client, 'job 1')('key');
    await dead.enterAsync();
    await expect(
      withAsync(timeout(250), (signal) => withAsync(someones('key', { signal }), () => 'never')),
    ).rejects.toThrow('within 250 ms');
    expect(await withAsync(lease(shared.client, 'job 1')('key'), owners)).toEqual(['job 1']);
    expect(await withAsync(someones('key'), () => 'free')).toBe('free');
  });

  it('is not waited for where the signal has aborted', async () => {
    await expect(withAsync(someones('key', { signal: AbortSignal.abort(failure) }), () => 'never')).rejects.toBe(
      failure,
    );
    expect(await owners()).toEqual([]);
  });

  it('can be given up, which listens to the signal no more', async () => {
    const controller = new AbortController();
    await withAsync(someones('key'), async () => {
      const late = withAsync(someones('key', controller), () => 'never');
      await setTimeout(50);
      controller.abort(failure);
      await expect(late).rejects.toBe(failure);
    });
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    expect(await owners()).toEqual([]);
  });

  it('that was taken away is not given back, and the block rejects', async () => {
    const takeAway = () => shared.client.query("UPDATE leases SET owner = 'other'");
    await expect(withAsync(lease(shared.client, 'one')('key'), takeAway)).rejects.toThrow(
      'The lease "key" was taken away from one.',
    );
    expect(await owners()).toEqual(['other']);
    await shared.client.query('DELETE FROM leases');
  });

  it('that was taken away leaves the error of the block as it is', async () => {
    const block = withAsync(lease(shared.client, 'one')('key'), async () => {
      await shared.client.query('DELETE FROM leases');
      throw failure;
    });
    await expect(block).rejects.toBe(failure);
  });
});
