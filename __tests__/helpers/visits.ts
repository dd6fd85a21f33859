import type { Visit } from '../../lib/observe/index.ts';

let lastId = 0;

/** A visit, as the pictures draw it. */
export function visit(
  name: string,
  parent: Visit | undefined,
  times: Visit['times'],
  rest: Partial<Visit> = {},
): Visit {
  const phase =
    (['over', 'exiting', 'body', 'entering'] as const).find((phase) => times[phase] !== undefined) ?? 'body';
  lastId += 1;
  const result = phase === 'over' ? 'returned' : undefined;
  return {
    id: lastId,
    name,
    by: 'withAsync()',
    parent,
    phase,
    times,
    result,
    error: undefined,
    site: undefined,
    ...rest,
  };
}

export const app = visit('app', undefined, { entering: 0, body: 1000 });
export const pool = visit('pool', app, { entering: 0, body: 500 }, { by: 'enter()' });
export const request = visit('request', app, { entering: 2000, body: 2001 });
const transaction = visit('transaction', request, { entering: 2002, body: 2003, exiting: 2500 });
const cache = visit('cache', app, { entering: 3000 }, { by: 'enter()' });
/** An app that hangs. */
export const open = [app, pool, request, transaction, cache];

/** Visits that have ended. */
export const done = [
  visit('first', undefined, { entering: 0, body: 1, exiting: 5, over: 6 }),
  visit(
    'failed',
    undefined,
    { entering: 2, over: 3 },
    { result: 'failed to enter', error: 'Error: <&">', site: 'at x' },
  ),
];
