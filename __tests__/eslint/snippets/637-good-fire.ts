import { asyncContextManager, withAsync } from 'withal';
const db = asyncContextManager(async function* db(pool: Pool) {
  const c = await pool.connect();
  try { yield c; } finally { c.release(); }
});
export async function handler(pool: Pool, emitter: { on(e: string, f: () => void): void; emit(e: string): void }) {
  await withAsync(db(pool), async (client) => {
    const list: Promise<unknown>[] = [];
    list.push(client.query('a'));
    emitter.emit('start');
    emitter.on('x', () => { log('x'); });
    void log('started');
    setTimeout(() => log('not about the client'), 1);
    await Promise.all(list);
    await new Promise<void>((resolve) => { setTimeout(resolve, 1); });
    const timer = setInterval(() => { void client.query('ping'); }, 10);
    try { await client.query('long'); } finally { clearInterval(timer); }
  });
}
