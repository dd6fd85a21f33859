import { asyncContextManager, nullContext, enter } from 'withal';
export const maybe = asyncContextManager(async function* maybe(pool?: Pool) {
  if (!pool) {
    log('no pool');
    yield undefined;
    return;
  }
  const client = await pool.connect();
  try {
    yield client;
  } finally {
    client.release();
  }
});
export const either = asyncContextManager(async function* either(lock: boolean, p: Pool) {
  const held = yield* enter(lock ? maybe(p) : nullContext(undefined));
  try { yield held; } finally { log('end'); }
});
