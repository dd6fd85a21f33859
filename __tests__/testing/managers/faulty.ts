import { EventEmitter, once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import {
  asyncContextManager,
  contextManager,
  enter,
  nullContext,
  type AsyncContextManager,
  type ContextManager,
  type Thrown,
} from '../../../lib/index.ts';
import { managerCases, type ManagerCase } from '../../../lib/testing/index.ts';
import { Database, inDatabase, inTransaction, type Connection } from './world.ts';

/** A manager that is wrong in one way. */
export interface Faulty {
  /** What is wrong with it. */
  readonly fault: string;
  /** What a case that finds it must say. */
  readonly message: RegExp;
  readonly cases: () => ManagerCase[];
}

type Manager<T> = AsyncContextManager<T, unknown> | ContextManager<T, unknown>;

/** Connects to a database. */
function connecting(fault: string, message: RegExp, make: (db: Database) => Manager<unknown>): Faulty {
  return { fault, message, cases: () => managerCases((db, faults) => make(faults.wrap(db)), inDatabase) };
}

/** Commits what its block inserts. */
function committing(fault: string, message: RegExp, make: (db: Database) => Manager<Connection>): Faulty {
  return { fault, message, cases: () => managerCases((db, faults) => make(faults.wrap(db)), inTransaction) };
}

/** Works in no world but the process. */
function alone(fault: string, message: RegExp, make: () => Manager<unknown>, suppresses = false): Faulty {
  return { fault, message, cases: () => managerCases(make, { suppresses }) };
}

const leaks: Faulty[] = [
  connecting(
    'no finally',
    /throws an Error must leave nothing open.* acquired by connect\(\) at .*faulty\.ts/,
    asyncContextManager(async function* noFinally(db) {
      const connection = await db.connect();
      yield connection;
      await connection.release();
    }),
  ),
  connecting(
    'no release',
    /a block that returns must leave nothing open/,
    asyncContextManager(async function* noRelease(db) {
      yield await db.connect();
    }),
  ),
  connecting(
    'released only if the block fails',
    /a block that returns must leave nothing open/,
    asyncContextManager(async function* releasedOnFailure(db) {
      const connection = await db.connect();
      try {
        yield connection;
      } catch (error) {
        await connection.release();
        throw error;
      }
    }),
  ),
  committing(
    'BEGIN before the try',
    /query\("BEGIN"\) failing in the setup must leave nothing open/,
    asyncContextManager(async function* beginsTooEarly(db) {
      const connection = await db.connect();
      await connection.query('BEGIN');
      try {
        yield connection;
        await connection.query('COMMIT');
      } catch (error) {
        await connection.query('ROLLBACK');
        throw error;
      } finally {
        await connection.release();
      }
    }),
  ),
  connecting(
    'the first of two is lost if the second fails',
    /connect\(\) failing in the setup must leave nothing open/,
    asyncContextManager(async function* losesTheFirst(db) {
      const [first, second] = [await db.connect(), await db.connect()];
      try {
        yield [first, second];
      } finally {
        await first.release().finally(() => second.release());
      }
    }),
  ),
  connecting(
    'one of two concurrent connections is lost if the other fails',
    /connect\(\) failing in the setup must leave nothing open/,
    asyncContextManager(async function* losesOneOfTwo(db) {
      const both = await Promise.all([db.connect(), db.connect()]);
      try {
        yield both;
      } finally {
        await Promise.allSettled(both.map((connection) => connection.release()));
      }
    }),
  ),
  connecting(
    'a release that fails skips the next one',
    /release\(\) failing in the teardown must leave nothing open/,
    asyncContextManager(async function* skipsTheNext(db) {
      const first = await db.connect();
      try {
        const second = await db.connect();
        try {
          yield [first, second];
        } finally {
          await second.release();
          await first.release();
        }
      } catch (error) {
        if (error instanceof Error && error.message.startsWith('connect')) await first.release();
        throw error;
      }
    }),
  ),
  committing(
    'a ROLLBACK that fails skips the release',
    /query\("ROLLBACK"\) failing in the teardown must leave nothing open/,
    asyncContextManager(async function* rollsBackFirst(db) {
      const connection = await db.connect();
      try {
        await connection.query('BEGIN');
        yield connection;
        await connection.query('COMMIT');
      } catch (error) {
        await connection.query('ROLLBACK');
        await connection.release();
        throw error;
      }
      await connection.release();
    }),
  ),
  connecting(
    'a retry keeps the first attempt',
    /must leave nothing open/,
    asyncContextManager(async function* retries(db) {
      let connection = await db.connect();
      try {
        await connection.query('SELECT 1');
      } catch {
        connection = await db.connect();
        await connection.query('SELECT 1');
      }
      try {
        yield connection;
      } finally {
        await connection.release();
      }
    }),
  ),
  connecting(
    'released twice',
    /released twice/,
    asyncContextManager(async function* releasesTwice(db) {
      const connection = await db.connect();
      try {
        yield connection;
        await connection.releaseQuietly();
      } finally {
        await connection.releaseQuietly();
      }
    }),
  ),
  {
    fault: "releases something that isn't its own",
    message: /fewer open: something was released twice, or was not/,
    cases: () =>
      managerCases(
        (db) =>
          asyncContextManager(async function* releasesAnother() {
            yield;
            for (const connection of db.connections) await connection.release();
          })(),
        {
          ...inDatabase,
          in: asyncContextManager(async function* connected() {
            const db = new Database();
            await db.connect();
            yield db;
          }),
        },
      ),
  },
  connecting(
    "a release that isn't awaited",
    /was not awaited|must leave nothing open/,
    asyncContextManager(async function* releasesInTheBackground(db) {
      const connection = await db.connect();
      try {
        yield connection;
      } finally {
        void connection.release();
      }
    }),
  ),
  connecting(
    'released while the block runs',
    // The second if the machine is so slow that it's over before anyone looks.
    /must stay set up until it ends|was released twice, or was not/,
    asyncContextManager(async function* releasesEarly(db) {
      const connection = await db.connect();
      const released = sleep(8).then(() => connection.release());
      try {
        yield;
      } finally {
        await released;
      }
    }),
  ),
  committing(
    'released before the entered manager',
    /The connection is released|released too early/,
    asyncContextManager(async function* releasesFirst(db) {
      const connection = await db.connect();
      try {
        yield yield* enter(begun(connection));
      } finally {
        await connection.release();
      }
    }),
  ),
  connecting(
    'used after it is released',
    /ping\(\) at .* came after releaseQuietly\(\) at .*: it was released too early/,
    asyncContextManager(async function* usesAfterwards(db) {
      const connection = await db.connect();
      try {
        yield connection;
      } finally {
        await connection.releaseQuietly();
        await connection.ping();
      }
    }),
  ),
  connecting(
    'acquired synchronously when it is made',
    /must do nothing before it is entered, but the world changed from .* as soon as it was made/,
    (db) => {
      const connection = db.connectNow();
      return asyncContextManager(async function* acquired() {
        try {
          yield connection;
        } finally {
          await connection.releaseQuietly();
        }
      })();
    },
  ),
  connecting('acquired when it is made', /must do nothing before it is entered, but it called connect\(\) at/, (db) => {
    const connecting = db.connect();
    return asyncContextManager(async function* acquired() {
      const connection = await connecting;
      try {
        yield connection;
      } finally {
        await connection.releaseQuietly();
      }
    })();
  }),
];

const begun = asyncContextManager(async function* begun(connection: Connection) {
  await connection.query('BEGIN');
  try {
    yield connection;
    await connection.query('COMMIT');
  } catch (error) {
    await connection.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
});

/** A transaction with one place to change. */
function transaction(end: (connection: Connection, thrown: Thrown | undefined) => unknown) {
  return asyncContextManager(async function* transaction(db: Database) {
    const connection = await db.connect();
    try {
      await connection.query('BEGIN');
      let thrown: Thrown | undefined;
      try {
        yield connection;
      } catch (error) {
        thrown = { error };
      }
      await end(connection, thrown);
    } finally {
      await connection.release();
    }
  });
}

const outcomes: Faulty[] = [
  committing(
    'the error is swallowed',
    /it resolved: the error was swallowed/,
    transaction(async (connection, thrown) => {
      await connection.query(thrown ? 'ROLLBACK' : 'COMMIT');
    }),
  ),
  committing(
    'COMMIT in a finally',
    /must have no effect, but it was committed/,
    asyncContextManager(async function* commitsAnyway(db) {
      const connection = await db.connect();
      try {
        await connection.query('BEGIN');
        try {
          yield connection;
        } finally {
          await connection.query('COMMIT');
        }
      } finally {
        await connection.release();
      }
    }),
  ),
  committing(
    'COMMIT before the yield',
    /nothing was committed/,
    asyncContextManager(async function* commitsBefore(db) {
      const connection = await db.connect();
      try {
        await connection.query('BEGIN');
        await connection.query('COMMIT');
        await connection.query('BEGIN');
        yield connection;
      } finally {
        await connection.release();
      }
    }),
  ),
  committing(
    'falsy errors are lost',
    /throws (undefined|null|0|''|NaN) must (reject with that error|have no effect)/,
    transaction(async (connection, thrown) => {
      const failure = thrown?.error;
      await connection.query(failure ? 'ROLLBACK' : 'COMMIT');
      if (failure) throw failure;
    }),
  ),
  committing(
    'rolls back only for an Error',
    /throws (undefined|null|0|''|NaN) must (have no effect|reject)/,
    transaction(async (connection, thrown) => {
      await connection.query(thrown?.error instanceof Error ? 'ROLLBACK' : 'COMMIT');
      if (thrown) throw thrown.error;
    }),
  ),
  committing(
    'treats an abort as a success',
    /throws an AbortError must (have no effect|reject)/,
    transaction(async (connection, thrown) => {
      const isAborted = (thrown?.error as Error | undefined)?.name === 'AbortError';
      await connection.query(thrown && !isAborted ? 'ROLLBACK' : 'COMMIT');
      if (thrown) throw thrown.error;
    }),
  ),
  committing(
    'reads a field of whatever was thrown',
    /throws (undefined|null) must reject with that very error.*another one/,
    transaction(async (connection, thrown) => {
      await connection.query(thrown ? 'ROLLBACK' : 'COMMIT');
      if (thrown && (thrown.error as { code: string }).code !== 'IGNORED') throw thrown.error;
    }),
  ),
  committing(
    'adds a field to the error',
    /a frozen Error must reject with that very error.*another one/,
    transaction(async (connection, thrown) => {
      await connection.query(thrown ? 'ROLLBACK' : 'COMMIT');
      if (thrown)
        throw Object.assign(Object(thrown.error) === thrown.error ? (thrown.error as object) : {}, {
          isRolledBack: true,
        });
    }),
  ),
  committing(
    'rewrites the message',
    /its message was rewritten from "The block failed\." to "rolled back: The block failed\."/,
    transaction(async (connection, thrown) => {
      await connection.query(thrown ? 'ROLLBACK' : 'COMMIT');
      if (thrown?.error instanceof Error && !Object.isFrozen(thrown.error) && thrown.error.name === 'Error')
        thrown.error.message = `rolled back: ${thrown.error.message}`;
      if (thrown) throw thrown.error;
    }),
  ),
  committing(
    'rewrites the error',
    /must reject with that very error, but it rejected with another one/,
    transaction(async (connection, thrown) => {
      await connection.query(thrown ? 'ROLLBACK' : 'COMMIT');
      if (thrown) throw new Error(String(thrown.error));
    }),
  ),
  committing(
    "throws the error's cause instead",
    /an error with a cause must reject with that very error/,
    transaction(async (connection, thrown) => {
      await connection.query(thrown ? 'ROLLBACK' : 'COMMIT');
      if (thrown) throw (thrown.error as Error | undefined)?.cause ?? thrown.error;
    }),
  ),
  {
    fault: 'replaces the error and drops it',
    message: /must reject with an error that leads to it/,
    cases: () =>
      managerCases((db, faults) => new Replacing(faults.wrap(db)), {
        ...inTransaction,
        translates: true,
        concurrent: false,
      }),
  },
  committing(
    'COMMIT fails silently',
    /resolved although query\("COMMIT"\) at .* failed: the failure was ignored/,
    transaction(async (connection, thrown) => {
      await connection.query(thrown ? 'ROLLBACK' : 'COMMIT').catch(() => undefined);
      if (thrown) throw thrown.error;
    }),
  ),
  committing(
    'COMMIT fails, and another error takes its place',
    /with query\("COMMIT"\) failing in the teardown must reject with the error of its teardown.*the failure was dropped/,
    transaction(async (connection, thrown) => {
      try {
        await connection.query(thrown ? 'ROLLBACK' : 'COMMIT');
      } catch {
        throw new Error('It did not work.');
      }
      if (thrown) throw thrown.error;
    }),
  ),
  alone(
    'suppresses less than it declares',
    /because suppresses says so, but it rejected with/,
    () => nullContext(),
    true,
  ),
  committing(
    'a ROLLBACK that fails swallows the error',
    /with query\("ROLLBACK"\) failing in the teardown must reject with that error, but it resolved: the error was swallowed/,
    asyncContextManager(async function* swallowsBoth(db) {
      const connection = await db.connect();
      try {
        await connection.query('BEGIN');
        yield connection;
        await connection.query('COMMIT');
      } catch (error) {
        const isRolledBack = await connection.query('ROLLBACK').then(
          () => true,
          () => false,
        );
        if (isRolledBack) throw error;
      } finally {
        await connection.release();
      }
    }),
  ),
  {
    fault: 'suppresses, and replaces the error of its own teardown',
    message: /throws an Error, with release\(\) failing in the teardown must reject with the error of its teardown/,
    cases: () =>
      managerCases(
        (db, faults) =>
          asyncContextManager(async function* suppressing() {
            const connection = await faults.wrap(db).connect();
            try {
              yield connection;
            } catch {
              // It may fail.
            }
            await connection.release().catch(() => Promise.reject(new Error('It did not work.')));
          })(),
        { ...inDatabase, suppresses: true },
      ),
  },
  connecting(
    'a setup that fails is swallowed',
    /ran although connect\(\) at .* failed: the failure was swallowed/,
    asyncContextManager(async function* goesOn(db) {
      const connection = await db.connect().catch(() => undefined);
      try {
        yield connection;
      } finally {
        await connection?.release();
      }
    }),
  ),
  connecting(
    'a setup that fails is hidden by its own cleanup',
    /failed, and the block rejected with .*the failure was dropped/,
    asyncContextManager(async function* hidesTheSetup(db) {
      let connection: Connection | undefined;
      try {
        connection = await db.connect();
        yield connection;
      } finally {
        await (connection as Connection).release();
      }
    }),
  ),
  connecting(
    'a failing setup counts as handled',
    /the failure was dropped/,
    asyncContextManager(async function* finishes(db) {
      let connection: Connection;
      try {
        connection = await db.connect();
      } catch {
        return;
      }
      try {
        yield connection;
      } finally {
        await connection.release();
      }
    }),
  ),
  connecting(
    'yields again after an error',
    /its generator yielded twice/,
    asyncContextManager(async function* yieldsAgain(db) {
      const connection = await db.connect();
      try {
        try {
          yield connection;
        } catch {
          yield connection;
        }
      } finally {
        await connection.release();
      }
    }),
  ),
  connecting(
    'a return in a finally',
    /the error was swallowed/,
    asyncContextManager(async function* returnsInFinally(db) {
      const connection = await db.connect();
      try {
        yield connection;
      } finally {
        await connection.release();
        return;
      }
    }),
  ),
  alone('an exit that returns true', /the error was swallowed/, () => ({ enter: () => undefined, exit: () => true })),
  alone('an exit that returns { value }', /the error was swallowed/, () => ({
    enterAsync: async () => undefined,
    exitAsync: async () => ({ value: 0 }),
  })),
];

/** A driver holds on to the error; entered by hand, it is lost. */
class Replacing implements AsyncContextManager<Connection> {
  readonly #db: Database;
  #connection: Connection | undefined;

  constructor(db: Database) {
    this.#db = db;
  }

  async enterAsync(): Promise<Connection> {
    this.#connection = await this.#db.connect();
    await this.#connection.query('BEGIN');
    return this.#connection;
  }

  async exitAsync(thrown?: Thrown): Promise<void> {
    await this.#connection?.query(thrown ? 'ROLLBACK' : 'COMMIT');
    await this.#connection?.release();
    if (thrown) throw new Error('It did not work.', { cause: 'a secret' });
  }
}

let sharedConnection: Connection | undefined;

/** One variable for all entries. */
const sharing = asyncContextManager(async function* sharing(db: Database) {
  sharedConnection = await db.connect();
  try {
    yield sharedConnection;
  } finally {
    await sharedConnection.releaseQuietly();
  }
});

/** One state for all entries. */
class OneState implements AsyncContextManager<Connection> {
  readonly #db: Database;
  #connection: Connection | undefined;

  constructor(db: Database) {
    this.#db = db;
  }

  async enterAsync(): Promise<Connection> {
    this.#connection = await this.#db.connect();
    return this.#connection;
  }

  async exitAsync(): Promise<void> {
    await this.#connection?.releaseQuietly();
    this.#connection = undefined;
  }
}

class UsedUp extends OneState {
  #isUsed = false;

  override async enterAsync(): Promise<Connection> {
    if (this.#isUsed) throw new Error('It is used up.');
    this.#isUsed = true;
    return super.enterAsync();
  }
}

interface Moded {
  mode?: string;
}

/** Puts back what it thinks was there. */
const restoring = contextManager(function* restoring(world: Moded) {
  world.mode = 'busy';
  try {
    yield;
  } finally {
    world.mode = 'idle';
  }
});

/** A lock that lets in everybody, or that nobody gets any more after a block that failed. */
function lock({ isOpen = false, isKept = false }) {
  let last: Promise<unknown> = Promise.resolve();
  return asyncContextManager(async function* lock() {
    const before = last;
    let unlock!: () => void;
    last = new Promise<void>((resolve) => (unlock = resolve));
    if (!isOpen) await before;
    try {
      yield;
      unlock();
    } finally {
      if (!isKept) unlock();
    }
  });
}

const states: Faulty[] = [
  connecting('one variable shared by all entries', /must (leave nothing open|resolve)/, (db) => sharing(db)),
  connecting('a class with one shared state', /must (leave nothing open|resolve)/, (db) => new OneState(db)),
  connecting('used up by its first block', /its setup failed with Error: It is used up/, (db) => new UsedUp(db)),
  {
    fault: 'waits for itself',
    message: /within another must end within 60 ms, but its setup still waits/,
    cases: () => managerCases(lock({}), { timeout: 60 }),
  },
  {
    fault: 'restores an assumed value',
    message: /must leave mode as before, but it was undefined and is left as "idle"/,
    cases: () => managerCases(restoring, { in: () => nullContext<Moded>({}), probes: { mode: ({ mode }) => mode } }),
  },
  {
    fault: 'an exclusive manager that lets in two',
    message: /must let in one block at a time/,
    cases: () => managerCases(lock({ isOpen: true }), { concurrent: 'exclusive' }),
  },
  {
    fault: 'a lock that is kept when the block fails',
    message: /its setup still waits/,
    cases: () => managerCases(lock({ isKept: true }), { concurrent: 'exclusive', timeout: 60 }),
  },
];

const waits: Faulty[] = [
  {
    fault: 'waits forever in its setup',
    message: /its setup still waits/,
    cases: () =>
      managerCases(
        asyncContextManager(async function* neverReady() {
          await new Promise(() => undefined);
          yield;
        }),
        { timeout: 30 },
      ),
  },
  {
    fault: 'waits forever in its teardown',
    message: /its teardown still waits/,
    cases: () =>
      managerCases(
        asyncContextManager(async function* neverDone() {
          yield;
          await new Promise(() => undefined);
        }),
        { timeout: 30 },
      ),
  },
  {
    fault: 'waits forever if its block fails',
    message: /throws an Error must end within 30 ms, but its teardown still waits for wait\(\) at/,
    cases: () =>
      managerCases(
        (world, faults) =>
          asyncContextManager(async function* neverRollsBack() {
            const { wait } = faults.wrap(world);
            try {
              yield;
            } catch (error) {
              await wait();
              throw error;
            }
          })(),
        { in: () => nullContext({ wait: () => new Promise<void>(() => undefined) }), timeout: 30 },
      ),
  },
];

/** What closes what they leave. */
const closers: (() => unknown)[] = [];

export function closedLater<T>(value: T, close: (value: T) => unknown): T {
  closers.push(() => close(value));
  return value;
}

/** Closes what the managers have left, so that it doesn't disturb the next one. */
export async function closeLeftovers(): Promise<void> {
  for (const close of closers.splice(0)) await Promise.resolve(close()).catch(() => undefined);
}

const leftovers: Faulty[] = [
  alone(
    'an interval is left',
    /each one leaves a timer \(.*faulty\.ts/,
    asyncContextManager(async function* beating() {
      const timer = closedLater(
        setInterval(() => undefined, 10),
        clearInterval,
      );
      yield;
      clearInterval(timer);
    }),
  ),
  alone(
    "an unref'd interval is left",
    /each one leaves a timer \(.*faulty\.ts/,
    asyncContextManager(async function* beatingQuietly() {
      closedLater(setInterval(() => undefined, 1000).unref(), clearInterval);
      yield;
    }),
  ),
  alone(
    'a timeout is left',
    /each one leaves a timer \(.*faulty\.ts/,
    contextManager(function* limited() {
      closedLater(
        setTimeout(() => undefined, 60_000),
        clearTimeout,
      );
      yield;
    }),
  ),
  {
    fault: 'a listener is left',
    message: /must leave listeners as before, but it was 0 and is left as 1/,
    cases: () =>
      managerCases(
        (emitter) =>
          contextManager(function* listening() {
            emitter.on('change', () => undefined);
            yield;
          })(),
        {
          in: () => nullContext(new EventEmitter()),
          probes: { listeners: (emitter) => emitter.listenerCount('change') },
        },
      ),
  },
  alone(
    'a process listener is left',
    /a listener of the process for warning/,
    contextManager(function* listening() {
      const listener = closedLater(
        () => undefined,
        (listener) => process.off('warning', listener),
      );
      process.on('warning', listener);
      yield;
    }),
  ),
  alone(
    'a server is left',
    /each one leaves a server \(.*faulty\.ts/,
    asyncContextManager(async function* serving() {
      const server = closedLater(createServer().listen(0), (server) => server.close());
      await once(server, 'listening');
      yield server;
      server.close();
    }),
  ),
  alone(
    'a worker is left',
    /each one leaves a worker \(.*faulty\.ts/,
    asyncContextManager(async function* working() {
      const worker = closedLater(new Worker('setInterval(() => {}, 1000)', { eval: true }), (worker) =>
        worker.terminate(),
      );
      await once(worker, 'online');
      yield worker;
      await worker.terminate();
    }),
  ),
  alone(
    'a file handle is left',
    /each one leaves an open file \(.*package\.json/,
    asyncContextManager(async function* reading() {
      const file = closedLater(await open('package.json'), (file) => file.close());
      yield file;
      await file.close();
    }),
  ),
  alone(
    'a file descriptor is left',
    /each one leaves an open file \(.*package\.json/,
    contextManager(function* readingNow() {
      yield closedLater(openSync('package.json', 'r'), closeSync);
    }),
  ),
  alone(
    'a background rejection',
    /one in the background was not: Error: lost/,
    asyncContextManager(async function* losing() {
      void Promise.reject(new Error('lost'));
      yield;
    }),
  ),
  alone(
    'a background rejection when the block fails',
    /one in the background was not: Error: lost/,
    asyncContextManager(async function* losingOnFailure() {
      try {
        yield;
      } catch (error) {
        void Promise.reject(new Error('lost'));
        throw error;
      }
    }),
  ),
];

export const faultyManagers: readonly Faulty[] = [...leaks, ...outcomes, ...states, ...waits, ...leftovers];
