import { asyncContextManager } from 'withal';

export const users = asyncContextManager(async function* users() {
  yield knex('users').where('active'); // !no-thenable-yield:typed
});
export {};
