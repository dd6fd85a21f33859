import { EventEmitter, once } from 'node:events';
import fsPromises from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import {
  AbstractAsyncContextManager,
  aclosing,
  all,
  asyncContextManager,
  AsyncExitStack,
  closing,
  contextManager,
  enter,
  nullContext,
  suppress,
  timeout,
  withAsync,
  type AsyncContextManager,
  type ContextManager,
} from '../../../lib/index.ts';
import { managerCases, type ManagerCase } from '../../../lib/testing/index.ts';
import { Database, inDatabase, inTransaction, type Connection } from './world.ts';

/** A manager that is right, however unusual it is. */
export interface Right {
  readonly name: string;
  readonly cases: () => ManagerCase[];
}

const connection = asyncContextManager(async function* connection(db: Database) {
  const connection = await db.connect();
  try {
    yield connection;
  } finally {
    await connection.release();
  }
});

const transaction = asyncContextManager(async function* transaction(db: Database) {
  const connection = await db.connect();
  try {
    await connection.query('BEGIN');
    try {
      yield connection;
      await connection.query('COMMIT');
    } catch (error) {
      await connection.query('ROLLBACK');
      throw error;
    }
  } finally {
    await connection.release();
  }
});

const ofDatabases: Right[] = [
  {
    name: 'a connection',
    cases: () => managerCases((db, faults) => connection(faults.wrap(db)), inDatabase),
  },
  {
    name: 'a transaction',
    cases: () => managerCases((db, faults) => transaction(faults.wrap(db)), inTransaction),
  },
  {
    name: 'a transaction that is composed',
    cases: () =>
      managerCases(
        (db, faults) =>
          asyncContextManager(async function* composed() {
            const connection = yield* enter(closing(await faults.wrap(db).connect(), (it) => it.release()));
            await connection.query('BEGIN');
            try {
              yield connection;
              await connection.query('COMMIT');
            } catch (error) {
              await connection.query('ROLLBACK');
              throw error;
            }
          })(),
        inTransaction,
      ),
  },
  {
    name: 'one whose ROLLBACK may fail',
    cases: () =>
      managerCases(
        (db, faults) =>
          asyncContextManager(async function* tolerant() {
            const connection = await faults.wrap(db).connect();
            try {
              await connection.query('BEGIN');
              try {
                yield connection;
                await connection.query('COMMIT');
              } catch (error) {
                await connection.query('ROLLBACK').catch(() => undefined);
                throw error;
              }
            } finally {
              await connection.release();
            }
          })(),
        inTransaction,
      ),
  },
  {
    name: "a driver's own transaction",
    cases: () =>
      managerCases(
        (db, faults) =>
          asyncContextManager(async function* callingBack() {
            const [began, ended] = [deferred<Connection>(), deferred<undefined>()];
            const over = faults.wrap(db).transaction((connection) => {
              began.resolve(connection);
              return ended.promise;
            });
            over.catch(began.reject);
            const connection = await began.promise;
            try {
              yield connection;
            } catch (error) {
              ended.reject(error);
              await over;
            }
            ended.resolve(undefined);
            await over;
          })(),
        inTransaction,
      ),
  },
  {
    name: 'savepoints',
    cases: () => {
      const depths = new WeakMap<Connection, number>();
      const savepoint = asyncContextManager(async function* savepoint(connection: Connection) {
        const depth = depths.get(connection) ?? 0;
        await connection.query('BEGIN');
        depths.set(connection, depth + 1);
        try {
          yield connection;
          await connection.query('COMMIT');
        } catch (error) {
          await connection.query('ROLLBACK');
          throw error;
        } finally {
          depths.set(connection, depth);
        }
      });
      return managerCases(({ connection }, faults) => savepoint(faults.wrap(connection)), {
        in: () => connected(),
        open: ({ db }) => db.connections.size,
        effect: ({ db }) => db.committed,
        use: (connection) => connection.query('INSERT'),
        concurrent: false,
        nested: true,
      });
    },
  },
  {
    name: 'one that translates',
    cases: () =>
      managerCases(
        (db, faults) =>
          asyncContextManager(async function* translating() {
            const connection = await faults.wrap(db).connect();
            try {
              yield connection;
            } catch (cause) {
              throw new Error('The database failed.', { cause });
            } finally {
              await connection.release();
            }
          })(),
        { ...inDatabase, translates: () => true },
      ),
  },
  {
    name: 'one that suppresses everything',
    cases: () =>
      managerCases(
        (db, faults) =>
          asyncContextManager(async function* suppressing() {
            const connection = await faults.wrap(db).connect();
            try {
              yield connection;
            } catch {
              return 'a fallback';
            } finally {
              await connection.release();
            }
            return 'never used';
          })(),
        { ...inDatabase, suppresses: true },
      ),
  },
  {
    name: 'one that suppresses some',
    cases: () =>
      managerCases(() => suppress(isMissing), {
        suppresses: isMissing,
        throws: { 'a missing file': () => Object.assign(new Error('no such file'), { code: 'ENOENT' }) },
      }),
  },
  {
    name: 'one that tries again',
    cases: () =>
      managerCases(
        (db, faults) =>
          asyncContextManager(async function* persistent() {
            const wrapped = faults.wrap(db);
            const connection = await wrapped.connect().catch(() => wrapped.connect());
            try {
              yield connection;
            } finally {
              await connection.release();
            }
          })(),
        inDatabase,
      ),
  },
  {
    name: 'a release that may fail',
    cases: () =>
      managerCases(
        (db, faults) =>
          asyncContextManager(async function* careless() {
            const connection = await faults.wrap(db).connect();
            try {
              await connection.query('SET').catch(() => undefined);
              yield connection;
            } finally {
              await connection.ping().catch(() => undefined);
              await connection.release().catch(() => undefined);
            }
          })(),
        { ...inDatabase, mayIgnore: ['SET', /^ping/, (call) => call === 'release()'], mayLeave: 'release' },
      ),
  },
  {
    name: 'one that connects again to tear down',
    cases: () =>
      managerCases(
        (db, faults) =>
          asyncContextManager(async function* logging() {
            const wrapped = faults.wrap(db);
            yield* enter(connection(wrapped));
            yield;
            await withAsync(connection(wrapped), (it) => it.query('INSERT'));
          })(),
        inDatabase,
      ),
  },
  {
    name: 'one that connects when it is used',
    cases: () =>
      managerCases(
        (db, faults) =>
          asyncContextManager(async function* lazy() {
            let connecting: Promise<Connection> | undefined;
            try {
              yield () => (connecting ??= faults.wrap(db).connect());
            } finally {
              const connection = await connecting;
              await connection?.release();
            }
          })(),
        { ...inDatabase, use: async (connect) => (await connect()).query('INSERT') },
      ),
  },
  {
    name: 'a pool with fewer connections than blocks',
    cases: () =>
      managerCases((db, faults) => connection(faults.wrap(db)), {
        ...inTransaction,
        effect: undefined,
        in: () => limited(2),
        nested: false,
      }),
  },
  {
    name: 'two connections for a block',
    cases: () =>
      managerCases(
        (db, faults) =>
          asyncContextManager(async function* both() {
            const wrapped = faults.wrap(db);
            const one = yield* enter(connection(wrapped));
            const other = yield* enter(connection(wrapped));
            yield [one, other] as const;
          })(),
        { ...inDatabase, use: ([one, other]) => Promise.all([one.query('INSERT'), other.query('INSERT')]) },
      ),
  },
  {
    name: 'all()',
    cases: () =>
      managerCases(
        (db, faults) =>
          all({ one: connection(faults.wrap(db)), other: connection(faults.wrap(db)) }, { concurrent: true }),
        {
          ...inDatabase,
          use: ({ one }) => one.query('INSERT'),
        },
      ),
  },
  {
    name: 'one that prepares the database first',
    cases: () =>
      managerCases(
        (db, faults) =>
          asyncContextManager(async function* migrated() {
            const wrapped = faults.wrap(db);
            await withAsync(connection(wrapped), (it) => it.query('CREATE'));
            yield yield* enter(connection(wrapped));
          })(),
        inDatabase,
      ),
  },
  {
    name: 'a query that is sent when it is awaited',
    cases: () =>
      managerCases(
        (db, faults) =>
          asyncContextManager(async function* sending() {
            const connection = await faults.wrap(db).connect();
            try {
              await connection.lazily('BEGIN');
              try {
                yield connection;
                await connection.lazily('COMMIT');
              } catch (error) {
                await connection.lazily('ROLLBACK');
                throw error;
              }
            } finally {
              await connection.release();
            }
          })(),
        inTransaction,
      ),
  },
  {
    name: 'an async disposable',
    cases: () => managerCases((db, faults) => opened(faults.wrap(db)), inDatabase),
  },
  {
    name: 'a disposable',
    cases: () => managerCases((db) => db.connectNow() as Disposable, inDatabase),
  },
];

