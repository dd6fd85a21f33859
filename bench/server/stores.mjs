// What a request needs: a pool of connections, in memory or to a real Postgres server, and spans.

import pg from 'pg';

/** The least that an asynchronous client can do. */
class MemoryClient {
  async query(statement) {
    counts[statement] = (counts[statement] ?? 0) + 1;
  }

  release() {
    counts.released += 1;
    free.push(this);
  }
}

const free = [];

/** Counts what happened, so that a form can't win by skipping something. */
export const counts = { connected: 0, released: 0, spans: 0 };

export const memory = {
  async connect() {
    counts.connected += 1;
    return free.pop() ?? new MemoryClient();
  },
};

/** Real connections, counted like those in memory. */
export function postgres(url) {
  const pool = new pg.Pool({ connectionString: url, max: 20 });
  return {
    async connect() {
      counts.connected += 1;
      const client = await pool.connect();
      return { query: (statement) => counted(client, statement), release: () => void released(client) };
    },
  };
}

function counted(client, statement) {
  counts[statement] = (counts[statement] ?? 0) + 1;
  return client.query(statement);
}

function released(client) {
  counts.released += 1;
  client.release();
}

export function startSpan(name) {
  return { name, error: undefined };
}

export function endSpan(span) {
  counts.spans += 1;
  if (span.error) counts.failed = (counts.failed ?? 0) + 1;
}
