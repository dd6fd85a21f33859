import { setTimeout } from 'node:timers/promises';
import { asyncContextDecorator, contextDecorator, withAsync, withSync } from 'withal';
import { stopwatch } from './stopwatch.ts';

const rows = withSync(stopwatch('make rows'), () =>
  Array.from({ length: 100_000 }, (_, id) => ({ id })),
);

await withAsync(stopwatch('outer'), async () => {
  await withAsync(stopwatch('inner'), () => setTimeout(5));
  await setTimeout(5);
});

const parse = contextDecorator(stopwatch('parse'))(
  (text: string) => JSON.parse(text) as unknown[],
);
const load = asyncContextDecorator(stopwatch('load'))(async (text: string) => {
  await setTimeout(5);
  return parse(text);
});

console.log(`loaded ${String((await load(JSON.stringify(rows))).length)} rows`);
await load('[{ "id": 0').catch((error: unknown) =>
  console.log(error instanceof SyntaxError),
);
