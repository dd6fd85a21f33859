import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { asyncContextManager, closing, enter } from 'withal';
import { trace } from './trace.ts';

export interface Pool {
  connect(): Promise<Connection>;
  end(): Promise<void>;
}

export interface Connection {
  query(
    text: string,
    parameters?: unknown[],
  ): Promise<{ rows: Record<string, unknown>[] }>;
  release(): void;
}

export const database = asyncContextManager(async function* database(url: string) {
  yield* enter(trace('database'));
  const pool = yield* enter(closing(await open(url), (pool) => pool.end()));
  yield pool;
});

export const transaction = asyncContextManager(async function* transaction(pool: Pool) {
  const connection = yield* enter(
    closing(await pool.connect(), (connection) => connection.release()),
  );
  await connection.query('BEGIN');
  try {
    yield connection;
    await connection.query('COMMIT');
  } catch (error) {
    await connection.query('ROLLBACK');
    throw error;
  }
});

async function open(url: string): Promise<Pool> {
  return url.startsWith('postgres') ? pooled(url) : embedded(await PGlite.create(url));
}

function pooled(url: string): Pool {
  const pool = new pg.Pool({ connectionString: url });
  // The pool replaces a broken connection, whose queries reject. Without a listener,
  // the event would end the process.
  const ignore = () => undefined;
  pool.on('connect', (client) => client.on('error', ignore)).on('error', ignore);
  return pool;
}

/** A pool of one connection, which is handed from one user to the next. */
function embedded(pglite: PGlite): Pool {
  let released = Promise.resolve();
  return {
    connect: () =>
      new Promise((connected) => {
        const hand = (release: () => void) =>
          connected({
            release,
            query: (text, parameters) => pglite.query(text, parameters),
          });
        released = released.then(() => new Promise(hand));
      }),
    end: () => pglite.close(),
  };
}
