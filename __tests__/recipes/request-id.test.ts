import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { currentRequestId, logLine, requestId } from '../../docs/recipes/request-id/request-id.ts';
import { server } from '../../docs/recipes/request-id/server.ts';
import {
  all,
  asyncContextDecorator,
  asyncContextManager,
  AsyncExitStack,
  enter,
  scopeAsync,
  withAsync,
} from '../../lib/index.ts';
import { errorOf } from '../helpers/outcome.ts';

const turn = () => new Promise(setImmediate);

/** A manager that logs, and doesn't know about ids. */
const connection = asyncContextManager(async function* connection(log: (string | undefined)[]) {
  await turn();
  log.push(`connected: ${logLine('x')}`);
  try {
    yield;
  } finally {
    await turn();
    log.push(`disconnected: ${logLine('x')}`);
  }
});

describe('requestId', () => {
  it('holds in its block, even after an await, and nowhere else', async () => {
    expect(currentRequestId()).toBeUndefined();
    const result = await withAsync(requestId('a1'), async (id) => {
      const before = logLine('before');
      await turn();
      return [id, before, logLine('after')];
    });
    expect(result).toEqual(['a1', '[a1] before', '[a1] after']);
    expect(logLine('outside')).toBe('outside');
  });

  it('joins the ids of nested blocks, and returns to the outer one', async () => {
    const seen: unknown[] = [];
    await withAsync(requestId('a1'), async () => {
      await withAsync(requestId('bank'), async (id) => {
        await turn();
        seen.push(id, currentRequestId());
      });
      seen.push(currentRequestId());
      await errorOf(() =>
        withAsync(requestId('broken'), () => {
          seen.push(currentRequestId());
          throw new Error('no');
        }),
      );
      seen.push(currentRequestId());
    });
    expect(seen).toEqual(['a1.bank', 'a1.bank', 'a1', 'a1.broken', 'a1']);
  });

  it("rethrows the block's error", async () => {
    const failure = Object.freeze(new Error('no'));
    expect(
      await errorOf(() =>
        withAsync(requestId('a1'), () => {
          throw failure;
        }),
      ),
    ).toBe(failure);
  });

  it('reaches setup and teardown of what is entered later, in a scope, a manager, all, and a decorator', async () => {
    const log: string[] = [];
    const request = asyncContextManager(async function* request(id: string) {
      yield* enter(requestId(id));
      yield* enter(connection(log));
      yield;
    });
    const inTheBlock = () => void log.push(logLine('block'));
    await withAsync(request('manager'), inTheBlock);
    await withAsync(all([requestId('all'), connection(log)]), inTheBlock);
    await asyncContextDecorator(() => request('decorator'))(inTheBlock)();
    await scopeAsync(async function* () {
      yield* enter(requestId('scope'));
      yield* enter(connection(log));
      await withAsync(requestId('inner'), inTheBlock);
    });
    const linesOf = (id: string) => [`connected: [${id}] x`, `[${id}] block`, `disconnected: [${id}] x`];
    expect(log).toEqual([
      ...linesOf('manager'),
      ...linesOf('all'),
      ...linesOf('decorator'),
      'connected: [scope] x',
      // The scope's own code isn't in the block.
      '[inner] block',
      'disconnected: [scope] x',
    ]);
  });

  it("doesn't reach code after enterContext", async () => {
    await withAsync(new AsyncExitStack(), async (stack) => {
      expect(await stack.enterContext(requestId('a1'))).toBe('a1');
      expect(currentRequestId()).toBeUndefined();
    });
  });

  it('keeps two hundred concurrent ones apart', async () => {
    const handle = async (): Promise<unknown[]> => {
      const seen = [currentRequestId()];
      for (let round = 0; round < 3; round += 1) {
        await setTimeout(Math.random() * 5);
        seen.push(await withAsync(requestId('step'), async () => (await turn(), currentRequestId())));
      }
      return seen;
    };
    const names = Array.from({ length: 200 }, (_, index) => `r${String(index)}`);
    const seen = await Promise.all(names.map((name) => withAsync(requestId(name), handle)));
    expect(seen).toEqual(names.map((name) => [name, `${name}.step`, `${name}.step`, `${name}.step`]));
  });
});

describe('the server', () => {
  const handle = async () => {
    await turn();
    return logLine('handled');
  };

  it('runs each request with its id, and responds with it', async () => {
    await withAsync(server(handle), async (url) => {
      const ids = Array.from({ length: 20 }, (_, index) => `id-${String(index)}`);
      const answers = await Promise.all(
        ids.map(async (id) => {
          const response = await fetch(url, { headers: { 'X-Request-Id': id } });
          return [response.headers.get('X-Request-Id'), await response.text()];
        }),
      );
      expect(answers).toEqual(ids.map((id) => [id, `[${id}] handled`]));
    });
  });

  it.each([undefined, '', 'a b', '[a1] forged', 'x'.repeat(65)])('makes an id for %p', async (sent) => {
    await withAsync(server(handle), async (url) => {
      const response = await fetch(url, sent === undefined ? {} : { headers: { 'X-Request-Id': sent } });
      const id = response.headers.get('X-Request-Id') ?? '';
      expect(id).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
      expect(await response.text()).toBe(`[${id}] handled`);
    });
  });

  it('responds with 500 and the id if the handler fails', async () => {
    const failing = async () => {
      await turn();
      throw new Error(logLine('no'));
    };
    await withAsync(server(failing), async (url) => {
      const response = await fetch(url, { headers: { 'X-Request-Id': 'a1' } });
      expect([response.status, response.headers.get('X-Request-Id')]).toEqual([500, 'a1']);
      expect(await response.text()).toBe('Error: [a1] no');
    });
  });
});
