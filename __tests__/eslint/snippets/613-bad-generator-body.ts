import { nullContext, withAsync, withSync } from 'withal';
declare const rows: number[];
withSync(nullContext(rows), function* (list) { // !no-generator-body
  for (const row of list) yield row;
});
async function* each() { yield 1; }
await withAsync(nullContext(1), () => each()); // !no-generator-body
