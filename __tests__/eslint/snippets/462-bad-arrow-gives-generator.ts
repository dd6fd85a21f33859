import { nullContext, withAsync } from 'withal';

async function* rows() { yield 1; }
// @ts-ignore
await withAsync(nullContext(1), () => rows()); // !no-generator-body
export {};
