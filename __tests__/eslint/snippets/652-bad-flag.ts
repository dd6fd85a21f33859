import { asyncContextManager } from 'withal';
export const tx = asyncContextManager(async function* tx(c: Client) {
  let ok = false;
  await c.query('BEGIN');
  try {
    yield c;
    ok = true;
  } catch (error) { // !no-silent-swallow
    log(error);
  }
  await c.query(ok ? 'COMMIT' : 'ROLLBACK');
});
