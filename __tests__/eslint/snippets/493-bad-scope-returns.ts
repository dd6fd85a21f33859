import { asyncContextManager, enter, scopeAsync } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

declare const db: Client;
export const tx = await scopeAsync(async function* () {
  const tx = yield* enter(transaction(db));
  return tx; // !no-escaping-value:typed
});
export {};
