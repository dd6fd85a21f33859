import { Client } from 'pg';
import { asyncContextManager, type AsyncContextManager } from 'withal';

/** A connection to a database, written as a generator. */
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
  #client: Client | undefined;

  constructor(url: string) {
    this.url = url;
  }

  async enterAsync(): Promise<Client> {
    if (this.#client) throw new Error('The connection is open already.');
    this.#client = await connect(this.url);
    return this.#client;
  }

  async exitAsync(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.end();
  }
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  // Of a connection that breaks the next query tells; an event that nobody listens to would end the process.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
