import { asyncContextManager } from 'withal';
export const two = asyncContextManager(async function* two(a: Pool, b: Pool) {
  const x = await a.connect();
  try {
    const y = await b.connect();
    try {
      yield [x, y];
    } finally {
      y.release();
    }
  } finally {
    x.release();
  }
});
export const safe = asyncContextManager(async function* safe(a: Pool) {
  const x = await a.connect();
  try {
    await x.query('BEGIN');
    yield x;
    await x.query('COMMIT');
  } catch (error) {
    await x.query('ROLLBACK');
    throw error;
  } finally {
    x.release();
  }
});
