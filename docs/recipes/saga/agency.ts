import type { ClientBase, Pool } from 'pg';

/**
 * Sells what a trip needs. It knows each order by its key, so asking twice is the same
 * as asking once.
 */
export interface Agency {
  /** Returns the booking number. */
  readonly reserve: (key: string, what: string) => Promise<number>;
  /** If the order arrives after its cancellation, it is refused. */
  readonly cancel: (key: string, what: string) => Promise<void>;
}

/** Stands in for someone else's service, which has its own tables. */
export function agency(db: Pool | ClientBase): Agency {
  const log = (key: string, request: string) =>
    db.query('INSERT INTO agency.requests VALUES ($1, $2)', [key, request]);
  return {
    async reserve(key, what) {
      await log(key, `reserve ${what}`);
      const { rows } = await db.query<{ number: number; state: string }>(reservation, [
        key,
        what,
      ]);
      const [booking] = rows;
      if (!booking) throw new Error(`No ${what} is left.`);
      if (booking.state === 'canceled')
        throw new Error(`The order ${key} has been canceled.`);
      return booking.number;
    },
    async cancel(key, what) {
      await log(key, `cancel ${what}`);
      await db.query(cancellation, [key]);
    },
  };
}

export const agencyTables = `
  CREATE SCHEMA IF NOT EXISTS agency;
  CREATE TABLE IF NOT EXISTS agency.sold_out (what text PRIMARY KEY);
  CREATE TABLE IF NOT EXISTS agency.bookings (
    key text PRIMARY KEY, state text NOT NULL, number int GENERATED ALWAYS AS IDENTITY);
  CREATE TABLE IF NOT EXISTS agency.requests (
    key text NOT NULL, request text NOT NULL, id int GENERATED ALWAYS AS IDENTITY);`;

const reservation = `
  INSERT INTO agency.bookings (key, state)
  SELECT $1, 'reserved' WHERE NOT EXISTS (SELECT FROM agency.sold_out WHERE what = $2)
  ON CONFLICT (key) DO UPDATE SET key = excluded.key RETURNING number, state`;

const cancellation = `
  INSERT INTO agency.bookings (key, state) VALUES ($1, 'canceled')
  ON CONFLICT (key) DO UPDATE SET state = 'canceled'`;
