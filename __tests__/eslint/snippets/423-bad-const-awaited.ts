import { asyncContextManager } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

export async function save(db: Client) {
  const tx: unknown = await transaction(db); // !no-floating-managers
  log(tx);
}
export {};
