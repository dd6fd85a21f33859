import { EventEmitter } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { asyncContextManager } from '../../../lib/index.ts';

/** A database in memory, with as much behavior as the managers depend on. */
export class Database extends EventEmitter {
  readonly connections = new Set<Connection>();
  readonly committed: string[] = [];
  /** How many may be connected at once. */
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];

  constructor(limit = Infinity) {
    super();
    this.#limit = limit;
  }

  async connect(): Promise<Connection> {
    while (this.connections.size >= this.#limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const connection = new Connection(this, () => {
      this.connections.delete(connection);
      this.#waiting.shift()?.();
    });
    this.connections.add(connection);
    await setImmediate();
    return connection;
  }

  connectNow(): Connection {
    const connection = new Connection(this, () => this.connections.delete(connection));
    this.connections.add(connection);
    return connection;
  }

  /** As drivers have it: commits if the callback's promise resolves, and else rolls back. */
  async transaction<R>(body: (connection: Connection) => Promise<R>): Promise<R> {
    const connection = await this.connect();
    try {
      await connection.query('BEGIN');
      const result = await body(connection);
      await connection.query('COMMIT');
      return result;
    } catch (error) {
      await connection.query('ROLLBACK');
      throw error;
    } finally {
      await connection.release();
    }
  }
}

export class Connection {
  readonly #database: Database;
  readonly #free: () => void;
  #isOpen = true;
  #inserted: string[] = [];
  /** How many transactions and savepoints are open. */
  #marks: number[] = [];

  constructor(database: Database, free: () => void) {
    this.#database = database;
    this.#free = free;
  }

  async query(statement: string): Promise<{ rows: string[] }> {
    await setImmediate();
    return this.execute(statement);
  }

  execute(statement: string): { rows: string[] } {
    if (!this.#isOpen) throw new Error('The connection is released.');
    if (statement === 'BEGIN') this.#marks.push(this.#inserted.length);
    else if (statement === 'COMMIT') this.#commit();
    else if (statement === 'ROLLBACK') this.#inserted.length = this.#marks.pop() ?? 0;
    else this.#inserted.push(statement);
    return { rows: [...this.#inserted] };
  }

  /** A query that is only sent when it is awaited. */
  lazily(statement: string): PromiseLike<{ rows: string[] }> {
    return {
      then: (resolve, reject) => this.query(statement).then(resolve, reject),
    };
  }

  /** Doesn't ask whether it is released. */
  async ping(): Promise<string> {
    await setImmediate();
    return 'pong';
  }

  async release(): Promise<void> {
    await setImmediate();
    this.releaseNow();
  }

  releaseNow(): void {
    if (!this.#isOpen) throw new Error('The connection is released already.');
    this.#isOpen = false;
    this.#free();
  }

  /** A release that doesn't mind being called again. */
  async releaseQuietly(): Promise<void> {
    if (this.#isOpen) await this.release();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }

  [Symbol.dispose](): void {
    this.releaseNow();
  }

  #commit(): void {
    this.#marks.pop();
    if (this.#marks.length === 0) this.#database.committed.push(...this.#inserted.splice(0));
  }
}

export const database = asyncContextManager(async function* database(limit?: number) {
  yield new Database(limit);
});

/** What most of the managers are tried with. */
export const inDatabase = {
  in: () => database(),
  open: (db: Database) => db.connections.size,
};

/** For those that commit. */
export const inTransaction = {
  ...inDatabase,
  use: (connection: Connection) => connection.query('INSERT'),
  effect: (db: Database) => db.committed,
};
