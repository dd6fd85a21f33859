import assert from 'node:assert/strict';
import test from 'node:test';
import { nullContext, withAsync } from 'withal';
import { remind, type Mailer } from './reminders.ts';
import { replaced, standIn } from './stand-in.ts';

const [yesterday, today, tomorrow] = [1, 2, 3];
const ada = { name: 'Ada', address: 'ada@example.org', due: yesterday };
const alan = { name: 'Alan', address: 'alan@example.org', due: tomorrow };
const grace = { name: 'Grace', due: yesterday };

/** Records what is sent. */
function noting(events: string[]): Mailer {
  return { send: (address) => events.push(`to ${address}`) };
}

await test('reminds the customers who are late', async () => {
  const events: string[] = [];
  const mailer = standIn(noting(events), events);
  await withAsync(
    replaced(Date, 'now', () => today),
    () => remind(mailer, [ada, alan]),
  );
  assert.deepEqual(events, ['entered', 'to ada@example.org', 'succeeded']);
});

await test('tells the mailer that it failed if an address is missing', async () => {
  const events: string[] = [];
  const mailer = standIn(noting(events), events);
  await assert.rejects(remind(mailer, [ada, grace]), {
    message: 'Grace has no address.',
  });
  assert.deepEqual(events, [
    'entered',
    'to ada@example.org',
    'failed: Error: Grace has no address.',
  ]);
});

await test('returns how many were late', async () => {
  const mailer = nullContext<Mailer>({ send: () => undefined });
  assert.equal(await remind(mailer, [ada, alan]), 2);
});

await test('rejects if the emails are refused', async () => {
  const refusing = {
    enterAsync: async () => ({ send: () => undefined }),
    exitAsync: () => Promise.reject(new Error('The emails were refused.')),
  };
  await assert.rejects(remind(refusing, [ada]), {
    message: 'The emails were refused.',
  });
});
