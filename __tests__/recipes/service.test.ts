import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { json, text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  aclosing,
  AsyncExitStack,
  asyncContextManager,
  closing,
  enter,
  scopeAsync,
  withAsync,
  type AsyncContextManager,
} from '../../lib/index.ts';
import { sharedBundles } from '../helpers/bundles.ts';
import { connection, hasPostgres, newDatabase, postgres } from '../helpers/postgres.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const program = 'docs/recipes/service/main.ts';

const bundleOf = sharedBundles(program);

// The tests' own environment must not choose the database, and on a busy machine setup is slow.
const neutral = { DATABASE_URL: undefined, PORT: '0', WITHAL_SLOW: '60000' };

interface Service {
  /** Its TMPDIR. */
  readonly temporary: string;
  /** Everything it has printed so far. */
  readonly lines: readonly string[];
  /** Reads the output up to a line that begins so, and returns the rest of that line. */
  until(start: string): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** Reads the output to its end. */
  ending(): Promise<{ code: number | null; signal: NodeJS.Signals | null; errors: string }>;
}

const folder = asyncContextManager(async function* folder() {
  const path = await mkdtemp(join(tmpdir(), 'withal-service-'));
  try {
    yield path;
  } finally {
    await rm(path, { recursive: true });
  }
});

/** The program, which is killed if it doesn't end by itself. */
const service = asyncContextManager(async function* service(environment: Record<string, string>) {
  const temporary = yield* enter(folder());
  const env = { ...process.env, ...neutral, TMPDIR: temporary, ...environment };
  const options = { env, timeout: 50_000, killSignal: 'SIGKILL' } as const;
  const child = spawn(process.execPath, ['--liftoff-only', bundleOf(program)], options);
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  yield* enter(
    closing(child, () => {
      child.kill('SIGKILL');
      return ended;
    }),
  );
  const errors = text(child.stderr);
  const output = yield* enter(aclosing(createInterface(child.stdout)));
  const lines: string[] = [];
  const made: Service = {
    temporary,
    lines,
    async until(start) {
      for await (const line of output) if (lines.push(line) && line.startsWith(start)) return line.slice(start.length);
      throw new Error(`It ended without "${start}":\n${lines.join('\n')}\n${await errors}`);
    },
    kill: (signal) => void child.kill(signal),
    async ending() {
      for await (const line of output) lines.push(line);
      const [code, signal] = await ended;
      return { code, signal, errors: await errors };
    },
  };
  yield made;
});

interface Database {
  readonly url: string;
  /** Queries the database itself; only a server can be queried while the program runs. */
  query(statement: string): Promise<unknown[]>;
}

// A new PGlite or server takes seconds; a copy of one, or a new database on the other, doesn't.
const shared = new AsyncExitStack();
let empty: string;
let sharedServer: string;

beforeAll(async () => {
  empty = await shared.enterContext(folder());
  await withAsync(await PGlite.create(empty), () => {});
  if (hasPostgres) sharedServer = await shared.enterContext(postgres());
}, 60_000);

afterAll(() => shared.exitAsync());

const embedded = asyncContextManager(async function* embedded() {
  const path = yield* enter(folder());
  await cp(empty, path, { recursive: true });
  const url = `file://${path}`;
  const query = async (statement: string) =>
    withAsync(await PGlite.create(url), async (db) => (await db.query(statement)).rows);
  const database: Database = { url, query };
  yield database;
});

const server = asyncContextManager(async function* server() {
  const url = yield* enter(newDatabase(sharedServer));
  const query = (statement: string) =>
    withAsync(connection(url), async (client) => (await client.query(statement)).rows as unknown[]);
  const database: Database = { url, query };
  yield database;
});

const databases: [string, () => AsyncContextManager<Database>][] = [['PGlite', embedded]];
if (hasPostgres) databases.push(['a server', server]);

/** Starting the program takes seconds; what doesn't depend on its database isn't tested on both. */
const anyDatabase = hasPostgres ? server : embedded;

async function post(url: string, lines: string): Promise<[number, unknown]> {
  return answerOf(await fetch(`${url}/payments`, { method: 'POST', body: lines }));
}

