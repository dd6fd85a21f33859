import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { advisoryLock } from '../../docs/recipes/lock/advisory.ts';
import { leaseTable } from '../../docs/recipes/lock/lease.ts';
import { asyncContextManager, enter, scopeAsync, suppress, timeout, withAsync } from '../../lib/index.ts';
import { connection, hasPostgres, server, type Server } from '../helpers/postgres.ts';
import { program, type Program } from '../helpers/process.ts';

jest.setTimeout(120_000);

const fixture = '__tests__/recipes/fixtures/guard.ts';

/** The proxy between a machine and the database. */
interface Network {
  readonly url: string;
  /** From now on nothing gets through, and neither side is told. */
  readonly cut: () => unknown;
}

const network = asyncContextManager(async function* network(url: string) {
  const { port, hostname } = new URL(url);
  const sockets: Socket[] = [];
  let isCut = false;
  const join = (one: Socket, other: Socket): void => {
    sockets.push(one);
    one.on('error', () => undefined).on('data', (data) => isCut || other.write(data));
    one.on('close', () => isCut || other.destroy());
  };
  const proxy = createServer((near) => {
    const far = connect(Number(port), hostname);
    join(near, far);
    join(far, near);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const cut = () => (isCut = true);
  try {
    yield { url: url.replace(port, String((proxy.address() as AddressInfo).port)), cut } satisfies Network;
  } finally {
    for (const socket of sockets) socket.destroy();
    proxy.close();
  }
});

const folder = asyncContextManager(async function* folder() {
  const path = await mkdtemp(join(tmpdir(), 'withal-survival-'));
  try {
    yield path;
  } finally {
    await rm(path, { recursive: true });
  }
});

/** Where a block is when something happens. */
interface Place {
  readonly first: Program;
  readonly database: Server;
  readonly network: Network;
  /** Where undone work is recorded. */
  readonly file: string;
}

const kinds: Record<string, { readonly kind: string; readonly see: (place: Place, event: string) => Promise<string> }> =
  {
    'a manager': { kind: 'manager', see: seeUndone },
    'with `terminationSignal()`': { kind: 'manager and signal', see: seeUndone },
    'an advisory lock': { kind: 'advisory lock', see: seeLock },
    'a lease': { kind: 'lease', see: seeLease },
    'a saga': { kind: 'saga', see: seeSaga },
  };

const events: Record<string, (place: Place) => Promise<unknown>> = {
  'the block throws': async ({ first }) => {
    first.tell('throw');
    await first.ended;
  },
  SIGTERM: async ({ first }) => {
    first.kill('SIGTERM');
    await first.ended;
  },
  SIGKILL: async ({ first }) => {
    first.kill('SIGKILL');
    await first.ended;
  },
  'the process freezes': async ({ first }) => first.kill('SIGSTOP'),
  'the machine is lost': async ({ first, network }) => {
    network.cut();
    first.kill('SIGKILL');
    await first.ended;
  },
  'the database crashes': ({ database }) => database.crash(),
};

async function seeUndone({ first, file }: Place, event: string): Promise<string> {
  if (event === 'the database crashes') await end(first);
  return (await undone(file)) === 'first' ? 'undone' : 'not undone';
}

async function seeLock({ database, first }: Place, event: string): Promise<string> {
  const isTimeout = (error: unknown) => (error as Error).name === 'TimeoutError';
  const free = withAsync(suppress(isTimeout), () =>
    withAsync(timeout(3_000), (signal) => withAsync(advisoryLock(database.url)('key', { signal }), () => 'free')),
  );
  const state = (await free) ?? 'held';
  if (event !== 'the database crashes') return state;
  await first.until('lost');
  return `${state}, and the block's signal aborts`;
}

async function seeLease({ database }: Place): Promise<string> {
  return withAsync(connection(database.url), async (client) => {
    const { rows } = await client.query<{ owner: string }>('SELECT owner FROM leases');
    return rows[0]?.owner === 'owner' ? 'kept' : 'free';
  });
}

async function seeSaga({ database, first, file }: Place, event: string): Promise<string> {
  if (event === 'the database crashes') await end(first);
  if ((await undone(file)) === 'first') return 'undone';
  await withAsync(program(fixture, ['saga', database.url, file, 'next']), async (next) => {
    await next.until('ready');
    await end(next);
  });
  return `undone by the ${String(await undone(file))} process`;
}

async function end(program: Program): Promise<void> {
  program.tell('throw');
  expect(await program.ended).toMatchObject({ code: 0, errors: '', output: expect.stringContaining('Error: told to') });
}

/** Who has undone it. */
async function undone(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return /^undone by (\w+)\n$/.exec(text)?.[1];
}

const page = await readFile(new URL('../../docs/past-one-process.md', import.meta.url), 'utf8');
const table = /^\| what happens .*?\n\n/ms.exec(page)?.[0] ?? '';
const [heads = [], , ...rows] = [...table.matchAll(/^\|(.*)\|$/gm)].map(([, cells = '']) =>
  cells.split('|').map((cell) => cell.trim()),
);
const cells = rows.flatMap(([event = '', ...states]) =>
  states.map((state, index) => ({ event, head: heads[index + 1] ?? '', state })),
);

(hasPostgres ? describe : describe.skip)('what survives what', () => {
  it('covers each kind and each event', () => {
    expect(heads.slice(1)).toEqual(Object.keys(kinds));
    expect(rows.map(([event]) => event)).toEqual(Object.keys(events));
  });

  it.each(cells)('if $event, $head is: $state', async ({ event, head, state }) => {
    const seen = await scopeAsync(async function* () {
      const { kind, see } = kinds[head] ?? {};
      const database = yield* enter(server());
      await withAsync(connection(database.url), (client) => client.query(leaseTable));
      const between = yield* enter(network(database.url));
      const file = join(yield* enter(folder()), 'undone');
      const first = yield* enter(program(fixture, [String(kind), between.url, file, 'first']));
      await first.until('ready');
      const place = { first, database, network: between, file };
      await events[event]?.(place);
      return see?.(place, event);
    });
    expect(seen).toBe(state);
  });
});
