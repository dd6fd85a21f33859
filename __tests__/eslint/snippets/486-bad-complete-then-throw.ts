import { asyncContextManager, AsyncExitStack } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

export async function f(db: Client) {
  await using stack = new AsyncExitStack();
  const tx = await stack.enterContext(transaction(db));
  const { rows } = await tx.query('SELECT 1');
  stack.complete(); // !complete-last
  if (rows.length === 0) throw new Error('none');
  return rows;
}
export {};