async function get(url: string): Promise<[number, unknown]> {
  return answerOf(await fetch(url));
}

async function answerOf(response: Response): Promise<[number, unknown]> {
  return [response.status, await response.json()];
}

/** A request that has begun, with more to come. */
function begin(url: string, lines: string): ClientRequest {
  const begun = request(`${url}/payments`, { method: 'POST' });
  begun.write(lines);
  return begun;
}

/** The outputs that the page shows, with another port. */
async function shown(port: string): Promise<string[][]> {
  const page = await readFile(join(root, 'docs/recipes/service/README.md'), 'utf8');
  const blocks = page.matchAll(/^```text no-run: a test of the service [^\n]*\n(.*?)\n```$/gms);
  return [...blocks].map(([, block = '']) => block.replaceAll('8080', port).split('\n'));
}

/** Lines without what varies from run to run: times, and what keeps the event loop alive. */
function timeless(lines: readonly string[]): string[] {
  return lines.map((line) =>
    line
      .replace(/\d+(\.\d)? (ms|s) {2}/, '…  ')
      .replace(/running \d+ ms/, 'running … ms')
      .replace(/^Active resources: .*/, 'Active resources: …'),
  );
}

/** Asks until the answer matches; if it never does, the test times out. */
async function eventually<T>(ask: () => Promise<T>, isWanted: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    await setTimeout(10);
  }
}

