import { asyncContextManager } from 'withal';

declare class PgClient { connect(): Promise<void>; end(): Promise<void> }
export const m = asyncContextManager(async function* m() {
  const client = new PgClient();
  await client.connect();
  try {
    yield client;
  } finally {
    await client.end();
  }
});
export {};
