import { asyncContextManager, withAsync } from 'withal';
const handlers = {
  session: asyncContextManager(async function* (url: string) { // !name-managers
    const c = await openFile(url);
    try { yield c; } finally { await c.close(); }
  }),
} satisfies Record<string, unknown>;
handlers.session('x'); // !no-floating-managers
await (handlers.session('x') satisfies object); // !no-floating-managers
void withAsync(handlers.session('x'), async (f) => { void f.write('x'); }); // !settle-in-body
