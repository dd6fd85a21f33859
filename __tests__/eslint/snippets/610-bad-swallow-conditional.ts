import { asyncContextManager } from 'withal';
class NotFound extends Error {}
export const optional = asyncContextManager(async function* optional(f: FileHandleLike) {
  try {
    yield f;
  } catch (error) { // !no-silent-swallow
    if (error instanceof NotFound) log('not found');
    else throw error;
  } finally {
    await f.close();
  }
});
