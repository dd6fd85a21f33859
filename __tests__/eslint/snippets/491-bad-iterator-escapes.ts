import { asyncContextManager, withAsync } from 'withal';

interface Cursor { rows(): AsyncGenerator<string>; close(): Promise<void> }
declare function open(): Promise<Cursor>;
const cursor = asyncContextManager(async function* cursor() { const c = await open(); try { yield c; } finally { await c.close(); } });
export const rows = await withAsync(cursor(), (c) => c.rows()); // !no-escaping-value:typed
export {};
