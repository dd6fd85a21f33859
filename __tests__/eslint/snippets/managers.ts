import { asyncContextManager } from 'withal';

export const transaction = asyncContextManager(async function* transaction(name: string) {
  yield name;
});
