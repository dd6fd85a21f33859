// Runs one program, and tells the page what happens. The page ends this worker to stop the program.

import inspect from 'object-inspect';
import * as withal from 'withal';
import * as observation from 'withal/observe';
import { shownDatabase } from './database.mjs';
import { compile } from './program.mjs';

/** How many of the latest blocks are drawn. */
const mostVisits = 60;

const watch = observation.observe({
  keep: mostVisits,
  onEnter: (visit) => opened(visit),
  onEntered: tellVisits,
  onExit: tellVisits,
  onExited: (visit) => closed(visit),
});

self.onmessage = ({ data: { source, pause } }) => run(source, pause);
self.onunhandledrejection = (event) => {
  event.preventDefault();
  tellRow({ mark: '✘', text: `Uncaught: ${chainOf(event.reason)}`, kind: 'failed' });
};

const say = (text) => tellRow({ mark: '·', text, kind: 'said' });
for (const method of ['log', 'info', 'warn', 'error'])
  console[method] = (...values) =>
    say(values.map((value) => (typeof value === 'string' ? value : inspected(value))).join(' '));

async function run(source, pause) {
  self.$import = importer(pause);
  self.$show = (line, value) => tellRow({ mark: '→', text: inspected(value), kind: 'shown', line });
  try {
    const url = URL.createObjectURL(new Blob([compile(source)], { type: 'text/javascript' }));
    await import(/* @vite-ignore */ url);
    finish({});
  } catch (error) {
    finish({ error: chainOf(error), line: lineOf(error) });
  }
}

function finish(result) {
  sendVisits();
  tell('done', result);
}

function importer(pause) {
  const modules = {
    withal,
    'withal/observe': observation,
    '@electric-sql/pglite': { PGlite: shownDatabase({ pause, onStatement: beganStatement }) },
    'node:timers/promises': { setTimeout: sleep },
  };
  return (name) => {
    if (name in modules) return modules[name];
    throw new Error(`The playground has no ${name}. You can import ${Object.keys(modules).join(', ')}.`);
  };
}

/** Like Node's. */
class AbortError extends Error {
  name = 'AbortError';
  code = 'ABORT_ERR';
}

function sleep(milliseconds, value, { signal } = {}) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new AbortError('The operation was aborted', { cause: signal.reason }));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve(value);
    }, milliseconds);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

// Messages to the page

function beganStatement(text) {
  const place = placeNow();
  return ({ answer, error }) =>
    tellRow({ mark: error ? '✘' : ' ', text, answer: error ?? answer, kind: kindOf(text, error) }, place);
}

function kindOf(text, error) {
  if (error) return 'failed';
  if (/^(COMMIT|RELEASE)\b/i.test(text)) return 'commit';
  return /^ROLLBACK\b/i.test(text) ? 'rollback' : 'statement';
}

function opened(visit) {
  tellRow({ mark: '╭', text: visit.name, kind: 'opened' }, { depth: depthOf(visit.parent) });
  tellVisits();
}

function closed(visit) {
  const { result, error, parent } = visit;
  const kind = result === 'returned' ? 'returned' : result === 'suppressed' ? 'shown' : 'failed';
  tellRow(
    { mark: '╰', text: error === undefined ? result : `${result} ${String(error)}`, kind },
    { depth: depthOf(parent) },
  );
  tellVisits();
}

/** How many lines the page gets per tenth of a second: an endless loop that prints would fill its memory. */
const mostLines = 500;
let since = 0;
let lines = 0;

function tellRow(row, place = placeNow()) {
  const isNew = performance.now() - since > 100;
  if (isNew && lines > mostLines)
    tell('row', { row: { ...place, mark: '…', text: `${lines - mostLines} lines left out`, kind: 'said' } });
  if (isNew) [since, lines] = [performance.now(), 0];
  lines += 1;
  if (lines <= mostLines || row.kind === 'shown') tell('row', { row: { ...place, ...row } });
}

function placeNow() {
  const visit = watch.current();
  return { depth: depthOf(visit), visit: visit?.id, phase: visit?.phase };
}

function depthOf(visit) {
  return visit ? 1 + depthOf(visit.parent) : 0;
}

let told = 0;
let timer;

/** Sent at once, so that an endless loop is drawn too, but less often for a program with many blocks. */
function tellVisits() {
  told += 1;
  if (told <= 4 * mostVisits) return sendVisits();
  timer ??= setTimeout(sendVisits, 100);
}

function sendVisits() {
  timer = clearTimeout(timer);
  const visits = [...watch.done(), ...watch.open()].sort((one, other) => one.id - other.id);
  tell('visits', {
    // The page has a clock of its own.
    visits: visits.map(({ id, name, by, parent, phase, times, result }) => ({
      id,
      name,
      by,
      parent: parent?.id,
      phase,
      times: { ...times },
      result,
    })),
    origin: performance.timeOrigin,
  });
}

function tell(type, message) {
  self.postMessage({ type, ...message });
}

function inspected(value) {
  return inspect(value, { quoteStyle: 'single', depth: 6 });
}

/** An error and its causes. */
function chainOf(error) {
  if (!(error instanceof Error)) return inspected(error);
  return error.cause === undefined ? String(error) : `${String(error)}\n  caused by ${chainOf(error.cause)}`;
}

function lineOf(error) {
  const line = error?.loc?.line ?? /playground\.ts:(\d+)/.exec(error?.stack)?.[1];
  return line === undefined ? undefined : Number(line);
}
