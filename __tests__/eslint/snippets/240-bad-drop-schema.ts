import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(db: Client, name: string) {
  await db.query(`CREATE SCHEMA ${name}`);
  yield name;
  await db.query(`DROP SCHEMA ${name} CASCADE`); // !protect-teardown
});
export {};
