import { AsyncLocalStorage } from 'node:async_hooks';
import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createWriteStream } from 'node:fs';
import fsPromises from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { Worker } from 'node:worker_threads';
import {
  asyncContextManager,
  AsyncExitStack,
  closing,
  contextManager,
  enter,
  fromCallback,
  deadline,
  nullContext,
  suppress,
  taskGroup,
  timeout,
  withAsync,
  type AsyncContextManager,
  type ContextManager,
} from '../../../lib/index.ts';
import { chdir, redirectStdout } from '../../../lib/node/index.ts';
import { managerCases } from '../../../lib/testing/index.ts';
import { inPool, inserting, type Client, type Pool } from './lenient-world.ts';
import type { Right } from './right.ts';

type Manager<T> = AsyncContextManager<T, unknown> | ContextManager<T, unknown>;

function pooling(name: string, make: (pool: Pool) => Manager<unknown>, options = {}): Right {
  return { name, cases: () => managerCases((pool, faults) => make(faults.wrap(pool)), { ...inPool, ...options }) };
}

function committing(name: string, make: (pool: Pool) => Manager<Client>, options = {}): Right {
  return { name, cases: () => managerCases((pool, faults) => make(faults.wrap(pool)), { ...inserting, ...options }) };
}

function alone(name: string, make: () => Manager<unknown>, options = {}): Right {
  return { name, cases: () => managerCases(make, { concurrent: false, ...options }) };
}

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

const ofPools: Right[] = [
  committing('fromCallback()', (pool) => fromCallback<Client>((callback) => pool.transaction(callback))),
  committing(
    'one that enters two others',
    asyncContextManager(async function* both(pool) {
      yield yield* enter(begun(yield* enter(open(pool))));
    }),
  ),
  committing(
    'one with a stack of its own',
    asyncContextManager(async function* stacked(pool) {
      const stack = yield* enter(new AsyncExitStack());
      const client = await pool.connect();
      stack.defer(() => client.close());
      await stack.enterContext(begun(client));
      yield client;
    }),
  ),
  pooling('one that counts who uses it', (pool) => {
    const state: { users: number; client?: Promise<Client> | undefined } = { users: 0 };
    return asyncContextManager(async function* shared() {
      state.users += 1;
      try {
        yield await (state.client ??= pool.connect());
      } finally {
        state.users -= 1;
        if (state.users === 0) {
          const { client } = state;
          state.client = undefined;
          await client?.then(
            (client) => client.close(),
            () => undefined,
          );
        }
      }
    })();
  }),
  pooling(
    'one that is given a function to unlock',
    asyncContextManager(async function* locked(pool) {
      const unlock = await pool.acquire();
      try {
        yield;
      } finally {
        unlock();
      }
    }),
  ),
  pooling(
    'one that goes up and down',
    asyncContextManager(async function* counted(pool) {
      await pool.up();
      try {
        yield;
      } finally {
        await pool.down();
      }
    }),
  ),
  pooling(
    'one that waits until it is closed',
    asyncContextManager(async function* patient(pool) {
      const client = await pool.connect();
      try {
        yield client;
      } finally {
        await client.close();
        await client.closed();
      }
    }),
  ),
  pooling(
    'one that ends what is not its connection',
    asyncContextManager(async function* partial(pool) {
      const client = await pool.connect();
      try {
        yield client;
      } finally {
        try {
          await client.releaseSavepoint();
          await client.endTransaction();
          await client.rollback();
        } finally {
          await client.close();
        }
      }
    }),
  ),
  pooling(
    'one that gives back to the pool',
    asyncContextManager(async function* borrowed(pool) {
      const client = await pool.connect();
      try {
        yield client;
      } finally {
        await pool.release(client);
      }
    }),
  ),
  pooling(
    'one that collects what fails',
    asyncContextManager(async function* collecting(pool) {
      const clients = [await pool.connect()];
      try {
        clients.push(await pool.connect());
        yield clients;
      } finally {
        const ended = await Promise.allSettled(clients.map((client) => client.close()));
        const errors = ended.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
        if (errors.length > 0) throw new AggregateError(errors, 'Some could not be closed.');
      }
    }),
  ),
  pooling(
    'one that says why its teardown failed',
    asyncContextManager(async function* telling(pool) {
      const client = await pool.connect();
      try {
        yield client;
      } finally {
        await client.close().catch((cause: unknown) => {
          throw new Error('It could not be closed.', { cause });
        });
      }
    }),
  ),
  pooling(
    'one that says why its setup failed',
    asyncContextManager(async function* telling(pool) {
      const client = await pool.connect().catch((cause: unknown) => {
        throw new Error('It could not be opened.', { cause });
      });
      try {
        yield client;
      } finally {
        await client.close();
      }
    }),
  ),
  committing(
    'one that commits again if it failed',
    asyncContextManager(async function* stubborn(pool) {
      const client = await pool.connect();
      try {
        await client.begin();
        yield client;
        await client.commit().catch(() => client.commit());
      } finally {
        await client.close();
      }
    }),
  ),
  committing(
    'one that suppresses what aborts',
    asyncContextManager(async function* abortable(pool) {
      // Around the transaction, which has to know.
      yield* enter(suppress(isAbort));
      yield yield* enter(begun(yield* enter(open(pool))));
    }),
    { suppresses: isAbort },
  ),
  pooling(
    'one that says goodbye and does not wait',
    asyncContextManager(async function* polite(pool) {
      const client = await pool.connect();
      try {
        yield client;
      } finally {
        client.rollback().catch(() => undefined);
        await client.close();
      }
    }),
    { mayIgnore: 'rollback' },
  ),
  pooling(
    'one that may be closed again',
    asyncContextManager(async function* disposed(pool) {
      const client = await pool.connect();
      const stack = yield* enter(new AsyncExitStack());
      stack.defer(() => client.close());
      yield stack;
    }),
    { use: (stack: AsyncExitStack) => stack.defer(() => undefined) },
  ),
  pooling(
    'one that closes in its block what it has opened',
    asyncContextManager(async function* handing(pool) {
      const client = await pool.connect();
      let isOpen = true;
      try {
        yield async () => {
          if (isOpen) await client.close();
          isOpen = false;
        };
      } finally {
        if (isOpen) await client.close();
      }
    }),
    { use: (close: () => Promise<void>) => close() },
  ),
];

