import { asyncContextManager, AsyncExitStack } from 'withal';
const transaction = asyncContextManager(async function* transaction(db: Client) { yield db; });

export async function f(db: Client) {
  await using stack = new AsyncExitStack();
  const tx = await stack.enterContext(transaction(db));
  const { rows } = await tx.query('SELECT 1');
  if (rows.length === 0) return stack.complete(undefined);
  log('done');
  return stack.complete(rows);
}
export async function g(db: Client) {
  {
    await using stack = new AsyncExitStack();
    await stack.enterContext(transaction(db));
    stack.complete();
    console.log('done');
  }
  await db.query('SELECT 1');
}
export async function h(db: Client) {
  await using stack = new AsyncExitStack();
  await stack.enterContext(transaction(db));
  try {
    await db.query('SELECT 1');
  } catch (error) {
    log(error);
    throw error;
  }
  stack.complete();
}
export {};
