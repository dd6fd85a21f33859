import { asyncContextManager } from 'withal';
declare const logger: { child(x: object): { info(s: string): void; error(e: unknown): void; flush(): Promise<void> } };
export const job = asyncContextManager(async function* job(name: string) {
  const child = logger.child({ name });
  child.info('started');
  try {
    yield child;
    child.info('done');
  } catch (error) { // !no-silent-swallow
    child.error(error);
  } finally {
    await child.flush();
  }
});
