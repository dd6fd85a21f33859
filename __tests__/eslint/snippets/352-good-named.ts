import { asyncContextManager, scopeAsync } from 'withal';

async function* connection() { yield 1; }
export const c = asyncContextManager(connection);
await scopeAsync(async function* () {});
export {};
