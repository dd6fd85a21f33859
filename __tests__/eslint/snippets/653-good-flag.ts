import { asyncContextManager } from 'withal';
export const tx = asyncContextManager(async function* tx(c: Client) {
  let ok = false;
  await c.query('BEGIN');
  try {
    yield c;
    ok = true;
  } finally {
    await c.query(ok ? 'COMMIT' : 'ROLLBACK');
  }
});
export const err = asyncContextManager(async function* err(c: Client) {
  let failure: unknown;
  try {
    yield c;
  } catch (error) {
    failure = error;
  }
  await c.query(failure ? 'ROLLBACK' : 'COMMIT');
  if (failure) throw failure;
});
