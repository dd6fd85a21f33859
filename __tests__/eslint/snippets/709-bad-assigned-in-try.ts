import { asyncContextManager } from 'withal';
export const m = asyncContextManager(async function* m(p: Pool) {
  let c: Client | undefined;
  try {
    c = await p.connect();
    await c.query('SET x');
  } catch (e) {
    log(e);
    throw e;
  }
  yield c;
  c.release(); // !protect-teardown
});
