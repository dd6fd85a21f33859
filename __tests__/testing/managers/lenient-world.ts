import { asyncContextManager } from '../../../lib/index.ts';

/** A pool that is always ready, and complains of nothing: what is wrong shows nowhere but in the calls. */
export class Pool {
  readonly used = new Set<Client>();
  readonly keys = new Set<string>();
  readonly rows: string[] = [];
  mutexes = 0;

  async connect(): Promise<Client> {
    const client = new Client(this);
    this.used.add(client);
    return client;
  }

  async release(client: Client): Promise<void> {
    await client.close();
  }

  releaseNow(client: Client): boolean {
    return this.used.delete(client);
  }

  /** Gives the function that unlocks. */
  async acquire(): Promise<() => void> {
    this.mutexes += 1;
    let isHeld = true;
    return () => {
      if (isHeld) this.mutexes -= 1;
      isHeld = false;
    };
  }

  async lock(key: string): Promise<void> {
    this.keys.add(key);
  }

  async unlock(key: string): Promise<void> {
    this.keys.delete(key);
  }

  async up(): Promise<void> {
    this.mutexes += 1;
  }

  async down(): Promise<void> {
    this.mutexes -= 1;
  }

  /** Commits what the callback inserts, unless it fails. */
  async transaction(callback: (client: Client) => Promise<void>): Promise<void> {
    const client = await this.connect();
    try {
      await client.begin();
      await callback(client);
      await client.commit();
    } finally {
      await client.close();
    }
  }
}

export class Client {
  readonly #pool: Pool;
  #inserted: string[] = [];

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async begin(): Promise<void> {
    this.#inserted = [];
  }

  async insert(row: string): Promise<void> {
    this.#inserted.push(row);
  }

  async commit(): Promise<void> {
    this.#pool.rows.push(...this.#inserted.splice(0));
  }

  async rollback(): Promise<void> {
    this.#inserted = [];
  }

  async releaseSavepoint(): Promise<void> {
    await Promise.resolve();
  }

  async endTransaction(): Promise<void> {
    await Promise.resolve();
  }

  async close(): Promise<void> {
    await Promise.resolve();
    this.#pool.used.delete(this);
  }

  async closed(): Promise<void> {
    await Promise.resolve();
  }

  closeNow(): void {
    this.#pool.used.delete(this);
  }
}

export const pool = asyncContextManager(async function* pool() {
  yield new Pool();
});

/** What the managers of that world are tried with. */
export const inPool = {
  in: () => pool(),
  open: ({ used, keys, mutexes }: Pool) => used.size + keys.size + mutexes,
};

/** For those that commit what they are given to insert. */
export const inserting = {
  ...inPool,
  use: (client: Client) => client.insert('row'),
  effect: ({ rows }: Pool) => rows,
};
