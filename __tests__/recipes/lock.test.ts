import { spawn } from 'node:child_process';
import { getEventListeners, getMaxListeners, once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Client } from 'pg';
import { advisoryLock } from '../../docs/recipes/lock/advisory.ts';
import { localLock, type Lock } from '../../docs/recipes/lock/lock.ts';
import { asyncContextManager, AsyncExitStack, timeout, withAsync } from '../../lib/index.ts';
import { sharedBundles } from '../helpers/bundles.ts';
import { connection, hasPostgres, postgres } from '../helpers/postgres.ts';

jest.setTimeout(60_000);

const holding = '__tests__/recipes/fixtures/holder.ts';
const bundleOf = sharedBundles(holding);

const shared = new AsyncExitStack();
let url: string;
let client: Client;

beforeAll(async () => {
  if (!hasPostgres) return;
  url = await shared.enterContext(postgres());
  client = await shared.enterContext(connection(url));
});

afterAll(() => shared.exitAsync());

const failure = new Error('no');

function fail(): never {
  throw failure;
}

/** How many wait in the database. */
async function waiting(): Promise<number> {
  const { rows } = await client.query("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
  return rows.length;
}

/** Asks until that many wait in the database; if they never do, the test times out. */
async function untilWaiting(count: number): Promise<void> {
  while ((await waiting()) !== count);
}

interface Form {
  readonly name: string;
  readonly make: () => Lock;
  /** Waits until that many wait. */
  readonly until: (count: number) => Promise<void>;
}

const local: Form = { name: 'of the process', make: localLock, until: async () => {} };
const advisory: Form = { name: 'of the database', make: () => advisoryLock(url), until: untilWaiting };

const forms = hasPostgres ? [local, advisory] : [local];

describe.each(forms)('a lock $name', ({ make, until }) => {
  it('has one holder at a time', async () => {
    const lock = make();
    let inside = 0;
    const block = async () => {
      expect(++inside).toBe(1);
      await new Promise(setImmediate);
      inside -= 1;
      return 'done';
    };
    const blocks = Array.from({ length: 10 }, () => withAsync(lock('key'), block));
    expect(await Promise.all(blocks)).toEqual(Array.from({ length: 10 }, () => 'done'));
  });

  it('serves requests in order', async () => {
    const lock = make();
    const order: number[] = [];
    const blocks: Promise<unknown>[] = [];
    await withAsync(lock('key'), async () => {
      for (const number of [1, 2, 3]) {
        blocks.push(withAsync(lock('key'), () => order.push(number)));
        await until(number);
      }
      expect(order).toEqual([]);
    });
    await Promise.all(blocks);
    expect(order).toEqual([1, 2, 3]);
  });

  it('can be taken by one manager many times', async () => {
    const manager = make()('key');
    expect(await Promise.all([withAsync(manager, () => 1), withAsync(manager, () => 2)])).toEqual([1, 2]);
  });

  it('for one key leaves other keys free', async () => {
    const lock = make();
    expect(await withAsync(lock('one'), () => withAsync(lock('other'), () => 'both'))).toBe('both');
  });

  it.each([failure, undefined, null, 0, ''])('is free again if the block throws %p', async (thrown) => {
    const lock = make();
    const block = withAsync(lock('key'), () => {
      throw thrown;
    });
    expect(await block.catch((error: unknown) => error)).toBe(thrown);
    expect(await withAsync(lock('key'), () => 'free')).toBe('free');
  });

  it("isn't waited for if the signal has aborted", async () => {
    const lock = make();
    const block = withAsync(lock('key', { signal: AbortSignal.abort(failure) }), () => 'never');
    await expect(block).rejects.toBe(failure);
    expect(await withAsync(lock('key'), () => 'free')).toBe('free');
  });

  it('is held even if the signal aborts later, and stops listening to it', async () => {
    const lock = make();
    const controller = new AbortController();
    const blocks: Promise<unknown>[] = [];
    await withAsync(lock('key'), async () => {
      const block = withAsync(lock('key', controller), (lost) => {
        const listeners = getEventListeners(controller.signal, 'abort');
        controller.abort();
        return { listeners, lost: lost.aborted };
      });
      blocks.push(block);
      await until(1);
    });
    expect(await Promise.all(blocks)).toEqual([{ listeners: [], lost: false }]);
  });

  it('can be abandoned before the wait', async () => {
    const lock = make();
    await withAsync(lock('key'), async () => {
      const controller = new AbortController();
      const abandoned = withAsync(lock('key', controller), () => 'never');
      controller.abort(failure);
      await expect(abandoned).rejects.toBe(failure);
    });
  });

  it('can be abandoned without holding anyone up', async () => {
    const lock = make();
    const order: string[] = [];
    const impatient = new AbortController();
    const blocks: Promise<unknown>[] = [];
    await withAsync(lock('key'), async () => {
      const abandoned = withAsync(lock('key', { signal: impatient.signal }), () => order.push('never'));
      await until(1);
      blocks.push(withAsync(lock('key'), () => order.push('the second')));
      await until(2);
      impatient.abort(failure);
      await expect(abandoned).rejects.toBe(failure);
      // The database notices after a while.
      await until(1);
      blocks.push(withAsync(lock('key'), () => order.push('the third')));
      await until(2);
      expect(order).toEqual([]);
    });
    await Promise.all(blocks);
    expect(order).toEqual(['the second', 'the third']);
  });

  it('stops waiting when a timeout ends', async () => {
    const lock = make();
    await withAsync(lock('key'), async () => {
      const late = withAsync(timeout(20), (signal) => withAsync(lock('key', { signal }), () => 'never'));
      await expect(late).rejects.toMatchObject({ name: 'TimeoutError' });
    });
    expect(await withAsync(lock('key'), () => 'free')).toBe('free');
  });

  it('can be abandoned by many with one signal, without a warning from Node', async () => {
    const lock = make();
    const controller = new AbortController();
    await withAsync(lock('key'), async () => {
      const many = Array.from({ length: 12 }, () => withAsync(lock('key', controller), () => 'never'));
      await until(12);
      expect(getMaxListeners(controller.signal)).toBe(Infinity);
      controller.abort(failure);
      for (const block of many) await expect(block).rejects.toBe(failure);
    });
  });
});

describe('a lock of the process', () => {
  it('goes to the second in line if the first aborts at the handover', async () => {
    const lock = localLock();
    const impatient = new AbortController();
    const blocks: Promise<unknown>[] = [];
    const manager = lock('key');
    await manager.enterAsync();
    blocks.push(
      withAsync(lock('key', impatient), () => 'never'),
      withAsync(lock('key'), () => 'next'),
    );
    const exited = manager.exitAsync();
    impatient.abort(failure);
    await exited;
    expect(await Promise.allSettled(blocks)).toEqual([
      { status: 'rejected', reason: failure },
      { status: 'fulfilled', value: 'next' },
    ]);
  });

  it('is independent of other locks', async () => {
    const block = withAsync(localLock()('key'), () => withAsync(localLock()('key'), () => 'both'));
    expect(await block).toBe('both');
  });
});

/** A process that has the lock. */
const holder = asyncContextManager(async function* holder(key: string) {
  const child = spawn(process.execPath, [bundleOf(holding), url, key], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  try {
    await once(child.stdout, 'data');
    yield child;
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
});

(hasPostgres ? describe : describe.skip)('a lock of the database', () => {
  it('is free again when the process that holds it is killed', async () => {
    await withAsync(holder('key'), async (child) => {
      const block = withAsync(advisoryLock(url)('key'), () => 'free');
      await untilWaiting(1);
      child.kill('SIGKILL');
      expect(await block).toBe('free');
    });
  });

  const breakAll = () =>
    client.query("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted");

  it('is lost if its connection breaks: the block is told, and rejects', async () => {
    let told: unknown;
    const block = withAsync(advisoryLock(url)('key'), async (lost) => {
      await Promise.all([once(lost, 'abort'), breakAll()]);
      told = lost.reason;
    });
    const error = await block.catch((error: unknown) => error);
    expect(error).toBe(told);
    expect(error).toMatchObject({
      message: 'The lock "key" is lost.',
      cause: { message: expect.stringContaining('terminating connection') },
    });
    expect(await withAsync(advisoryLock(url)('key'), () => 'free')).toBe('free');
  });

  it('keeps the error of a block that lost it unchanged', async () => {
    const block = withAsync(advisoryLock(url)('key'), async (lost) => {
      await Promise.all([once(lost, 'abort'), breakAll()]);
      fail();
    });
    await expect(block).rejects.toBe(failure);
  });

  it("rejects if there is no database, and doesn't run the block", async () => {
    const block = withAsync(advisoryLock('postgres://postgres@127.0.0.1:1/postgres')('key'), () => {
      throw new Error('The block was run.');
    });
    await expect(block).rejects.toThrow('ECONNREFUSED');
  });

  it('leaves no connection behind', async () => {
    const sessions = async () =>
      (await client.query("SELECT FROM pg_stat_activity WHERE backend_type = 'client backend'")).rowCount;
    while ((await sessions()) !== 1);
    expect(await waiting()).toBe(0);
  });
});
