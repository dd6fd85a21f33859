import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { aclosing, all, enter, scopeAsync, timeout, withAsync } from 'withal';
import { child } from './child.ts';
import { worker } from './worker.ts';

/** A thread that counts the primes below a number. */
const counter = () =>
  worker<number, number>(new URL('primes.mjs', import.meta.url), { execArgv: [] });

/** A process that repeats each line in capitals. */
const shouter = () =>
  child(process.execPath, [fileURLToPath(new URL('shout.mjs', import.meta.url))]);

console.log('Two threads:');
await withAsync(
  all([counter(), counter()], { concurrent: true }),
  async ([one, other]) => {
    console.log(
      `  ${(await Promise.all([one(1_000), one(2_000), other(3_000), other(4_000)])).join(', ')}`,
    );
    await one(0).catch(tell);
  },
);

console.log('A thread that takes too long:');
await withAsync(timeout(100), (signal) =>
  withAsync(counter(), (count) => count(1e12, signal)),
).catch(tell);

console.log('A process:');
await scopeAsync(async function* () {
  const { stdin, stdout } = yield* enter(shouter());
  const lines = yield* enter(aclosing(createInterface(stdout)));
  for (const word of ['tea', 'milk']) {
    stdin.write(`${word}\n`);
    console.log(`  ${String((await lines.next()).value)}`);
  }
});

console.log('A process that fails:');
await withAsync(shouter(), ({ stdin }) => stdin.write('hush\n')).catch(tell);

console.log('A process that is killed because the block fails:');
await withAsync(shouter(), () => {
  throw new Error('out of patience');
}).catch(tell);

function tell(error: unknown): void {
  console.log(`  ${String(error)}`);
}
