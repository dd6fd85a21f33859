import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(url: () => Promise<string>) {
  const address = await url();
  const client = await makePool(address).connect();
  try {
    yield client;
  } finally {
    client.release();
  }
});
export {};
