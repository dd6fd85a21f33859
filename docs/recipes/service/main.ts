import 'withal/observe/register';
import { once } from 'node:events';
import { enter, scopeAsync } from 'withal';
import { terminationSignal } from 'withal/node';
import { app } from './app.ts';

const { PORT = '8080', DATABASE_URL = 'memory://', GRACE = '25000' } = process.env;

await scopeAsync(async function* main() {
  const signal = yield* enter(terminationSignal({ grace: Number(GRACE) }));
  const url = yield* enter(
    app({ port: Number(PORT), database: DATABASE_URL, reportEvery: 1_000 }),
  );
  console.log(`ready on ${url}`);
  if (!signal.aborted) await once(signal, 'abort');
  console.log(String(signal.reason));
});
