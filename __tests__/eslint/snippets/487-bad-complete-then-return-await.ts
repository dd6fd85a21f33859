import { asyncContextManager, AsyncExitStack } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

export async function f(db: Client) {
  await using stack = new AsyncExitStack();
  const tx = await stack.enterContext(transaction(db));
  stack.complete(); // !complete-last
  return await tx.query('SELECT 1');
}
export {};
