import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from 'pg';
import { Connection, connection } from '../../docs/recipes/connection/connection.ts';
import { AsyncExitStack, withAsync, type AsyncContextManager } from '../../lib/index.ts';
import { anyPostgres } from '../helpers/postgres.ts';

const shared = new AsyncExitStack();
let url: string;

beforeAll(async () => {
  url = await shared.enterContext(anyPostgres());
}, 60_000);

afterAll(() => shared.exitAsync());

const forms: [string, (url: string) => AsyncContextManager<Client>][] = [
  ['the generator', connection],
  ['the class', (url) => new Connection(url)],
];

describe.each(forms)('a connection, %s', (_name, make) => {
  it('is open in the block, and closed after it', async () => {
    const client = await withAsync(make(url), async (client) => {
      expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
      // eslint-disable-next-line withal/no-escaping-value -- to see that it is closed
      return client;
    });
    await expect(client.query('SELECT 1')).rejects.toThrow('Client was closed');
  });

  it('is closed if the block throws, and rethrows the error', async () => {
    let used: Client | undefined;
    await expect(
      withAsync(make(url), (client) => {
        // eslint-disable-next-line withal/no-escaping-value -- to see that it is closed
        used = client;
        return client.query('SELECT 1 / 0');
      }),
    ).rejects.toThrow('division by zero');
    await expect(used?.query('SELECT 1')).rejects.toThrow('Client was closed');
  });

  it('can be opened again', async () => {
    const manager = make(url);
    const count = async (client: Client) => (await client.query('SELECT 1')).rowCount;
    expect([await withAsync(manager, count), await withAsync(manager, count)]).toEqual([1, 1]);
  });

  it("rejects if it can't be opened, and doesn't run the block", async () => {
    const nowhere = make('postgres://postgres@127.0.0.1:1/postgres');
    await expect(
      withAsync(nowhere, () => {
        throw new Error('The block was run.');
      }),
    ).rejects.toThrow('ECONNREFUSED');
  });
});

describe('a connection, the generator', () => {
  it('can be open many times at once', async () => {
    const manager = connection(url);
    await withAsync(manager, async (one) => {
      await withAsync(manager, async (other) => {
        expect(one).not.toBe(other);
        expect((await other.query('SELECT 1')).rowCount).toBe(1);
      });
      expect((await one.query('SELECT 1')).rowCount).toBe(1);
    });
  });
});

describe('a connection, the class', () => {
  it('is open once, and says so', async () => {
    const manager = new Connection(url);
    await withAsync(manager, async (client) => {
      await expect(withAsync(manager, () => {})).rejects.toThrow('The connection is already open.');
      expect((await client.query('SELECT 1')).rowCount).toBe(1);
    });
  });

  it('is open once even if it is entered twice at the same time', async () => {
    const manager = new Connection(url);
    const query = (client: Client) => client.query('SELECT 1');
    const [one, other] = await Promise.allSettled([withAsync(manager, query), withAsync(manager, query)]);
    expect(one.status).toBe('fulfilled');
    expect(other).toMatchObject({ reason: new Error('The connection is already open.') });
    expect((await withAsync(manager, query)).rowCount).toBe(1);
  });

  it("can be retried if it couldn't be opened", async () => {
    const manager = new Connection('postgres://postgres@127.0.0.1:1/postgres');
    for (let attempt = 0; attempt < 2; attempt++)
      await expect(withAsync(manager, () => {})).rejects.toThrow('ECONNREFUSED');
  });
});
