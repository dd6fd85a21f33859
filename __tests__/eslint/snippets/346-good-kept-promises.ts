import { asyncContextManager, withAsync } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

declare const db: Client; declare const names: string[];
await withAsync(transaction(db), async (tx) => {
  const pending = names.map((name) => tx.query('INSERT', [name]));
  pending.push(tx.query('SELECT 1'));
  await Promise.all(pending);
  const one = tx.query('SELECT 1');
  one.catch(() => {});
  await one;
  for (const name of names) await tx.query('INSERT', [name]);
  names.forEach((name) => log(name));
  return Promise.allSettled(names.map(async (name) => tx.query('INSERT', [name])));
});
export {};
