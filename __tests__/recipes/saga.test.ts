import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Client } from 'pg';
import { leaseTable } from '../../docs/recipes/lock/lease.ts';
import { agencyTables } from '../../docs/recipes/saga/agency.ts';
import { processTable } from '../../docs/recipes/saga/takeover.ts';
import { AsyncExitStack, withAsync } from '../../lib/index.ts';
import { connection, hasPostgres, newDatabase, postgres } from '../helpers/postgres.ts';
import { program, ran, type Ending, type Surroundings } from '../helpers/process.ts';

jest.setTimeout(120_000);

const recipe = 'docs/recipes/saga';
const fixture = '__tests__/recipes/fixtures/saga.ts';
const kill = fileURLToPath(new URL(`../../${recipe}/kill.ts`, import.meta.url));

it('prints what its page shows, on a Postgres within the process', async () => {
  const { output, errors } = await ran(`${recipe}/main.ts`);
  const page = await readFile(new URL(`../../${recipe}/README.md`, import.meta.url), 'utf8');
  expect(`${errors}\`\`\`text no-run: a test of the recipe compares it\n${output}\`\`\``).toBe(
    /^```text no-run: a test of the recipe compares it\n.*?^```/ms.exec(page)?.[0],
  );
});

(hasPostgres ? describe : describe.skip)('a saga on a Postgres server', () => {
  const shared = new AsyncExitStack();
  let server: string;

  beforeAll(async () => {
    server = await shared.enterContext(postgres());
  }, 60_000);

  afterAll(() => shared.exitAsync());

  /** A connection to a new database in which those are sold out. */
  async function database(...soldOut: string[]): Promise<Client> {
    const client = await shared.enterContext(connection(await shared.enterContext(newDatabase(server))));
    await client.query(agencyTables + processTable + leaseTable);
    for (const what of soldOut) await client.query('INSERT INTO agency.sold_out VALUES ($1)', [what]);
    return client;
  }

  const urlOf = ({ host, port, database }: Client) => `postgres://postgres@${host}:${String(port)}/${String(database)}`;

  /** A process that does this, in its version 1. */
  function act(db: Client, name: string, commands: readonly string[], env?: Surroundings['env']): Promise<Ending> {
    return ran(fixture, [urlOf(db), name, '1', ...commands], { env: env ?? {}, preload: [kill] });
  }

  async function column(db: Client, query: string, ...values: unknown[]): Promise<unknown[]> {
    const { rows } = await db.query({ text: query, values, rowMode: 'array' });
    return rows.map(([first]: unknown[]) => first);
  }

  const recorded = (db: Client, trip: string) =>
    column(
      db,
      `SELECT concat_ws(': ', function_name, error::json -> 'json' ->> 'message') FROM dbos.operation_outputs
       WHERE workflow_uuid = $1 ORDER BY function_id`,
      trip,
    );

  const bookings = (db: Client, trip: string) =>
    column(
      db,
      "SELECT split_part(key, '/', 2) || ' ' || state FROM agency.bookings WHERE starts_with(key, $1) ORDER BY number",
      `${trip}/`,
    );

  const requests = (db: Client, trip: string) =>
    column(db, 'SELECT request FROM agency.requests WHERE starts_with(key, $1) ORDER BY id', `${trip}/`);

  const forward = ['reserve flight', 'reserve hotel', 'reserve car'];
  const backward = ['cancel car', 'cancel hotel', 'cancel flight'];
  const reserved = ['flight reserved', 'hotel reserved', 'car reserved'];
  const canceled = ['flight canceled', 'hotel canceled', 'car canceled'];
  const moments = ['before', 'early in', 'late in', 'after'];

  describe.each([
    {
      direction: 'forward',
      soldOut: [],
      steps: forward,
      record: forward,
      end: reserved,
      result: /^\{"flight":\d+,"hotel":\d+,"car":\d+\}$/,
    },
    {
      direction: 'and back',
      soldOut: ['car'],
      steps: [...forward, ...backward],
      record: ['reserve flight', 'reserve hotel', 'reserve car: No car is left.', ...backward],
      end: canceled,
      result: /^Error: No car is left\.$/,
    },
  ])('that goes $direction', ({ soldOut, steps, record, end, result }) => {
    const points = steps.flatMap((step) => moments.map((moment) => ({ moment, step, trip: dashed(moment, step) })));
    const endings = new Map<string, Ending>();
    let results: Results;
    let db: Client;

    beforeAll(async () => {
      db = await database(...soldOut);
      await act(db, 'first', []);
      await threeAtATime(points, async ({ moment, step, trip }) => {
        endings.set(trip, await act(db, trip, [`book ${trip}`], { KILL_AT: `${moment} ${step}` }));
      });
      const trips = points.map(({ trip }) => trip);
      const commands = [...trips.map((trip) => `resume ${trip}`), ...trips.map((trip) => `result ${trip}`)];
      results = resultsOf(await act(db, 'survivor', commands));
    }, 300_000);

    it.each(points)('ends as it would have, killed $moment "$step"', async ({ moment, step, trip }) => {
      expect(endings.get(trip)).toMatchObject({ signal: 'SIGKILL', output: '', errors: '' });
      expect(results[trip]).toMatch(result);
      expect(await recorded(db, trip)).toEqual(record);
      expect(await bookings(db, trip)).toEqual(end);
      const isTwice = (name: string) => moment === 'late in' && name === step;
      expect(await requests(db, trip)).toEqual(steps.flatMap((name) => (isTwice(name) ? [name, name] : [name])));
    });
  });

  describe('whose process was taken for dead', () => {
    let db: Client;

    beforeAll(async () => {
      db = await database();
    }, 60_000);

    it.each(forward)('undoes nothing when it wakes up in "%s", because another process has continued', async (step) => {
      const trip = dashed(step);
      const frozen = program(fixture, [urlOf(db), trip, '1', `book ${trip}`, `result ${trip}`], {
        env: { KILL_AT: `late in ${step}`, KILL_SIGNAL: 'SIGSTOP' },
        preload: [kill],
      });
      await withAsync(frozen, async ({ kill, ended }) => {
        while (!(await requests(db, trip)).includes(step)) await setTimeout(20);
        const other = resultsOf(await act(db, `${trip}-other`, [`resume ${trip}`, `result ${trip}`]));
        kill('SIGCONT');
        expect(resultsOf(await ended)).toEqual(other);
      });
      expect(await recorded(db, trip)).toEqual(forward);
      expect(await bookings(db, trip)).toEqual(reserved);
      expect(await requests(db, trip)).toEqual(forward.flatMap((name) => (name === step ? [name, name] : [name])));
    });
  });

  it('is shared by two workers, one of which is killed', async () => {
    const db = await database();
    const trips = Array.from({ length: 50 }, (_, index) => `trip-${String(index)}`);
    const args = (name: string) => [urlOf(db), name, ...trips];
    const env = { DATABASE_URL: urlOf(db), SILENCE: '2' };
    const doomed = ran(`${recipe}/worker.ts`, args('doomed'), {
      env: { ...env, KILL_AT: 'late in reserve car', KILL_SPARES: '9' },
      preload: [kill],
    });
    while ((await column(db, 'SELECT key FROM agency.bookings')).length === 0) await setTimeout(20);
    const other = await ran(`${recipe}/worker.ts`, args('other'), { env });

    expect(await doomed).toMatchObject({ signal: 'SIGKILL' });
    expect(other).toMatchObject({ code: 0, errors: '' });
    expect(other.output.match(/flight/g)).toHaveLength(50);
    for (const trip of trips) {
      expect(await bookings(db, trip)).toEqual(reserved);
      expect(await recorded(db, trip)).toEqual(forward);
    }
    const executors = await column(db, 'SELECT DISTINCT executor_id FROM dbos.workflow_status ORDER BY 1');
    expect(executors).toEqual(['doomed', 'other']);
    expect(await column(db, 'SELECT count(*)::int FROM agency.bookings')).toEqual([150]);
    // What was in flight when the process was killed was requested twice.
    const again = await column(db, 'SELECT key FROM agency.requests GROUP BY key HAVING count(*) > 1');
    expect(again.length).toBeGreaterThanOrEqual(1);
    expect(again.length).toBeLessThanOrEqual(5);
  });

  it('keeps a lease even though its process is killed', async () => {
    const db = await database();
    const owners = () => column(db, 'SELECT owner FROM leases');
    const killed = await act(db, 'first', ['lease one key'], { KILL_AT: 'late in use' });
    expect(killed).toMatchObject({ signal: 'SIGKILL' });
    expect(await owners()).toEqual(['one']);

    const waiting = act(db, 'second', ['lease two key', 'result two']);
    while ((await column(db, "SELECT FROM dbos.workflow_status WHERE workflow_uuid = 'two'")).length === 0);
    await setTimeout(500);
    expect([await owners(), await recorded(db, 'two')]).toEqual([['one'], []]);

    // Either of them may take it over.
    expect(resultsOf(await act(db, 'third', ['resume one', 'result one']))['one']).toMatch(/^"(second|third)"$/);
    expect(resultsOf(await waiting)).toEqual({ two: '"second"' });
    for (const id of ['one', 'two']) expect(await recorded(db, id)).toEqual(['take key', 'use', 'give back key']);
    expect(await owners()).toEqual([]);
  });

  it('retries a cancellation until it succeeds', async () => {
    const db = await database('car');
    await db.query("ALTER TABLE agency.bookings ADD CONSTRAINT stubborn CHECK (state <> 'canceled')");
    const ending = act(db, 'here', ['book one', 'result one']);
    while ((await requests(db, 'one')).length < 5) await setTimeout(20);
    expect(await bookings(db, 'one')).toEqual(['flight reserved', 'hotel reserved']);
    await db.query('ALTER TABLE agency.bookings DROP CONSTRAINT stubborn');
    expect(resultsOf(await ending)).toEqual({ one: 'Error: No car is left.' });
    expect(await bookings(db, 'one')).toEqual(canceled);
  });

  it('is timed by a clock that runs while no process does', async () => {
    const db = await database();
    const holding = program(fixture, [urlOf(db), 'here', '1', 'book one 12', 'result one']);
    await withAsync(holding, async ({ kill, ended }) => {
      const waits = "SELECT FROM dbos.operation_outputs WHERE function_name = 'DBOS.sleep'";
      while ((await column(db, waits).catch(() => [])).length === 0) await setTimeout(20);
      await setTimeout(6_000);
      kill('SIGKILL');
      await ended;
    });
    expect(resultsOf(await act(db, 'here', ['result one']))).toEqual({ one: expect.stringContaining('flight') });
    const [seconds] = await column(db, 'SELECT (completed_at - created_at)::float / 1000 FROM dbos.workflow_status');
    expect(seconds).toBeGreaterThanOrEqual(12);
    // Had it started over, it would be at least eighteen.
    expect(seconds).toBeLessThan(18);
  });

  it("is left to the next process by one that ends, and isn't undone", async () => {
    const db = await database();
    // The engine creates its tables when no transaction is open.
    await act(db, 'here', []);
    await db.query('BEGIN; LOCK agency.bookings');
    const ending = act(db, 'here', ['book one']);
    // The engine waits at most five seconds for a step that takes so long.
    while ((await requests(db, 'one')).length === 0) await setTimeout(20);
    await setTimeout(7_000);
    await db.query('COMMIT');
    expect(await ending).toMatchObject({ code: 0, errors: '' });
    expect(await requests(db, 'one')).toEqual(['reserve flight']);
    expect(resultsOf(await act(db, 'here', ['result one']))).toEqual({ one: expect.stringContaining('car') });
    expect(await requests(db, 'one')).toEqual(['reserve flight', ...forward]);
    expect(await bookings(db, 'one')).toEqual(reserved);
  });

  it('is continued only by a process of its version', async () => {
    const db = await database();
    await act(db, 'here', ['book one'], { KILL_AT: 'after reserve hotel' });
    const newer = await ran(fixture, [urlOf(db), 'here', '2', 'resume one', 'wait 2000', 'status one']);
    expect(resultsOf(newer)).toEqual({ one: 'ENQUEUED' });
    expect(resultsOf(await act(db, 'here', ['result one']))).toEqual({ one: expect.stringContaining('flight') });
  });

  it("stops acting if its code doesn't fit the record", async () => {
    const db = await database();
    await act(db, 'here', ['book one'], { KILL_AT: 'after reserve car' });
    await db.query("UPDATE dbos.operation_outputs SET function_name = 'reserve train' WHERE function_id = 1");
    expect(resultsOf(await act(db, 'here', ['result one']))).toEqual({
      one: expect.stringContaining('function reserve train was recorded when reserve hotel was expected'),
    });
    expect(await requests(db, 'one')).toEqual(forward);
  });

  it('is undone if a message calls it off, and left as it is if it is canceled', async () => {
    const db = await database();
    const booked = ['book one 60', 'book two 60', 'recorded one 3', 'recorded two 3'];
    const ends = ['call-off one', 'result one', 'cancel two', 'status two'];
    expect(resultsOf(await act(db, 'here', [...booked, ...ends]))).toEqual({
      one: 'Error: The trip was called off.',
      two: 'CANCELLED',
    });
    expect(await bookings(db, 'one')).toEqual(canceled);
    expect(await bookings(db, 'two')).toEqual(reserved);

    // It was only halted.
    const resumed = resultsOf(await act(db, 'here', ['resume two', 'call-off two', 'result two']));
    expect(resumed).toEqual({ two: 'Error: The trip was called off.' });
    expect(await bookings(db, 'two')).toEqual(canceled);
  });
});

type Results = Readonly<Record<string, string>>;

/** Its output for each workflow. */
function resultsOf({ output, errors }: Ending): Results {
  expect(errors).toBe('');
  const lines = output.split('\n').filter(Boolean);
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]));
}

/** Names and commands contain no blanks. */
function dashed(...words: string[]): string {
  return words.join('_').replaceAll(' ', '_');
}

async function threeAtATime<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all([worker(), worker(), worker()]);
}
