import { aclosing, withAsync } from 'withal';

async function* lines() { yield 'a'; yield 'b'; }
await using rows = aclosing(lines());
for await (const row of rows) log(row);
const items = aclosing(lines());
log(await items.next());
await items.return?.();
await withAsync(aclosing(lines), async (all) => { for await (const one of all) log(one); });
export {};
