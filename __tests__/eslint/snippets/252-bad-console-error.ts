import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(file: FileHandleLike) {
  try {
    yield file;
  } catch (error) { // !no-silent-swallow
    console.error('failed', error);
  } finally {
    await file.close();
  }
});
export {};
