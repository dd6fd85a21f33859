import { asyncContextManager } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

export async function save(db: Client) {
  const tx = transaction(db); // !no-floating-managers
  await db.query('INSERT');
}
export {};
