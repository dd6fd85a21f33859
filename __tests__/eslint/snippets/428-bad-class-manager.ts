import { AbstractAsyncContextManager } from 'withal';

class Lock extends AbstractAsyncContextManager {
  async exitAsync() {}
}
new Lock(); // !no-floating-managers
export {};
