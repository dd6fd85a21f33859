import { getEventListeners, once } from 'node:events';
import { createWriteStream } from 'node:fs';
import fs from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { BasicTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import pg, { type Client, type Pool } from 'pg';
import { Pool as Connections } from 'undici';
import { asyncContextManager, closing, enter, nullContext } from 'withal';
import { managerCases, type Faults, type ManagerCase } from 'withal/testing';
import { Connection, connection } from '../../../../docs/recipes/connection/connection.ts';
import { directory } from '../../../../docs/recipes/directory/directory.ts';
import { limiter } from '../../../../docs/recipes/limiter/limiter.ts';
import { advisoryLock } from '../../../../docs/recipes/lock/advisory.ts';
import { lease, leaseTable } from '../../../../docs/recipes/lock/lease.ts';
import { localLock } from '../../../../docs/recipes/lock/lock.ts';
import { semaphore } from '../../../../docs/recipes/lock/semaphore.ts';
import { checkout, pool } from '../../../../docs/recipes/pool/pool.ts';
import { added, call, presence, preview } from '../../../../docs/recipes/react/managers.ts';
import { server as rooms } from '../../../../docs/recipes/react/server.ts';
import { engine } from '../../../../docs/recipes/saga/engine.ts';
import { lease as sagaLease } from '../../../../docs/recipes/saga/lease.ts';
import { newRun } from '../../../../docs/recipes/saga/run.ts';
import { heartbeat, processTable } from '../../../../docs/recipes/saga/takeover.ts';
import { app } from '../../../../docs/recipes/service/app.ts';
import * as service from '../../../../docs/recipes/service/database.ts';
import { directory as serviceDirectory } from '../../../../docs/recipes/service/directory.ts';
import { job } from '../../../../docs/recipes/service/job.ts';
import { server } from '../../../../docs/recipes/service/server.ts';
import { trace } from '../../../../docs/recipes/service/trace.ts';
import { response, session } from '../../../../docs/recipes/session/session.ts';
import { hotswap } from '../../../../docs/recipes/shared/hotswap.ts';
import { lazy } from '../../../../docs/recipes/shared/lazy.ts';
import { shared } from '../../../../docs/recipes/shared/shared.ts';
import { span, tolerated } from '../../../../docs/recipes/span/span.ts';
import { replaced, standIn } from '../../../../docs/recipes/stand-in/stand-in.ts';
import { stopwatch } from '../../../../docs/recipes/stopwatch/stopwatch.ts';
import { reading, writing } from '../../../../docs/recipes/stream/stream.ts';
import { hasCode, ifExists } from '../../../../docs/recipes/suppress/suppress.ts';
import { transaction } from '../../../../docs/recipes/transaction/transaction.ts';
import { child } from '../../../../docs/recipes/worker/child.ts';
import { worker } from '../../../../docs/recipes/worker/worker.ts';
import { writer } from '../../../../docs/recipes/writer/writer.ts';

/** The managers of the recipes, each with what it is checked on: a database, a server, a folder, a process. */
export const checks: Readonly<Record<string, () => ManagerCase[]>> = {
  // A database

  connection: () =>
    managerCases(
      (_world, faults) => {
        faults.patch(pg.Client.prototype, 'connect', 'end');
        return connection(watched);
      },
      { ...ofConnections, use: (client) => client.query('SELECT 1') },
    ),

  Connection: () =>
    managerCases(
      (_world, faults) => {
        faults.patch(pg.Client.prototype, 'connect', 'end');
        return new Connection(watched);
      },
      { ...ofConnections, use: (client) => client.query('SELECT 1'), concurrent: false },
    ),

  pool: () =>
    managerCases(
      (_world, faults) => {
        faults.patch(pg.Pool.prototype, 'end');
        return pool(watched);
      },
      { ...ofConnections, use: (pool) => pool.query('SELECT 1') },
    ),

  checkout: () =>
    managerCases((pool, faults) => checkout(faults.wrap(pool)), {
      in: () => pool(url, { max: 5 }),
      open: ({ totalCount, idleCount }) => totalCount - idleCount,
      use: (client) => client.query('SELECT 1'),
      settles,
    }),

  transaction: () =>
    managerCases((client, faults) => transaction(faults.wrap(client)), {
      in: () => table(),
      probes: { status: (client) => client.getTransactionStatus() },
      use: (client) => client.query('INSERT INTO rows DEFAULT VALUES'),
      effect: async (client) => (await client.query('SELECT id FROM rows')).rows.length,
      concurrent: false,
      nested: true,
    }),

  advisoryLock: () =>
    managerCases(
      (_world, faults) => {
        faults.patch(pg.Client.prototype, 'connect', 'end');
        return advisoryLock(watched)('key');
      },
      { ...ofConnections, concurrent: 'exclusive' },
    ),

  lease: () =>
    managerCases((db, faults) => lease(faults.wrap(db), 'owner')('key'), {
      in: () => leases(),
      open: async (db) => (await db.query('SELECT FROM leases')).rowCount ?? NaN,
      concurrent: false,
    }),

  shared: () => {
    // One manager for all blocks.
    const manager = shared(connection(watched));
    return managerCases(
      (_world, faults) => {
        faults.patch(pg.Client.prototype, 'connect', 'end');
        return manager;
      },
      { ...ofConnections, use: (client) => client.query('SELECT 1') },
    );
  },

  lazy: () =>
    managerCases(
      (_world, faults) => {
        faults.patch(pg.Client.prototype, 'connect', 'end');
        return lazy(connection(watched));
      },
      { ...ofConnections, use: async (get) => (await get()).query('SELECT 1') },
    ),

  hotswap: () =>
    managerCases(
      (_world, faults) => {
        faults.patch(pg.Client.prototype, 'connect', 'end');
        return hotswap();
      },
      { ...ofConnections, use: async (swap) => (await swap(connection(watched))).query('SELECT 1') },
    ),

  'service/database': () => managerCases(() => service.database(watched), ofConnections),

  'service/transaction': () =>
    managerCases((pool: Pool, faults) => service.transaction(faults.wrap(pool)), {
      in: () => tableInPool(),
      open: ({ totalCount, idleCount }) => totalCount - idleCount,
      use: (connection) => connection.query('INSERT INTO rows DEFAULT VALUES'),
      effect: async (pool) => (await pool.query('SELECT id FROM rows')).rows,
    }),

  'saga/heartbeat': () =>
    managerCases((db, faults) => heartbeat(faults.wrap(db), 'executor'), { in: () => processes() }),

  'saga/lease': () =>
    managerCases(({ db }, faults) => sagaLease(newRun(), faults.wrap(db), 'key'), {
      in: () => workflows(),
      open: async ({ db }) => (await db.query('SELECT FROM leases')).rowCount ?? NaN,
      concurrent: false,
    }),

  'saga/engine': () => managerCases(() => engine(ofEngine), { concurrent: false, timeout: 10_000 }),

  // The file system

  directory: () =>
    managerCases(
      (_world, faults) => {
        faults.patch(fs, 'mkdtemp', 'realpath', 'rm');
        return directory({ prefix });
      },
      { open: foldersOf(prefix), use: (path) => fs.writeFile(join(path, 'note.txt'), 'milk') },
    ),

  'service/directory': () =>
    managerCases(
      (_world, faults) => {
        faults.patch(fs, 'mkdtemp', 'rm');
        return serviceDirectory(prefix);
      },
      { open: foldersOf(prefix), use: (path) => fs.writeFile(join(path, 'note.txt'), 'milk') },
    ),

  writer: () =>
    managerCases(
      (folder, faults) => {
        faults.patch(fs, 'open', 'rename', 'rm');
        return writer(join(folder, 'note.txt'));
      },
      {
        in: () => folder(),
        open: async (folder) => (await fs.readdir(folder)).filter((name) => name.startsWith('.draft')).length,
        use: (file) => file.writeFile('milk'),
        effect: (folder) => fs.readFile(join(folder, 'note.txt'), 'utf8').catch(() => undefined),
      },
    ),

  writing: () =>
    managerCases(
      (folder) =>
        asyncContextManager(async function* writingFile() {
          yield yield* enter(writing(createWriteStream(join(folder, 'note.txt'))));
        })(),
      {
        in: () => folder(),
        use: (stream) => void stream.write('milk'),
        probes: { size: async (folder) => (await fs.readdir(folder)).length > 1 },
      },
    ),

  reading: () =>
    managerCases(
      (open) =>
        asyncContextManager(async function* readingList() {
          const stream = Readable.from(['milk', 'honey']);
          open.add(stream);
          stream.once('close', () => open.delete(stream));
          yield yield* enter(reading<string>(stream));
        })(),
      { in: () => nullContext(new Set<Readable>()), open: ({ size }) => size, use: (chunks) => chunks.next() },
    ),

  ifExists: () =>
    managerCases(() => ifExists, {
      suppresses: hasCodeOf('ENOENT'),
      throws: { 'a missing file': () => Object.assign(new Error('no such file'), { code: 'ENOENT' }) },
    }),

  // HTTP

  session: () =>
    managerCases(({ origin }) => session(origin), {
      in: () => http(),
      open: ({ sockets }) => sockets.size,
      use: async (pool) => (await pool.request({ method: 'GET', path: '/' })).body.text(),
      settles,
    }),

  response: () =>
    managerCases(({ pool }, faults) => response(faults.wrap(pool), { method: 'GET', path: '/' }), {
      in: () => client(),
      open: ({ pool }) => pool.stats.running,
      use: ({ statusCode }) => statusCode,
      // It rejects only after a timeout, and then it has ended.
      mayIgnore: 'dump',
      settles,
    }),

  'service/server': () =>
    managerCases(() => server(0, async () => 'milk'), {
      use: async (url) => (await fetch(url, { headers: { Connection: 'close' } })).json(),
    }),

  'service/app': () =>
    managerCases(() => app({ port: 0, database: watched, reportEvery: 10 }), {
      ...ofConnections,
      use: async (url) => (await fetch(`${url}/payments`, { headers: { Connection: 'close' } })).json(),
    }),

  // In the browser

  'react/preview': () =>
    managerCases((target) => preview(new Blob(['a tree']), target, ignore), {
      in: () => nullContext(new EventTarget()),
      open: (target) => getEventListeners(target, 'keydown').length,
      use: async (url) => (await fetch(url)).text(),
    }),

  'react/presence': () => {
    let people = 0;
    const make = (url: string, faults: Faults) => {
      faults.patch(globalThis, 'fetch');
      return presence(`${url}/kitchen`, String(people++));
    };
    return managerCases(make, {
      in: () => rooms(),
      open: async (url) => ((await call('GET', `${url}/kitchen`)) as string[]).length,
      // A person who enters a room twice is in it once.
      nested: false,
    });
  },

  'react/added': () =>
    managerCases((list) => added((change) => (list.items = change(list.items)), 'tea'), {
      in: () => nullContext<{ items: readonly string[] }>({ items: [] }),
      effect: ({ items }) => [...items],
    }),

  // This process, and others

  child: () => managerCases(() => child('cat')),

  worker: () =>
    managerCases(() => worker<number, number>(pathToFileURL(resolve('docs/recipes/worker/primes.mjs'))), {
      use: (ask) => ask(10),
      timeout: 5_000,
    }),

  localLock: () => {
    const lock = localLock();
    return managerCases(() => lock('key'), { concurrent: 'exclusive' });
  },

  semaphore: () => managerCases(semaphore(3)),

  limiter: () => managerCases(limiter({ entries: 2, interval: 5 })),

  'service/job': () => managerCases(() => job(2, () => new Promise(setImmediate))),

  'service/trace': () => managerCases(() => trace('name')),

  stopwatch: () =>
    managerCases((timings) => stopwatch('name', { report: ({ hasSucceeded }) => timings.push(hasSucceeded) }), {
      in: () => nullContext<boolean[]>([]),
      effect: (timings) => timings.filter(Boolean),
    }),

  standIn: () =>
    managerCases((events) => standIn('value', events), {
      in: () => nullContext<string[]>([]),
      effect: (events) => events.filter((event) => event === 'succeeded'),
    }),

  replaced: () =>
    managerCases((object) => replaced(object, 'drink', 'honey'), {
      in: () => nullContext({ drink: 'milk' }),
      probes: { drink: ({ drink }) => drink },
    }),

  span: () =>
    managerCases(({ provider }) => span(provider.getTracer('test'), 'name'), {
      in: () => tracing(),
      open: ({ open }) => open.size,
    }),

  tolerated: () =>
    managerCases(({ provider }) => tolerated(provider.getTracer('test').startSpan('name'), hasCode('ENOENT')), {
      in: () => tracing(),
      suppresses: hasCodeOf('ENOENT'),
      throws: { 'a missing file': () => Object.assign(new Error('no such file'), { code: 'ENOENT' }) },
    }),
};

/** How many milliseconds the other side may take to notice. */
const settles = 500;

// A database

const url = process.env['URL'] ?? '';

/** Connections that the database can tell from others. */
const watched = `${url}?application_name=watched`;

const watching = asyncContextManager(async function* watching() {
  yield yield* enter(connection(url));
});

const ofConnections = {
  in: () => watching(),
  open: async (client: Client) =>
    (await client.query("SELECT FROM pg_stat_activity WHERE application_name = 'watched'")).rowCount ?? NaN,
  settles,
};

const createTable = 'CREATE TABLE rows (id int GENERATED ALWAYS AS IDENTITY)';

const table = asyncContextManager(async function* table() {
  const client = yield* enter(connection(url));
  await client.query(createTable);
  try {
    yield client;
  } finally {
    await client.query('ROLLBACK; DROP TABLE rows');
  }
});

const tableInPool = asyncContextManager(async function* tableInPool() {
  const clients = yield* enter(pool(url));
  await clients.query(createTable);
  try {
    yield clients;
  } finally {
    await clients.query('DROP TABLE rows');
  }
});

const leases = asyncContextManager(async function* leases() {
  const client = yield* enter(connection(url));
  await client.query(leaseTable);
  try {
    yield client;
  } finally {
    await client.query('DROP TABLE leases');
  }
});

const processes = asyncContextManager(async function* processes() {
  const clients = yield* enter(pool(url));
  await clients.query(processTable);
  try {
    yield clients;
  } finally {
    await clients.query('DROP TABLE processes');
  }
});

const ignore = () => undefined;

const ofEngine = {
  systemDatabaseUrl: url,
  logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
};

const workflows = asyncContextManager(async function* workflows() {
  yield* enter(engine(ofEngine));
  const db = yield* enter(pool(url));
  await db.query(leaseTable);
  try {
    yield { db };
  } finally {
    await db.query('DROP TABLE leases');
  }
});

// The file system

const prefix = `directory-${String(process.pid)}-`;

function foldersOf(prefix: string): () => Promise<number> {
  return async () => (await fs.readdir(tmpdir())).filter((name) => name.startsWith(prefix)).length;
}

const folder = asyncContextManager(async function* folder() {
  const path = await fs.mkdtemp(join(tmpdir(), 'withal-testing-'));
  try {
    yield path;
  } finally {
    await fs.rm(path, { recursive: true });
  }
});

/** Not the recipes' own, which may be the broken part. */
function hasCodeOf(code: string): (error: unknown) => boolean {
  return (error) => Object(error) === error && (error as { code?: unknown }).code === code;
}

// HTTP

const http = asyncContextManager(async function* http() {
  const sockets = new Set<unknown>();
  const server = createServer((_request, response) => response.end('milk'.repeat(100_000)));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  yield* enter(closing(server, (server) => server.closeAllConnections()));
  yield* enter(server);
  yield { origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, sockets };
});

const client = asyncContextManager(async function* client() {
  const { origin, sockets } = yield* enter(http());
  const pool = yield* enter(closing(new Connections(origin), (pool) => pool.destroy()));
  yield { pool, sockets };
});

// Traces

const tracing = asyncContextManager(async function* tracing() {
  const open = new Set<unknown>();
  const processor: SpanProcessor = {
    onStart: (span) => void open.add(span),
    onEnd: (span) => void open.delete(span),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  };
  const provider = new BasicTracerProvider({ spanProcessors: [processor] });
  try {
    yield { provider, open };
  } finally {
    await provider.shutdown();
  }
});
