import { describe, expect, it, jest } from '@jest/globals';
import { connection } from '../../docs/recipes/connection/connection.ts';
import { postgres } from '../../docs/recipes/postgres.ts';
import { all, enter, scopeAsync, withAsync } from '../../lib/index.ts';

function setUrl(url: string | undefined): void {
  jest.replaceProperty(process, 'env', { ...process.env, DATABASE_URL: url });
}

describe('postgres', () => {
  it('uses DATABASE_URL', async () => {
    setUrl('postgres://somewhere');
    expect(await withAsync(postgres(), (url) => url)).toBe('postgres://somewhere');
  });

  it("within the process doesn't mix the statements of two connections while a third is in a transaction", async () => {
    setUrl(undefined);
    const wrong = await scopeAsync(async function* () {
      const url = yield* enter(postgres());
      const [first, second, third] = yield* enter(all([connection(url), connection(url), connection(url)]));
      const wrong: unknown[] = [];
      const ask = async (client: typeof first, addend: number) => {
        for (let number = 0; number < 50; number += 1) {
          const { rows } = await client.query<{ sum: number }>(`SELECT $1::int + ${String(addend)} AS sum`, [number]);
          if (rows[0]?.sum !== number + addend) wrong.push(rows);
        }
      };
      const transact = async () => {
        for (let count = 0; count < 50; count += 1) {
          await third.query('BEGIN');
          await third.query('SELECT $1::int', [count]);
          await third.query('COMMIT');
        }
      };
      await Promise.all([ask(first, 1_000), ask(second, 2_000), transact()]);
      return wrong;
    });
    expect(wrong).toEqual([]);
  }, 60_000);

  it('within the process continues if a connection breaks in a transaction', async () => {
    setUrl(undefined);
    const sum = await scopeAsync(async function* () {
      const url = yield* enter(postgres());
      const [broken, other] = yield* enter(all([connection(url), connection(url)]));
      await broken.query('BEGIN');
      (broken as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
      const { rows } = await other.query<{ sum: number }>('SELECT $1::int + 1 AS sum', [1]);
      return rows[0]?.sum;
    });
    expect(sum).toBe(2);
  }, 60_000);
});
