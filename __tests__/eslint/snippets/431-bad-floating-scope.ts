import { scopeAsync } from 'withal';

export function start() {
  scopeAsync(async function* () {}); // !await-blocks
}
export {};
