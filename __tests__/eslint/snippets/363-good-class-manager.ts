import { AbstractAsyncContextManager, withAsync } from 'withal';

class Lock extends AbstractAsyncContextManager {
  async exitAsync() { log('released'); }
}
await withAsync(new Lock(), async (lock) => { log(lock instanceof Lock); });
const lock = new Lock();
await withAsync(lock, () => 1);
export {};
