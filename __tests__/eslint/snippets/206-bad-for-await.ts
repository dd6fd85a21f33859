import { asyncContextManager } from 'withal';

export const m = asyncContextManager(async function* m(source: AsyncIterable<string>) { // !yields-once
  for await (const item of source) {
    yield item; // !yields-once
  }
});
export {};
