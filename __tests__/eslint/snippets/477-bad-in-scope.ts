import { asyncContextManager, enter, scopeAsync } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

declare const db: Client;
await scopeAsync(async function* () {
  const tx = yield* enter(transaction(db));
  void tx.query('INSERT'); // !settle-in-body
  setImmediate(() => tx.query('late')); // !settle-in-body
});
export {};