function opened(db: Database): AsyncDisposable {
  const connection = db.connectNow();
  return { [Symbol.asyncDispose]: () => connection.release() };
}

function isMissing(error: unknown): boolean {
  return (error as { code?: unknown } | null | undefined)?.code === 'ENOENT';
}

const limited = asyncContextManager(async function* limited(count: number) {
  yield new Database(count);
});

const connected = asyncContextManager(async function* connected() {
  const db = new Database();
  yield { db, connection: await db.connect() };
});

function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((...both) => ([resolve, reject] = both));
  return { promise, resolve, reject };
}

// Classes

class PerEntry implements AsyncContextManager<Connection> {
  readonly #db: Database;
  readonly #stack: AsyncExitStack[] = [];

  constructor(db: Database) {
    this.#db = db;
  }

  async enterAsync(): Promise<Connection> {
    const stack = new AsyncExitStack();
    const value = await stack.enterContext(connection(this.#db));
    this.#stack.push(stack);
    return value;
  }

  async exitAsync(): Promise<void> {
    await this.#stack.pop()?.exitAsync();
  }
}

class OneAtATime extends AbstractAsyncContextManager {
  readonly #db: Database;
  #connection: Connection | undefined;

  constructor(db: Database) {
    super();
    this.#db = db;
  }

  override async enterAsync(): Promise<this> {
    if (this.#connection) throw new Error('It is open already.');
    this.#connection = await this.#db.connect();
    return this;
  }

  async exitAsync(): Promise<void> {
    try {
      await this.#connection?.release();
    } finally {
      this.#connection = undefined;
    }
  }
}

class Counter implements ContextManager<number> {
  readonly #counts: { count: number };

  constructor(counts: { count: number }) {
    this.#counts = counts;
  }

  enter(): number {
    return (this.#counts.count += 1);
  }

  exit(): void {
    this.#counts.count -= 1;
  }
}

const classes: Right[] = [
  {
    name: 'an exit that returns true',
    cases: () => managerCases(() => ({ enter: () => undefined, exit: () => true }), { suppresses: true }),
  },
  {
    name: 'a class with a state for each entry',
    cases: () => managerCases((db, faults) => new PerEntry(faults.wrap(db)), inDatabase),
  },
  {
    name: 'a class for one block at a time',
    cases: () => managerCases((db, faults) => new OneAtATime(faults.wrap(db)), { ...inDatabase, concurrent: false }),
  },
  {
    name: 'a synchronous class',
    cases: () =>
      managerCases((counts) => new Counter(counts), {
        in: () => nullContext({ count: 0 }),
        open: ({ count }) => count,
      }),
  },
  {
    name: 'an object whose exit gives a promise',
    cases: () =>
      managerCases((db, faults) => {
        const wrapped = faults.wrap(db);
        const connections: Connection[] = [];
        return {
          enter: () => connections[connections.push(wrapped.connectNow()) - 1],
          exit: async () => connections.pop()?.release(),
        };
      }, inDatabase),
  },
];

// What belongs to the process

const mutex = () => {
  let last: Promise<unknown> = Promise.resolve();
  return asyncContextManager(async function* mutex() {
    const before = last;
    const { promise, resolve } = deferred<undefined>();
    last = promise;
    await before;
    try {
      yield;
    } finally {
      resolve(undefined);
    }
  });
};

const others: Right[] = [
  { name: 'nullContext()', cases: () => managerCases(() => nullContext('value')) },
  { name: 'timeout()', cases: () => managerCases(() => timeout(5_000), { use: (signal) => signal.throwIfAborted() }) },
  { name: 'an exit stack', cases: () => managerCases(() => new AsyncExitStack(), { reusable: false }) },
  {
    name: 'closing()',
    cases: () =>
      managerCases((emitter) => closing(emitter, (it) => it.removeAllListeners()), {
        in: () => nullContext(new EventEmitter()),
      }),
  },
  {
    name: 'aclosing()',
    cases: () =>
      managerCases(
        (numbers) =>
          aclosing(async function* count() {
            numbers.open += 1;
            try {
              for (let number = 0; ; number += 1) yield number;
            } finally {
              numbers.open -= 1;
            }
          }),
        { in: () => nullContext({ open: 0 }), open: ({ open }) => open, use: (numbers) => numbers.next() },
      ),
  },
  { name: 'a lock', cases: () => managerCases(mutex(), { concurrent: 'exclusive' }) },
  {
    name: 'a slow one',
    cases: () =>
      managerCases(
        asyncContextManager(async function* slow() {
          await sleep(30);
          yield;
          await sleep(30);
        }),
      ),
  },
  {
    name: 'a listener',
    cases: () =>
      managerCases(
        (emitter, faults) =>
          contextManager(function* listening() {
            const listener = () => undefined;
            faults.wrap(emitter).on('change', listener);
            try {
              yield listener;
            } finally {
              faults.wrap(emitter).off('change', listener);
            }
          })(),
        {
          in: () => nullContext(new EventEmitter()),
          probes: { listeners: (emitter) => emitter.listenerCount('change') },
        },
      ),
  },
  {
    name: 'a heartbeat',
    cases: () =>
      managerCases(
        asyncContextManager(async function* beating() {
          const timer = setInterval(() => undefined, 5);
          try {
            yield;
          } finally {
            clearInterval(timer);
          }
        }),
      ),
  },
  {
    name: 'one that starts something for the whole process',
    cases: () => {
      let timer: NodeJS.Timeout | undefined;
      return managerCases(
        contextManager(function* cached() {
          timer ??= setInterval(() => undefined, 10_000).unref();
          yield;
        }),
      );
    },
  },
  {
    name: 'a server',
    cases: () =>
      managerCases(
        asyncContextManager(async function* serving() {
          const server = createServer((_request, response) => response.end('hello'));
          await once(server.listen(0, '127.0.0.1'), 'listening');
          yield* enter(server);
          yield server;
        }),
        {
          use: async (server) => {
            const { port } = server.address() as { port: number };
            return (await fetch(`http://127.0.0.1:${String(port)}`)).text();
          },
        },
      ),
  },
  {
    name: 'a worker',
    cases: () =>
      managerCases(
        asyncContextManager(async function* working() {
          const worker = new Worker('require("node:worker_threads").parentPort.once("message", () => {})', {
            eval: true,
          });
          try {
            await once(worker, 'online');
            yield worker;
          } finally {
            await worker.terminate();
          }
        }),
      ),
  },
  {
    name: 'a file that is renamed if all goes well',
    cases: () => {
      const writer = asyncContextManager(async function* writer(folder: string) {
        const draft = join(folder, `draft-${String(Math.random())}`);
        const file = await fsPromises.open(draft, 'w');
        try {
          try {
            yield file;
          } finally {
            await file.close();
          }
          await fsPromises.rename(draft, join(folder, 'file'));
        } catch (error) {
          await fsPromises.rm(draft, { force: true });
          throw error;
        }
      });
      return managerCases(
        (folder, faults) => {
          faults.patch(fsPromises, 'open', 'rename', 'rm');
          return writer(folder);
        },
        {
          in: () => folder(),
          open: async (folder) => (await fsPromises.readdir(folder)).filter((name) => name.startsWith('draft')).length,
          use: (file) => file.write('text'),
          effect: (folder) => fsPromises.readdir(folder),
        },
      );
    },
  },
];

const folder = asyncContextManager(async function* folder() {
  const path = await fsPromises.mkdtemp(join(tmpdir(), 'withal-testing-'));
  try {
    yield path;
  } finally {
    await fsPromises.rm(path, { recursive: true });
  }
});

export const rightManagers: readonly Right[] = [...ofDatabases, ...classes, ...others];