function isAbort(error: unknown): boolean {
  return (error as { name?: unknown } | null | undefined)?.name === 'AbortError';
}

const storage = new AsyncLocalStorage<number>();

class Listening implements ContextManager<string> {
  readonly #emitter: EventEmitter;
  readonly #listeners: (() => void)[] = [];

  constructor(emitter: EventEmitter) {
    this.#emitter = emitter;
  }

  enter(): string {
    const listener = () => undefined;
    this.#emitter.on('change', listener);
    this.#listeners.push(listener);
    return 'listening';
  }

  exit(): void {
    const listener = this.#listeners.pop();
    if (listener) this.#emitter.off('change', listener);
  }
}

const folder = asyncContextManager(async function* folder() {
  const path = await fsPromises.mkdtemp(join(tmpdir(), 'withal-testing-'));
  try {
    yield path;
  } finally {
    await fsPromises.rm(path, { recursive: true });
  }
});

const others: Right[] = [
  {
    name: 'a class whose listeners are removed',
    cases: () =>
      managerCases((emitter, faults) => new Listening(faults.wrap(emitter)), {
        in: () => nullContext(new EventEmitter()),
        open: (emitter) => emitter.listenerCount('change'),
      }),
  },
  {
    name: 'synchronous calls that fail',
    cases: () =>
      managerCases(
        (store, faults) =>
          contextManager(function* exact() {
            const { insert, remove } = faults.wrap(store, { sync: true });
            const row = insert();
            try {
              yield row;
            } finally {
              remove(row);
            }
          })(),
        {
          in: () => {
            const rows = new Set<number>();
            let last = 0;
            return nullContext({
              rows,
              insert: () => (rows.add((last += 1)), last),
              remove: (row: number) => rows.delete(row),
            });
          },
          open: ({ rows }) => rows.size,
        },
      ),
  },
  {
    name: 'what runs in a context',
    cases: () => managerCases(() => fromCallback((callback) => storage.run(1, callback))),
  },
  {
    name: 'one that has only so much time',
    cases: () =>
      managerCases(
        asyncContextManager(async function* limited() {
          const signal = yield* enter(timeout(5_000));
          yield signal;
        }),
        { use: (signal) => signal.throwIfAborted() },
      ),
  },
  {
    name: 'one that writes a stream to a file',
    cases: () =>
      managerCases(
        asyncContextManager(async function* written(folder: string) {
          const draft = join(folder, `draft-${String(Math.random())}`);
          const stream = createWriteStream(draft);
          await once(stream, 'open');
          try {
            yield stream;
            stream.end();
            await finished(stream);
            await fsPromises.rename(draft, join(folder, 'file'));
          } catch (error) {
            stream.destroy();
            if (!stream.closed) await once(stream, 'close');
            await fsPromises.rm(draft);
            throw error;
          }
        }),
        {
          in: () => folder(),
          open: async (folder) => (await fsPromises.readdir(folder)).filter((name) => name !== 'file').length,
          use: (stream) => new Promise((resolve) => stream.write('text', resolve)),
          effect: (folder) => fsPromises.readdir(folder),
        },
      ),
  },
  alone('chdir()', () => chdir(tmpdir())),
  alone('redirectStdout()', () => redirectStdout({ write: () => true } as never)),
  alone(
    'one that sets a variable of the environment',
    contextManager(function* configured() {
      const { WITHAL_TESTING: before } = process.env;
      process.env['WITHAL_TESTING'] = 'yes';
      try {
        yield;
      } finally {
        if (before === undefined) delete process.env['WITHAL_TESTING'];
        else process.env['WITHAL_TESTING'] = before;
      }
    }),
    { nested: true },
  ),
  alone(
    'one that silences the console',
    contextManager(function* silent() {
      const { debug } = console;
      console.debug = () => undefined;
      try {
        yield;
      } finally {
        console.debug = debug;
      }
    }),
  ),
  alone(
    'one that reads a folder',
    asyncContextManager(async function* listing() {
      yield* enter(closing(await fsPromises.opendir(tmpdir())));
      yield;
    }),
    { concurrent: true },
  ),
  alone(
    'a child process',
    asyncContextManager(async function* running() {
      const child = spawn('sleep', ['60'], { stdio: 'ignore' });
      const ended = once(child, 'close');
      await once(child, 'spawn');
      try {
        yield child;
      } finally {
        child.kill();
        await ended;
      }
    }),
  ),
  alone(
    'a worker that keeps nothing alive',
    asyncContextManager(async function* working() {
      const worker = new Worker('setInterval(() => {}, 1000)', { eval: true });
      worker.unref();
      worker.ref();
      await once(worker, 'online');
      worker.unref();
      try {
        yield worker;
      } finally {
        await worker.terminate();
      }
    }),
  ),
  alone(
    'one that is idle after a while',
    asyncContextManager(async function* idling() {
      const timer = setTimeout(() => undefined, 60_000).unref();
      try {
        yield timer;
      } finally {
        clearTimeout(timer);
      }
    }),
    { concurrent: true },
  ),
  alone(
    'one that is ready at an event',
    asyncContextManager(async function* ready() {
      const emitter = new EventEmitter();
      const [answer] = await Promise.all([
        once(emitter, 'ready'),
        withAsync(nullContext(), () => emitter.emit('ready')),
      ]);
      yield answer;
    }),
    { concurrent: true },
  ),
  {
    name: 'taskGroup()',
    cases: () =>
      managerCases(
        (pool, faults) =>
          asyncContextManager(async function* grouped() {
            const { start } = yield* enter(taskGroup());
            const wrapped = faults.wrap(pool);
            yield () => start(() => withAsync(open(wrapped), (client) => client.insert('row')));
          })(),
        { ...inPool, use: (insert) => insert() },
      ),
  },
  { name: 'deadline()', cases: () => managerCases(() => deadline(nullContext(), 5_000)) },
];

export const lenientRight: readonly Right[] = [...ofPools, ...others];
