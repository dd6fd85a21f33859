import { asyncContextManager, enter, closing, scopeAsync, withAsync, AsyncExitStack } from 'withal';
export class Service {
  #pool = makePool('x');
  #stack = new AsyncExitStack();
  client = asyncContextManager(async function* client(this: Service) {
    const c = await this.#pool.connect();
    try {
      await c.query('BEGIN');
      yield c;
      await c.query('COMMIT');
    } catch (error) {
      await c.query('ROLLBACK').catch(log);
      throw error;
    } finally {
      c.release();
    }
  });
  async read(id: string) {
    return withAsync(this.client(), async (c) => (await c.query('SELECT', [id])).rows[0]);
  }
  async start() {
    const pool = await this.#stack.enterContext(closing(makePool('y'), (p) => p.end()));
    return pool;
  }
  async [Symbol.asyncDispose]() { await this.#stack.exitAsync(); }
  all = () => scopeAsync(async function* (this: void) {
    const a = yield* enter(closing(makePool('z'), (p) => p.end()));
    const c = await a.connect();
    try { return (await c.query('x')).rows; } finally { c.release(); }
  });
}
