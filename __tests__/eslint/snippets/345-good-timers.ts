import { asyncContextManager, withAsync } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

declare const db: Client;
await withAsync(transaction(db), async (tx) => {
  await new Promise((resolve) => setTimeout(resolve, 10));
  await new Promise<void>((resolve) => { setTimeout(() => { log(tx); resolve(); }, 10); });
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 1000);
  const timer = setInterval(() => tx.query('ping'), 1000);
  try {
    await tx.query('SELECT 1');
  } finally {
    clearInterval(timer);
  }
});
export {};
