import { nullContext, withAsync } from 'withal';

// @ts-ignore
await withAsync(nullContext(1), async function* (n) { yield n; }); // !no-generator-body
export {};