async function isListening(port: number): Promise<boolean> {
  const socket = connect(port);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

const ready = 'ready on ';
const unwound = ['exit server', 'exit job', 'exit database', 'exit directory'];
const terminated = 'TerminationError: The process was asked to end by SIGTERM.';

describe.each(databases)('the service on %s', (_name, database) => {
  it('commits a request that succeeds, and rolls back one that fails', async () => {
    await scopeAsync(async function* () {
      const { url: DATABASE_URL, query } = yield* enter(database());
      const { until, kill, ending, lines } = yield* enter(service({ DATABASE_URL }));
      const url = await until(ready);

      expect(await get(`${url}/report`)).toEqual([200, []]);
      expect(await post(url, 'Ada,30\nAlan,4\n')).toEqual([200, { received: 2 }]);
      expect(await post(url, 'Ada,7\nAlan\n')).toEqual([400, { error: 'not a payment: Alan' }]);

      const begun = begin(url, 'Ada,8\nGrace\n');
      const [refusal] = (await once(begun, 'response')) as [IncomingMessage];
      expect([refusal.statusCode, await json(refusal)]).toEqual([400, { error: 'not a payment: Grace' }]);
      begun.end('Ada,9\n');

      expect(await get(`${url}/nowhere`)).toEqual([404, { error: 'Not Found' }]);
      expect(await get(`${url}/payments`)).toEqual([
        200,
        [
          { account: 'Ada', amount: 30 },
          { account: 'Alan', amount: 4 },
        ],
      ]);

      kill('SIGTERM');
      expect(await ending()).toEqual({ code: 143, signal: null, errors: '' });
      expect(lines).toEqual([
        'enter directory',
        'enter database',
        'enter job',
        'enter server',
        `ready on ${url}`,
        '[1] enter GET /report',
        '[1] exit GET /report',
        '[2] enter POST /payments',
        '[2] exit POST /payments',
        '[3] enter POST /payments',
        '[3] exit POST /payments: Error: not a payment: Alan',
        '[4] enter POST /payments',
        '[4] exit POST /payments: Error: not a payment: Grace',
        '[5] enter GET /nowhere',
        '[5] exit GET /nowhere: Error: Not Found',
        '[6] enter GET /payments',
        '[6] exit GET /payments',
        terminated,
        ...unwound,
      ]);
      expect(await query('SELECT * FROM payments')).toEqual([
        { account: 'Ada', amount: 30 },
        { account: 'Alan', amount: 4 },
      ]);
    });
  }, 60_000);

  it('keeps the report up to date', async () => {
    await scopeAsync(async function* () {
      const { url: DATABASE_URL } = yield* enter(database());
      const { until } = yield* enter(service({ DATABASE_URL }));
      const url = await until(ready);

      await post(url, 'Ada,30\nAlan,4\nAda,5\n');
      const [, report] = await eventually(
        () => get(`${url}/report`),
        ([, rows]) => (rows as unknown[]).length > 0,
      );
      expect(report).toEqual([
        { account: 'Ada', sum: 35 },
        { account: 'Alan', sum: 4 },
      ]);
    });
  }, 60_000);

  it('answers the running request when SIGTERM comes, and no other', async () => {
    await scopeAsync(async function* () {
      const { url: DATABASE_URL, query } = yield* enter(database());
      const { temporary, until, kill, ending, lines } = yield* enter(service({ DATABASE_URL }));
      const url = await until(ready);
      const port = Number(new URL(url).port);
      expect(await readdir(temporary)).toEqual([expect.stringMatching(/^service-/)]);

      const begun = begin(url, 'Ada,30\n');
      await until('[1] enter POST /payments');
      kill('SIGTERM');
      await until(terminated);
      await eventually(
        () => isListening(port),
        (is) => !is,
      );
      expect(await readdir(temporary)).toEqual([expect.stringMatching(/^service-/)]);

      begun.end('Alan,4\n');
      const [response] = (await once(begun, 'response')) as [IncomingMessage];
      expect(response).toMatchObject({ statusCode: 200, headers: { connection: 'close' } });
      expect(await json(response)).toEqual({ received: 2 });

      await until('exit directory');
      const unwoundAt = performance.now();
      expect(await ending()).toEqual({ code: 143, signal: null, errors: '' });
      // A pool that hasn't ended keeps the process alive for ten seconds.
      expect(performance.now() - unwoundAt).toBeLessThan(5_000);
      expect(lines.slice(4)).toEqual([
        `ready on ${url}`,
        '[1] enter POST /payments',
        terminated,
        '[1] exit POST /payments',
        ...unwound,
      ]);
      expect(await readdir(temporary)).toEqual([]);
      expect(await query('SELECT * FROM payments')).toEqual([
        { account: 'Ada', amount: 30 },
        { account: 'Alan', amount: 4 },
      ]);
    });
  }, 60_000);
});

describe('the service', () => {
  it('rolls back if the client hangs up', async () => {
    await scopeAsync(async function* () {
      const { url: DATABASE_URL } = yield* enter(anyDatabase());
      const { until, kill, ending } = yield* enter(service({ DATABASE_URL }));
      const url = await until(ready);

      const begun = begin(url, 'Ada,30\n').on('error', () => {});
      await until('[1] enter POST /payments');
      begun.destroy();
      expect(await until('[1] exit POST /payments: ')).toBe('Error: aborted');
      expect(await get(`${url}/payments`)).toEqual([200, []]);

      kill('SIGTERM');
      expect(await ending()).toMatchObject({ code: 143, errors: expect.stringContaining('Error: aborted') });
    });
  }, 60_000);

  it('ends as soon as it has started if SIGTERM comes before', async () => {
    await scopeAsync(async function* () {
      const { url: DATABASE_URL } = yield* enter(anyDatabase());
      const { temporary, until, kill, ending, lines } = yield* enter(service({ DATABASE_URL }));

      await until('enter database');
      kill('SIGTERM');
      const url = await until(ready);
      expect(await ending()).toEqual({ code: 143, signal: null, errors: '' });
      expect(lines.slice(2)).toEqual(['enter job', 'enter server', `ready on ${url}`, terminated, ...unwound]);
      expect(await readdir(temporary)).toEqual([]);
    });
  }, 60_000);

  it("leaves nothing behind if the table can't be made", async () => {
    await scopeAsync(async function* () {
      const { url: DATABASE_URL, query } = yield* enter(anyDatabase());
      await query("CREATE TYPE payments AS ENUM ('in the way')");
      const { temporary, ending, lines } = yield* enter(service({ DATABASE_URL }));

      const error = 'type "payments" already exists';
      expect(await ending()).toEqual({ code: 1, signal: null, errors: expect.stringContaining(error) });
      expect(lines).toEqual([
        'enter directory',
        'enter database',
        expect.stringMatching(`^exit database: .*${error}$`),
        expect.stringMatching(`^exit directory: .*${error}$`),
      ]);
      expect(await readdir(temporary)).toEqual([]);
    });
  }, 60_000);

  it("leaves nothing behind if the job can't start", async () => {
    await scopeAsync(async function* () {
      const { url: DATABASE_URL, query } = yield* enter(anyDatabase());
      await query('CREATE TABLE payments (of_an int, older_version int)');
      const { temporary, ending, lines } = yield* enter(service({ DATABASE_URL }));

      const error = 'column "account" does not exist';
      expect(await ending()).toEqual({ code: 1, signal: null, errors: expect.stringContaining(error) });
      expect(lines).toEqual([
        'enter directory',
        'enter database',
        'enter job',
        expect.stringMatching(`^exit job: .*${error}$`),
        expect.stringMatching(`^exit database: .*${error}$`),
        expect.stringMatching(`^exit directory: .*${error}$`),
      ]);
      expect(await readdir(temporary)).toEqual([]);
    });
  }, 60_000);

  it('leaves nothing behind if the port is taken', async () => {
    await scopeAsync(async function* () {
      const { url: DATABASE_URL } = yield* enter(anyDatabase());
      const other = yield* enter(closing(createServer().listen(0)));
      await once(other, 'listening');
      const PORT = String((other.address() as AddressInfo).port);
      const { temporary, ending, lines } = yield* enter(service({ DATABASE_URL, PORT }));

      const error = `Error: listen EADDRINUSE: address already in use :::${PORT}`;
      expect(await ending()).toEqual({ code: 1, signal: null, errors: expect.stringContaining(error) });
      const [, output] = await shown(PORT);
      expect(lines).toEqual(output);
      expect(await readdir(temporary)).toEqual([]);
      expect(await isListening(Number(PORT))).toBe(true);
    });
  }, 60_000);

  it('prints what its page shows', async () => {
    await scopeAsync(async function* () {
      const { url: DATABASE_URL } = yield* enter(embedded());
      const { until, kill, ending, lines } = yield* enter(service({ DATABASE_URL }));
      const url = await until(ready);

      expect(await post(url, 'Ada,30')).toEqual([200, { received: 1 }]);
      expect(await post(url, 'Ada,5\nAlan')).toEqual([400, { error: 'not a payment: Alan' }]);
      expect(await get(`${url}/payments`)).toEqual([200, [{ account: 'Ada', amount: 30 }]]);
      await get(`${url}/report`);

      kill('SIGINT');
      expect(await ending()).toMatchObject({ code: 130 });
      const [output] = await shown(new URL(url).port);
      expect(lines).toEqual(output);
    });
  }, 60_000);

  it('reports on SIGUSR2 what is open, and in the end what holds it up', async () => {
    await scopeAsync(async function* () {
      const { url: DATABASE_URL } = yield* enter(embedded());
      const { until, kill, ending } = yield* enter(service({ DATABASE_URL, GRACE: '500' }));
      const url = await until(ready);

      // It has the only connection; within a second, the job wants one.
      begin(url, 'Ada,30\n').on('error', () => {});
      await until('[1] enter POST /payments');
      await setTimeout(3_000);
      kill('SIGUSR2');
      await setTimeout(500);
      kill('SIGTERM');
      const { code, errors } = await ending();
      expect(code).toBe(143);
      const [, , grace = [], report = []] = await shown(new URL(url).port);
      expect(timeless(errors.split('\n'))).toEqual(timeless(['withal: ', ...report, ...grace, '']));
    });
  }, 60_000);

  it('waits for requests whose clients have left before it closes the database', async () => {
    await scopeAsync(async function* () {
      const { url: DATABASE_URL } = yield* enter(embedded());
      const { until, kill, ending, lines } = yield* enter(service({ DATABASE_URL }));
      const url = await until(ready);

      // It has the only connection, so the other one hasn't checked its client when that hangs up.
      const first = begin(url, 'Ada,30\n');
      await until('[1] enter POST /payments');
      const second = begin(url, 'Alan,4\n').on('error', () => {});
      await until('[2] enter POST /payments');
      kill('SIGTERM');
      await until(terminated);
      second.destroy();
      first.end();
      await once(first, 'response');

      expect(await ending()).toMatchObject({ code: 143, errors: expect.stringContaining('Error: aborted') });
      expect(lines.slice(5)).toEqual([
        '[1] enter POST /payments',
        '[2] enter POST /payments',
        terminated,
        '[1] exit POST /payments',
        '[2] exit POST /payments: Error: aborted',
        ...unwound,
      ]);
    });
  }, 60_000);

  it('leaves nothing behind if there is no place for its directory', async () => {
    await scopeAsync(async function* () {
      const TMPDIR = join(yield* enter(folder()), 'nowhere');
      const { ending, lines } = yield* enter(service({ TMPDIR }));

      const error = 'Error: ENOENT: no such file or directory, mkdtemp';
      expect(await ending()).toEqual({ code: 1, signal: null, errors: expect.stringContaining(error) });
      expect(lines).toEqual(['enter directory', expect.stringContaining(`exit directory: ${error}`)]);
    });
  }, 60_000);

  it("leaves nothing behind if the database doesn't respond", async () => {
    await scopeAsync(async function* () {
      const DATABASE_URL = 'postgres://127.0.0.1:1/nowhere';
      const { temporary, ending, lines } = yield* enter(service({ DATABASE_URL }));

      const error = 'Error: connect ECONNREFUSED 127.0.0.1:1';
      expect(await ending()).toEqual({ code: 1, signal: null, errors: expect.stringContaining(error) });
      expect(lines).toEqual([
        'enter directory',
        'enter database',
        `exit database: ${error}`,
        `exit directory: ${error}`,
      ]);
      expect(await readdir(temporary)).toEqual([]);
    });
  }, 60_000);
});

(hasPostgres ? describe : describe.skip)('the service and what happens on its server', () => {
  const isOurs = 'datname = current_database() AND pid <> pg_backend_pid()';
  const breakAll = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE ${isOurs}`;

  it('waits for the job, which is waiting for a lock', async () => {
    await scopeAsync(async function* () {
      const { url: DATABASE_URL, query } = yield* enter(server());
      const { until, kill, ending, lines } = yield* enter(service({ DATABASE_URL }));
      await until(ready);

      const client = yield* enter(connection(DATABASE_URL));
      await client.query('BEGIN; LOCK TABLE payments');
      await eventually(
        () => query("SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock'"),
        (rows) => rows.length === 1,
      );
      kill('SIGTERM');
      await until('exit server');
      const exit = until('exit job').then(() => 'the job ended');
      expect(await Promise.race([exit, query('SELECT').then(() => 'the server answered')])).toBe('the server answered');

      await client.query('ROLLBACK');
      await exit;
      expect(await ending()).toEqual({ code: 143, signal: null, errors: '' });
      expect(lines.slice(-5)).toEqual([terminated, ...unwound]);
    });
  }, 60_000);

  it('survives broken connections', async () => {
    await scopeAsync(async function* () {
      const { url: DATABASE_URL, query } = yield* enter(server());
      const { until, kill, ending } = yield* enter(service({ DATABASE_URL }));
      const url = await until(ready);

      const begun = begin(url, 'Ada,30\n');
      await eventually(
        () =>
          query(
            `SELECT FROM pg_stat_activity WHERE state LIKE '%in transaction' AND query LIKE 'INSERT%' AND ${isOurs}`,
          ),
        (rows) => rows.length === 1,
      );
      await query(breakAll);
      begun.end('Alan,4\n');
      const [response] = (await once(begun, 'response')) as [IncomingMessage];
      expect([response.statusCode, await json(response)]).toEqual([500, { error: 'Internal Server Error' }]);
      expect(await get(`${url}/payments`)).toEqual([200, []]);

      // They are idle now; the next request may get one before the pool has noticed.
      await query(breakAll);
      await eventually(
        () => get(`${url}/payments`),
        ([status]) => status === 200,
      );

      kill('SIGTERM');
      expect(await ending()).toMatchObject({ code: 143, errors: expect.stringContaining('connection') });
    });
  }, 60_000);
});
