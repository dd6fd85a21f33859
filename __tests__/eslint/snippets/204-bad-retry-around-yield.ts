import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(pool: Pool) { // !yields-once
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      yield await pool.connect(); // !yields-once
      return;
    } catch (error) { // !no-silent-swallow
      log(error);
    }
  }
});
export {};
