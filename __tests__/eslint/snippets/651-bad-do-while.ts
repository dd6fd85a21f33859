import { asyncContextManager } from 'withal';
export const m = asyncContextManager(async function* m(next: () => Promise<Client | undefined>) { // !yields-once
  let client;
  do {
    client = await next();
    if (client) yield client; // !yields-once
  } while (client);
});
