import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { limiter } from '../../docs/recipes/limiter/limiter.ts';
import { asyncContextDecorator, asyncContextManager, closing, enter, timeout, withAsync } from '../../lib/index.ts';

// Time is controlled by the tests; what doesn't wait for it continues.
const real = ['Date', 'hrtime', 'nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate'] as const;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: [...real] });
});

afterEach(() => {
  jest.useRealTimers();
});

const pass = (milliseconds: number) => jest.advanceTimersByTimeAsync(milliseconds);

const failure = new Error('no');

/** Records which blocks have begun when. */
function record() {
  const start = performance.now();
  const begun: [unknown, number][] = [];
  return { begun, begin: (name: unknown) => void begun.push([name, performance.now() - start]) };
}

describe('a limiter', () => {
  it('lets so many begin within an interval, and the others later, in order', async () => {
    const limit = limiter({ entries: 2, interval: 100 });
    const { begun, begin } = record();
    const blocks = Promise.all([1, 2, 3, 4, 5].map((name) => withAsync(limit(), () => begin(name))));
    await pass(99);
    expect(begun).toHaveLength(2);
    await pass(101);
    await blocks;
    expect(begun).toEqual([
      [1, 0],
      [2, 0],
      [3, 100],
      [4, 100],
      [5, 200],
    ]);
  });

  it("returns the block's result", async () => {
    expect(await withAsync(limiter({ entries: 1, interval: 100 })(), () => 'done')).toBe('done');
  });

  it("doesn't count how long the blocks take", async () => {
    const limit = limiter({ entries: 1, interval: 100 });
    const { begun, begin } = record();
    const long = async (name: number) => {
      begin(name);
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    };
    const blocks = Promise.all([1, 2].map((name) => withAsync(limit(), () => long(name))));
    await pass(1_100);
    await blocks;
    expect(begun).toEqual([
      [1, 0],
      [2, 100],
    ]);
  });

  it('saves up nothing while it is idle', async () => {
    const limit = limiter({ entries: 2, interval: 100 });
    const { begun, begin } = record();
    await pass(1_000);
    const blocks = Promise.all([1, 2, 3, 4].map((name) => withAsync(limit(), () => begin(name))));
    await pass(100);
    await blocks;
    expect(begun.map(([, time]) => time)).toEqual([1_000, 1_000, 1_100, 1_100]);
  });

  it('lets each begin as soon as the limit allows, and no sooner', async () => {
    const arrivals = fc.array(fc.nat(40), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.nat(60), arrivals, async (entries, interval, pauses) => {
        const limit = limiter({ entries, interval });
        const { begun, begin } = record();
        const blocks: Promise<unknown>[] = [];
        const expected: [number, number][] = [];
        let now = 0;
        for (const [name, pause] of pauses.entries()) {
          await pass(pause);
          now += pause;
          blocks.push(withAsync(limit(), () => begin(name)));
          const [, previous = 0] = expected[name - 1] ?? [];
          const [, earliest = -Infinity] = expected[name - entries] ?? [];
          expected.push([name, Math.max(now, previous, earliest + interval)]);
        }
        await jest.runAllTimersAsync();
        await Promise.all(blocks);
        expect(begun).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  it("doesn't let a block begin if a timer fires early", async () => {
    let now = 0;
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => now);
    const limit = limiter({ entries: 1, interval: 100 });
    const { begun, begin } = record();
    await withAsync(limit(), () => begin(1));
    const block = withAsync(limit(), () => begin(2));
    await pass(0);
    now = 99.5;
    await pass(100);
    expect(begun).toEqual([[1, 0]]);
    now = 100;
    await pass(1);
    await block;
    expect(begun).toEqual([
      [1, 0],
      [2, 100],
    ]);
    clock.mockRestore();
  });

  it.each([failure, undefined, null, 0, ''])('counts a block that throws %p, which it rethrows', async (thrown) => {
    const limit = limiter({ entries: 1, interval: 100 });
    const { begun, begin } = record();
    const block = withAsync(limit(), () => {
      throw thrown;
    });
    expect(await block.catch((error: unknown) => error)).toBe(thrown);
    const next = withAsync(limit(), () => begin('next'));
    await pass(100);
    await next;
    expect(begun).toEqual([['next', 100]]);
  });

  it("rejects if the signal has aborted, and doesn't count that", async () => {
    const limit = limiter({ entries: 1, interval: 100 });
    const block = withAsync(limit({ signal: AbortSignal.abort(failure) }), () => 'never');
    await expect(block).rejects.toBe(failure);
    expect(await withAsync(limit(), () => 'at once')).toBe('at once');
  });

  it("doesn't count blocks that stop waiting, and leaves no timer", async () => {
    const limit = limiter({ entries: 1, interval: 100 });
    const { begun, begin } = record();
    const controllers = [1, 2, 3, 4, 5].map(() => new AbortController());
    const blocks = controllers.map((controller, index) => withAsync(limit(controller), () => begin(index + 1)));
    const outcomes = Promise.allSettled(blocks);
    await pass(50);
    // The next in line, and the one behind.
    controllers[1]?.abort(failure);
    controllers[3]?.abort(failure);
    await expect(blocks[1]).rejects.toBe(failure);
    await expect(blocks[3]).rejects.toBe(failure);
    await pass(150);
    expect((await outcomes).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(begun).toEqual([
      [1, 0],
      [3, 100],
      [5, 200],
    ]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('stops waiting when a timeout ends', async () => {
    const limit = limiter({ entries: 1, interval: 100 });
    await withAsync(limit(), () => {});
    const block = withAsync(timeout(50), (signal) => withAsync(limit({ signal }), () => 'never'));
    const [outcome] = await Promise.all([block.catch((error: unknown) => error), pass(50)]);
    expect(outcome).toMatchObject({ name: 'TimeoutError' });
    expect(jest.getTimerCount()).toBe(0);
  });

  it("limits entries in another manager's generator one by one", async () => {
    const limit = limiter({ entries: 1, interval: 100 });
    const { begun, begin } = record();
    const client = asyncContextManager(async function* client(name: string) {
      yield* enter(limit());
      begin(name);
      yield name;
    });
    const blocks = Promise.all(['one', 'other'].map((name) => withAsync(client(name), (value) => value)));
    await pass(100);
    expect(await blocks).toEqual(['one', 'other']);
    expect(begun).toEqual([
      ['one', 0],
      ['other', 100],
    ]);
  });

  it('is independent of other limiters', async () => {
    const blocks = [1, 2].map((name) => withAsync(limiter({ entries: 1, interval: 100 })(), () => name));
    expect(await Promise.all(blocks)).toEqual([1, 2]);
  });

  it.each([
    [0, 100],
    [-1, 100],
    [1.5, 100],
    [NaN, 100],
    [Infinity, 100],
    [1, -1],
    [1, NaN],
    [1, 2 ** 31],
  ])('refuses %p entries in %p ms', (entries, interval) => {
    expect(() => limiter({ entries, interval })).toThrow(RangeError);
  });
});

describe('a function that is limited', () => {
  it('calls a server that often, and returns its answers', async () => {
    let served = 0;
    const server = createServer((_request, response) => response.end(String(++served)));
    const closed = closing(server, async () => {
      server.closeAllConnections();
      await server[Symbol.asyncDispose]();
    });
    await withAsync(closed, async () => {
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
      const limit = limiter({ entries: 2, interval: 1_000 });

      const get = asyncContextDecorator((_path: string, signal?: AbortSignal) => limit({ signal }))(
        async (path: string, signal: AbortSignal | null = null) => (await fetch(`${url}${path}`, { signal })).text(),
      );

      const controller = new AbortController();
      const first = [get('/1'), get('/2')];
      const abandoned = get('/3', controller.signal);
      const second = [get('/4'), get('/5')];
      expect((await Promise.all(first)).sort()).toEqual(['1', '2']);
      controller.abort(failure);
      await expect(abandoned).rejects.toBe(failure);
      expect(served).toBe(2);
      await pass(1_000);
      expect((await Promise.all(second)).sort()).toEqual(['3', '4']);
    });
  });
});
