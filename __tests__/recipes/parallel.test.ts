import { setTimeout as sleep } from 'node:timers/promises';
import { PGlite } from '@electric-sql/pglite';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { order, orderByPromiseAll, type Reserve } from '../../docs/recipes/parallel/orders.ts';
import { errorOf } from '../helpers/outcome.ts';

let db: PGlite;

beforeAll(async () => {
  db = await PGlite.create();
  await db.query('CREATE TABLE orders (item text UNIQUE)');
}, 60_000);

afterAll(() => db.close());

beforeEach(() => db.query('TRUNCATE orders'));

/** What is there when nothing runs anymore. */
async function ordered(): Promise<string[]> {
  await sleep(60);
  const { rows } = await db.query<{ item: string }>('SELECT item FROM orders ORDER BY item');
  return rows.map(({ item }) => item);
}

const refused = new Error('refused');

const reserve: Reserve = async (item, signal) => {
  await sleep(item === 'unicorn' ? 5 : 20, undefined, { signal });
  if (item === 'unicorn') throw refused;
};

/** It ignores signals. */
const deaf: Reserve = (item) => reserve(item);

describe('orders in parallel', () => {
  it('are all committed if all items are available', async () => {
    await order(db, ['tea', 'cups', 'milk'], reserve);
    expect(await ordered()).toEqual(['cups', 'milk', 'tea']);
  });

  it('are left behind by Promise.all, outside the transaction', async () => {
    expect(await errorOf(() => orderByPromiseAll(db, ['tea', 'unicorn'], deaf))).toBe(refused);
    expect(await ordered()).toEqual(['tea']);
  });

  it.each([
    ['stop', reserve],
    ['ignore the signal', deaf],
  ])('are all rolled back by a group, whether the others %s', async (_how, reserve) => {
    expect(await errorOf(() => order(db, ['tea', 'unicorn', 'cups'], reserve))).toBe(refused);
    expect(await ordered()).toEqual([]);
  });

  it('are all rolled back if the database refuses one', async () => {
    const error = await errorOf(() => order(db, ['tea', 'tea'], reserve));
    expect(String(error)).toContain('duplicate key');
    expect(await ordered()).toEqual([]);
  });
});
