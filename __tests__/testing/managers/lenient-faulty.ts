import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fsPromises from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import {
  asyncContextManager,
  closing,
  contextManager,
  enter,
  nullContext,
  withAsync,
  type AsyncContextManager,
  type ContextManager,
  type Thrown,
} from '../../../lib/index.ts';
import { managerCases } from '../../../lib/testing/index.ts';
import { closedLater, type Faulty } from './faulty.ts';
import { inPool, inserting, type Client, type Pool } from './lenient-world.ts';

type Manager<T> = AsyncContextManager<T, unknown> | ContextManager<T, unknown>;

function pooling(fault: string, message: RegExp, make: (pool: Pool) => Manager<unknown>): Faulty {
  return { fault, message, cases: () => managerCases((pool, faults) => make(faults.wrap(pool)), inPool) };
}

function committing(fault: string, message: RegExp, make: (pool: Pool) => Manager<Client>): Faulty {
  return { fault, message, cases: () => managerCases((pool, faults) => make(faults.wrap(pool)), inserting) };
}

function alone(fault: string, message: RegExp, make: () => Manager<unknown>, options = {}): Faulty {
  return { fault, message, cases: () => managerCases(make, { concurrent: false, ...options }) };
}

const calls: Faulty[] = [
  pooling(
    "a quick release that isn't awaited",
    /close\(\) at .* was not awaited/,
    asyncContextManager(async function* quick(pool) {
      const client = await pool.connect();
      try {
        yield client;
      } finally {
        void client.close();
      }
    }),
  ),
  pooling(
    "a quick COMMIT that isn't awaited",
    /resolved although commit\(\) at .* failed: the failure was ignored/,
    asyncContextManager(async function* quick(pool) {
      const client = await pool.connect();
      try {
        yield client;
        void client.commit();
      } finally {
        await client.close();
      }
    }),
  ),
  pooling(
    'released twice to a pool that tolerates it',
    /released twice: release\(/,
    asyncContextManager(async function* twice(pool) {
      const client = await pool.connect();
      try {
        yield client;
        await pool.release(client);
      } finally {
        await pool.release(client);
      }
    }),
  ),
  pooling(
    'closed twice',
    /released twice: close\(\)/,
    asyncContextManager(async function* twice(pool) {
      const client = await pool.connect();
      try {
        yield client;
      } catch (error) {
        await client.close();
        throw error;
      } finally {
        await client.close();
      }
    }),
  ),
  pooling(
    'closed twice, by a method that returns no promise',
    /released twice: closeNow\(\)/,
    asyncContextManager(async function* twice(pool) {
      const client = yield* enter(closing(await pool.connect(), (client) => client.closeNow()));
      yield client;
      client.closeNow();
    }),
  ),
  pooling(
    'unlocked twice',
    /released twice: acquire\(\)\(\)/,
    asyncContextManager(async function* twice(pool) {
      const unlock = await pool.acquire();
      try {
        yield;
        unlock();
      } finally {
        unlock();
      }
    }),
  ),
  pooling(
    'a key is unlocked twice',
    /released twice: unlock\("key"\)/,
    asyncContextManager(async function* twice(pool) {
      await pool.lock('key');
      try {
        yield;
        await pool.unlock('key');
      } finally {
        await pool.unlock('key');
      }
    }),
  ),
  pooling(
    "goes down although it didn't come up",
    /up\(\) failing in the setup must leave open what was open before, but it leaves 1 fewer open/,
    asyncContextManager(async function* counted(pool) {
      try {
        await pool.up();
        yield;
      } finally {
        await pool.down();
      }
    }),
  ),
  committing(
    'COMMIT after the release',
    /commit\(\) at .* came after close\(\) at .*: it was released too early/,
    asyncContextManager(async function* late(pool) {
      const client = await pool.connect();
      let isDone = false;
      try {
        await client.begin();
        yield client;
        isDone = true;
      } finally {
        await client.close();
        if (isDone) await client.commit();
      }
    }),
  ),
  committing(
    'closed before the entered manager, which tolerates it',
    /commit\(\) at .* came after close\(\)|rollback\(\) at .* came after close\(\)/,
    asyncContextManager(async function* closesFirst(pool) {
      const client = await pool.connect();
      try {
        yield yield* enter(begun(client));
      } finally {
        await client.close();
      }
    }),
  ),
  pooling(
    'yields something that it has closed',
    /its value was already released by close\(\)/,
    asyncContextManager(async function* stale(pool) {
      yield await withAsync(open(pool), (client) => client);
    }),
  ),
  pooling(
    'allSettled() swallows the failures of releases',
    /resolved although close\(\) at .* failed: the failure was ignored/,
    asyncContextManager(async function* forgetful(pool) {
      const client = await pool.connect();
      try {
        yield client;
      } finally {
        await Promise.allSettled([client.close()]);
      }
    }),
  ),
  pooling(
    'an unawaited setup whose failure goes unhandled',
    /ran although begin\(\) at .* failed: the failure was swallowed/,
    asyncContextManager(async function* hasty(pool) {
      const client = await pool.connect();
      try {
        client.begin().catch(() => undefined);
        yield client;
      } finally {
        await client.close();
      }
    }),
  ),
  {
    fault: 'a retry that never ends',
    message: /must end within 60 ms, but its setup still waits/,
    cases: () =>
      managerCases(
        (pool, faults) =>
          asyncContextManager(async function* stubborn() {
            const wrapped = faults.wrap(pool);
            let client: Client | undefined;
            for (let isBroken = false; !client; isBroken = true) {
              if (isBroken) await new Promise((resolve) => setTimeout(resolve, 5).unref());
              client = isBroken ? undefined : await wrapped.connect().catch(() => undefined);
            }
            try {
              yield client;
            } finally {
              await client.close();
            }
          })(),
        { ...inPool, timeout: 60 },
      ),
  },
  {
    fault: 'connects on first use, and never closes',
    message: /must leave nothing open/,
    cases: () =>
      managerCases(
        (pool, faults) =>
          asyncContextManager(async function* lazy() {
            let client: Promise<Client> | undefined;
            yield () => (client ??= faults.wrap(pool).connect());
          })(),
        { ...inPool, use: (connect) => connect() },
      ),
  },
];

const open = asyncContextManager(async function* open(pool: Pool) {
  const client = await pool.connect();
  try {
    yield client;
  } finally {
    await client.close();
  }
});

const begun = asyncContextManager(async function* begun(client: Client) {
  await client.begin();
  try {
    yield client;
    await client.commit();
  } catch (error) {
    await client.rollback();
    throw error;
  }
});

/** A transaction that is told how its block ended. */
function ended(end: (client: Client, thrown: Thrown | undefined) => Promise<void>) {
  return asyncContextManager(async function* ended(pool: Pool) {
    const client = await pool.connect();
    try {
      await client.begin();
      let thrown: Thrown | undefined;
      try {
        yield client;
      } catch (error) {
        thrown = { error };
      }
      await end(client, thrown);
      if (thrown) throw thrown.error;
    } finally {
      await client.close();
    }
  });
}

/** A class with a client for each entry. */
abstract class Entries implements AsyncContextManager<Client> {
  readonly #pool: Pool;
  readonly #clients: Client[] = [];

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async enterAsync(): Promise<Client> {
    const client = await this.#pool.connect();
    await client.begin();
    this.#clients.push(client);
    return client;
  }

  async exitAsync(thrown?: Thrown): Promise<boolean> {
    return (await this.end(this.#clients.pop() as Client, thrown)) === true;
  }

  abstract end(client: Client, thrown?: Thrown): unknown;
}

function entering(fault: string, message: RegExp, end: Entries['end']): Faulty {
  class Entering extends Entries {
    override end = end;
  }
  return {
    fault,
    message,
    cases: () => managerCases((pool, faults) => new Entering(faults.wrap(pool)), { ...inserting, concurrent: false }),
  };
}

const outcomes: Faulty[] = [
  committing(
    'after one failed block, all roll back',
    /nothing was committed/,
    (() => {
      let hasFailed = false;
      return ended(async (client, thrown) => {
        hasFailed ||= thrown !== undefined;
        await (hasFailed ? client.rollback() : client.commit());
      });
    })(),
  ),
  {
    fault: 'a failing block fails concurrent ones',
    message: /must have the effect of three in turn, which is 4 more, but it is 2 more/,
    cases: () =>
      managerCases((pool, faults) => {
        const wrapped = faults.wrap(pool);
        const state = { count: 0, hasFailed: false };
        return asyncContextManager(async function* entangled() {
          const client = await wrapped.connect();
          if (state.count === 0) state.hasFailed = false;
          state.count += 1;
          try {
            await client.begin();
            try {
              yield client;
            } catch (error) {
              state.hasFailed = true;
              throw error;
            } finally {
              state.count -= 1;
            }
            await (state.hasFailed ? client.rollback() : client.commit());
          } finally {
            await client.close();
          }
        })();
      }, inserting),
  },
  committing(
    'aborting counts as success',
    /throws an AbortError must (reject with that error|have no effect)/,
    asyncContextManager(async function* lenient(pool) {
      try {
        yield yield* enter(begun(yield* enter(open(pool))));
      } catch (error) {
        if (!isAbort(error)) throw error;
      }
    }),
  ),
  committing(
    'a copy of the error is thrown',
    /must reject with that very error, but it rejected with another one/,
    ended(async (client, thrown) => {
      await (thrown ? client.rollback() : client.commit());
      if (thrown?.error instanceof Error) throw Object.create(thrown.error);
    }),
  ),
  committing(
    'the stack of the error is rewritten',
    /its stack was rewritten from/,
    ended(async (client, thrown) => {
      await (thrown ? client.rollback() : client.commit());
      if (thrown?.error instanceof Error && Object.isExtensible(thrown.error)) thrown.error.stack = 'removed';
    }),
  ),
  committing(
    'cleans up only after an Error',
    /throws (undefined|null|0|''|NaN) must leave nothing open/,
    asyncContextManager(async function* particular(pool) {
      const client = await pool.connect();
      try {
        await client.begin();
        yield client;
        await client.commit();
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        await client.rollback();
        await client.close();
        throw error;
      }
      await client.close();
    }),
  ),
  {
    fault: 'translates an Error, and drops anything else',
    message: /must reject with an error that leads to it/,
    cases: () =>
      managerCases((pool, faults) => new Dropping(faults.wrap(pool)), {
        ...inserting,
        concurrent: false,
        translates: true,
      }),
  },
  {
    fault: 'suppresses more than it declares',
    message: /throws an Error must reject with that error, but it resolved: the error was swallowed/,
    cases: () =>
      managerCases(
        contextManager(function* greedy() {
          try {
            yield;
          } catch {
            // whatever it is
          }
        }),
        { suppresses: isAbort },
      ),
  },
  entering("an exit that returns the release's result", /the error was swallowed/, async (client) =>
    client.close().then(() => true),
  ),
  entering(
    'an exit that tests the error instead of its presence',
    /must have no effect|nothing was committed/,
    async (client, thrown) => {
      if (thrown?.error) await client.rollback();
      else await client.commit();
      await client.close();
    },
  ),
  entering(
    'an exit in which a ROLLBACK that fails skips the release',
    /rollback\(\) failing in the teardown must leave nothing open/,
    async (client, thrown) => {
      await (thrown ? client.rollback() : client.commit());
      await client.close();
    },
  ),
  entering("an exit that doesn't wait", /commit\(\) at .* was not awaited/, (client, thrown) => {
    void (thrown ? client.rollback() : client.commit()).then(() => client.close());
  }),
  {
    fault: 'stays open forever if it could not be opened',
    message:
      /returns, after a block that returns, with connect\(\) failing in the setup must resolve, but its setup failed/,
    cases: () => managerCases((pool, faults) => new Once(faults.wrap(pool)), { ...inPool, concurrent: false }),
  },
  {
    fault: "a disposable that doesn't wait",
    message: /must leave nothing open|was not awaited/,
    cases: () =>
      managerCases((pool, faults) => {
        const client = new Promise<Client>((resolve) => resolve(faults.wrap(pool).connect()));
        return { [Symbol.asyncDispose]: async () => void client.then((client) => client.close()) };
      }, inPool),
  },
];

function isAbort(error: unknown): boolean {
  return (error as { name?: unknown } | null | undefined)?.name === 'AbortError';
}

class Dropping extends Entries {
  override async end(client: Client, { error }: Thrown = { error: this }): Promise<void> {
    await (error === this ? client.commit() : client.rollback());
    await client.close();
    if (error === this) return;
    throw error instanceof Error ? new Error('It failed.', { cause: error }) : new Error('It failed.', { cause: 0.5 });
  }
}

class Once implements AsyncContextManager<Client> {
  readonly #pool: Pool;
  #client: Client | undefined;
  #isOpen = false;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async enterAsync(): Promise<Client> {
    if (this.#isOpen) throw new Error('It is open.');
    this.#isOpen = true;
    return (this.#client = await this.#pool.connect());
  }

  async exitAsync(): Promise<void> {
    this.#isOpen = false;
    await this.#client?.close();
  }
}

const leftovers: Faulty[] = [
  alone(
    'an environment variable is left if the block fails',
    /each one leaves process\.env\.WITHAL_TESTING changed/,
    contextManager(function* configured() {
      process.env['WITHAL_TESTING'] = 'yes';
      yield;
      delete process.env['WITHAL_TESTING'];
    }),
  ),
  alone(
    'the working directory is left',
    /each one leaves the working directory changed/,
    contextManager(function* moved() {
      process.chdir(tmpdir());
      yield;
    }),
  ),
  alone(
    'the console is left silenced',
    /each one leaves console\.debug changed/,
    contextManager(function* silent() {
      const { debug } = console;
      console.debug = () => undefined;
      yield;
      console.debug = debug;
    }),
  ),
  alone(
    'a global is left',
    /each one leaves globalThis\.withalTesting changed/,
    contextManager(function* polluting() {
      (globalThis as { withalTesting?: boolean }).withalTesting = true;
      yield;
    }),
  ),
  alone(
    'a folder is left open',
    /each one leaves an open file \(/,
    asyncContextManager(async function* listing() {
      const folder = closedLater(await fsPromises.opendir(tmpdir()), (folder) => folder.close());
      yield folder;
      await folder.close();
    }),
  ),
  alone(
    "an unref'd server is left",
    /each one leaves a server \(/,
    asyncContextManager(async function* serving() {
      const server = closedLater(createServer().listen(0).unref(), (server) => server.close());
      await once(server, 'listening');
      yield server;
      server.close();
    }),
  ),
  alone(
    "an unref'd worker is left",
    /each one leaves a worker \(/,
    asyncContextManager(async function* working() {
      const worker = closedLater(new Worker('setInterval(() => {}, 1000)', { eval: true }), (worker) =>
        worker.terminate(),
      );
      await once(worker, 'online');
      worker.unref();
      yield worker;
      await worker.terminate();
    }),
  ),
  alone(
    'a child process is left',
    /each one leaves a child process \(/,
    asyncContextManager(async function* running() {
      const child = closedLater(spawn('sleep', ['60'], { stdio: 'ignore' }), (child) => child.kill());
      const ended = once(child, 'close');
      await once(child, 'spawn');
      yield child;
      child.kill();
      await ended;
    }),
  ),
  {
    fault: 'a signal listener is left',
    message: /must leave listeners as before/,
    cases: () =>
      managerCases(
        ({ signal }) =>
          contextManager(function* cancelable() {
            const listener = () => undefined;
            signal.addEventListener('abort', listener);
            yield;
            signal.removeEventListener('abort', listener);
          })(),
        {
          in: () => nullContext(counted()),
          probes: { listeners: (world) => world.count },
        },
      ),
  },
  alone(
    'a late rejection',
    /one in the background was not: Error: lost/,
    asyncContextManager(async function* losing() {
      setTimeout(() => void Promise.reject(new Error('lost')), 2);
      yield;
    }),
  ),
  {
    fault: 'a draft is left',
    message: /must leave nothing open/,
    cases: () =>
      managerCases(
        (folder, faults) => {
          faults.patch(fsPromises, 'writeFile', 'rename');
          return asyncContextManager(async function* drafting() {
            const draft = join(folder, `draft-${String(Math.random())}`);
            const lines: string[] = [];
            yield lines;
            await fsPromises.writeFile(draft, lines);
            await fsPromises.rename(draft, join(folder, 'file'));
          })();
        },
        {
          in: () => folder(),
          open: async (folder) => (await fsPromises.readdir(folder)).filter((name) => name.startsWith('draft')).length,
        },
      ),
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

/** A signal that counts its listeners. */
function counted() {
  const { signal } = new AbortController();
  const listeners = new Set<unknown>();
  const { addEventListener: add, removeEventListener: remove } = signal;
  signal.addEventListener = (...args: [string, ...never[]]) => {
    listeners.add(args[1]);
    Reflect.apply(add, signal, args);
  };
  signal.removeEventListener = (...args: [string, ...never[]]) => {
    listeners.delete(args[1]);
    Reflect.apply(remove, signal, args);
  };
  return {
    signal,
    get count() {
      return listeners.size;
    },
  };
}

export const lenientFaulty: readonly Faulty[] = [...calls, ...outcomes, ...leftovers];
