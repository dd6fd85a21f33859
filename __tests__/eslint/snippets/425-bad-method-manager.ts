import { asyncContextManager } from 'withal';

export class Repo {
  db = makePool('x');
  session = asyncContextManager(async function* session(this: Repo) { yield this.db; });
  async save() {
    this.session(); // !no-floating-managers
  }
}
export {};
