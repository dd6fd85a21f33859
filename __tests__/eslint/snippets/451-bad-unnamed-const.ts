import { asyncContextManager } from 'withal';

export const transaction = asyncContextManager(async function* (db: Client) { // !name-managers
  yield db;
});
export {};
