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
  it('belongs to its owner during the block, and to nobody after it', async () => {
    const lost = await withAsync(lease(shared.client, 'one')('key'), async (lost) => {
      expect(await owners()).toEqual(['one']);
      return lost.aborted;
    });
    expect([lost, await owners()]).toEqual([false, []]);
  });

  it('has one owner at a time', async () => {
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

  it('for one key leaves other keys free', async () => {
    expect(await withAsync(someones('one'), () => withAsync(someones('other'), owners))).toHaveLength(2);
  });

  it.each([failure, undefined, null, 0, ''])('is released if the block throws %p', async (thrown) => {
    const block = withAsync(someones('key'), () => {
      throw thrown;
    });
    expect(await block.catch((error: unknown) => error)).toBe(thrown);
    expect(await owners()).toEqual([]);
  });

  it("is kept by an owner who died, and taken again at once by that owner's next process", async () => {
    const dead = lease(shared.client, 'job 1')('key');
    await dead.enterAsync();
    await expect(
      withAsync(timeout(250), (signal) => withAsync(someones('key', { signal }), () => 'never')),
    ).rejects.toThrow('within 250 ms');
    expect(await withAsync(lease(shared.client, 'job 1')('key'), owners)).toEqual(['job 1']);
    expect(await withAsync(someones('key'), () => 'free')).toBe('free');
  });

  it("isn't waited for if the signal has aborted", async () => {
    await expect(withAsync(someones('key', { signal: AbortSignal.abort(failure) }), () => 'never')).rejects.toBe(
      failure,
    );
    expect(await owners()).toEqual([]);
  });

  it('can be abandoned, and stops listening to the signal', async () => {
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

  it("that was taken away isn't released, and rejects the block", async () => {
    const takeAway = () => shared.client.query("UPDATE leases SET owner = 'other'");
    await expect(withAsync(lease(shared.client, 'one')('key'), takeAway)).rejects.toThrow(
      'The lease "key" was taken away from one.',
    );
    expect(await owners()).toEqual(['other']);
    await shared.client.query('DELETE FROM leases');
  });

  it("that was taken away keeps the block's error unchanged", async () => {
    const block = withAsync(lease(shared.client, 'one')('key'), async () => {
      await shared.client.query('DELETE FROM leases');
      throw failure;
    });
    await expect(block).rejects.toBe(failure);
  });
});
