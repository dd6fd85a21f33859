import { PGlite } from '@electric-sql/pglite';
import { Client } from 'pg';
import { asyncContextManager } from 'withal';

export type Row = Record<string, unknown>;

export interface Database {
  query(text: string, parameters?: unknown[]): Promise<Row[]>;
}

/**
 * A connection to the server at the URL, or, without a URL, to a Postgres in this
 * process's memory.
 */
export const database = asyncContextManager(async function* database(url?: string) {
  const connection = url ? await connect(url) : await embed();
  try {
    yield connection;
  } finally {
    await connection.close();
  }
});

interface Connection extends Database {
  close(): Promise<void>;
}

async function connect(url: string): Promise<Connection> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return {
    query: async (text, parameters) => (await client.query<Row>(text, parameters)).rows,
    close: () => client.end(),
  };
}

async function embed(): Promise<Connection> {
  const pglite = await PGlite.create();
  return {
    query: async (text, parameters) => (await pglite.query<Row>(text, parameters)).rows,
    close: () => pglite.close(),
  };
}
