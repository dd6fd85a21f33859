import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(items: string[]) { // !yields-once
  const inner = items.map(function* (item) { yield item; });
  log(inner);
});
export {};
