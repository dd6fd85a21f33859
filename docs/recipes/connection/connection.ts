import { Client } from 'pg';
import { asyncContextManager, type AsyncContextManager } from 'withal';

/** A database connection, written as a generator. */
export const connection = asyncContextManager(async function* connection(url: string) {
  const client = await connect(url);
  try {
    yield client;
  } finally {
    await client.end();
  }
});

/** The same, written as a class. */
export class Connection implements AsyncContextManager<Client> {
  readonly url: string;
  #client: Promise<Client> | undefined;

  constructor(url: string) {
    this.url = url;
  }

  async enterAsync(): Promise<Client> {
    if (this.#client) throw new Error('The connection is already open.');
    // Set before connecting, so that no other block can enter in the meantime.
    this.#client = connect(this.url);
    this.#client.catch(() => (this.#client = undefined));
    return this.#client;
  }

  async exitAsync(): Promise<void> {
    try {
      await (await this.#client)?.end();
    } finally {
      this.#client = undefined;
    }
  }
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  // If the connection breaks, the next query rejects; an event without a listener would
  // end the process.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
