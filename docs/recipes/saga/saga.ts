import { DBOS } from '@dbos-inc/dbos-sdk';
import { asyncContextManager, enter, scopeAsync } from 'withal';
import type { Agency } from './agency.ts';
import { newRun, persistently, type Run } from './run.ts';

/**
 * A reservation that is kept if the block returns, and canceled if it throws, even if
 * another process has to do that.
 */
const reservation = asyncContextManager(async function* reservation(
  run: Run,
  agency: Agency,
  what: string,
) {
  const key = `${String(DBOS.workflowID)}/${what}`;
  try {
    yield await run.step(`reserve ${what}`, () => agency.reserve(key, what));
  } catch (error) {
    await run.step(`cancel ${what}`, () => agency.cancel(key, what), persistently);
    throw error;
  }
});

/**
 * Registers a workflow that books all of a trip, or nothing, and can then hold it for
 * some seconds, during which you can call it off.
 */
export function trips(agency: Agency) {
  const book = (held = 0) =>
    scopeAsync(async function* trip() {
      const run = newRun();
      const flight = yield* enter(reservation(run, agency, 'flight'));
      const hotel = yield* enter(reservation(run, agency, 'hotel'));
      const car = yield* enter(reservation(run, agency, 'car'));
      if (held > 0 && (await run.message('call off', held)))
        throw new Error('The trip was called off.');
      return { flight, hotel, car };
    });
  return DBOS.registerWorkflow(book, { name: 'trip' });
}

/** The queue from which all processes take their trips. */
export const queueName = 'trips';
