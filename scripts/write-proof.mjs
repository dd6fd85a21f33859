// Writes docs/proof.md and its chart from what was measured last.

import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { results } from '../bench/results.mjs';
import { chart } from './chart.mjs';

const measured = results();
const sizeLimits = Object.fromEntries(json('../.size-limit.json').map(({ name, limit }) => [name, limit]));
const page = fileURLToPath(new URL('../docs/proof.md', import.meta.url));

/** What it is called on the page, by the name of the scenario. */
const composeRows = {
  async: 'three in a composition, async',
  sync: 'three in a composition, sync',
  flat: 'three in `scopeAsync`',
  'flat, inline': 'three in `scopeAsync`, with a function that is made for each call',
};

writeFileSync(new URL('../docs/proof.svg', import.meta.url), chart(measured));
writeFileSync(page, await format(text(measured), { ...(await resolveConfig(page)), filepath: page }));

function text({
  entry,
  compose,
  callback,
  group,
  stack,
  others,
  server,
  growth,
  aclosing,
  costs,
  runtimes,
  consumers,
  faults,
  model,
  observe,
  soak,
  mutation,
}) {
  return [
    '# Proof',
    'Every figure on this page comes from a script that anyone can run. The page is written by `npm run proof`, which runs them all, from what they measured; mutation testing takes longer, and is run by itself. This one was written on ' +
      today() +
      ', on a machine with ' +
      availableParallelism() +
      ' cores.',
    'A ratio is the median of many short rounds. In each round both sides are measured, one right after the other and in an order that rotates, so that whatever slows the machine down slows both; in brackets are its quartiles.',

    '## One entry and exit',
    command('bench'),
    'Against driving the same generator by hand: checking both ends, passing the error on, and giving the fallback, with no care for a second error.',
    table(
      ['', ...Object.keys(entry)],
      Object.keys(scenariosOf(entry)).map((name) => [
        name,
        ...Object.values(entry).map((node) => withGoal(node[name])),
      ]),
    ),
    'The floor is the least that can be had where one function is given the arguments and another the block, so that an object holds them meanwhile, and where what leaves the generator is caught, to see whether it is the same error, and thrown on. It does that and checks nothing. Async, all of it is next to nothing: what an `await` costs is far more. Sync, an entry and exit by hand takes well under a tenth of a microsecond, and there the object and the list of its arguments show; and so does that an error is thrown once more.',

    '## Against others',
    command('bench:others'),
    'The same resource and the same body. A number is how many times as long it takes as here; what takes less than here is below 1.',
    ...Object.entries(others).map(([node, found]) => othersTable(node, found)),
    '![How long one entry and exit takes, compared with the same generator driven by hand, and with others.](proof.svg)',
    'A dash is where nobody can go on after an error. `using` is lowered where the runtime has none. Some of the others take less time, where managers are objects or sync: they are functions for one form of manager, look at nothing before they enter it, and know of nothing else that could be given to them. What each does with errors is in the table of the [start page](../README.md#how-it-compares).',

    server && '## In a server',
    server && command('bench:server'),
    server && serverText(server),

    '## How it grows',
    command('bench:growth', 'bench:stack', 'bench:compose'),
    growthText(growth),
    stack &&
      `Filling and undoing a stack of callbacks, against the stacks of ${versions(stack)} itself: ${Object.entries(
        scenariosOf(stack),
      )
        .map(([name, found]) => `${name}: ${ratio(found)}`)
        .join('; ')}.`,
    'Managers that are entered with `enter`, against nested blocks of the same managers. The floor is the same generators driven by hand, with no care for errors: a `yield*` in an async generator awaits twice by itself.',
    composeTable(compose),

    '## Callbacks and groups',
    command('bench:callback', 'bench:group'),
    'An entry and exit through `fromCallback`, against handing the same body to the API itself. The API does nothing but call back, so the ratio is that of a promise, a snapshot of the context and a look at whether the API is over, to a bare `await`:',
    timesTable(callback),
    'Each task of a `taskGroup`, against `Promise.all`, which waits for nobody when one fails. The floor is an `AbortController` and `Promise.allSettled`, which wait for all:',
    timesTable(group),

    '## An item through aclosing',
    command('bench:aclosing'),
    `A wrapper must at least call one \`next()\` from another. Against a bare \`for await\` of the same generator: ${Object.entries(
      aclosing,
    )
      .map(([node, found]) => `${withGoal(found['per item'])} (${node})`)
      .join('; ')}.`,

    '## Before anything is entered',
    command('bench:costs'),
    costsText(only(costs)),

    '## Runtimes',
    command('runtimes:all'),
    `One suite without any framework, on the packed package, run on ${only(runtimes).date}. Where a runtime has no \`using\`, what three compilers make of it is run. \`require\` gives the ES module where the runtime can require that; so the CommonJS copy is asked by itself.`,
    table(
      ['', 'version', '`using`', 'cases'],
      only(runtimes).rows.map(({ name, version, using, cases, refused }) => [
        name,
        version,
        using,
        refused ? `${cases - refused.length} of ${cases}` : String(cases),
      ]),
    ),
    refusedText(only(runtimes).rows.filter(({ refused }) => refused)),

    '## Types',
    command('consumers:all'),
    `The type tests are compiled against the packed package, with \`strict\`, \`exactOptionalPropertyTypes\`, \`skipLibCheck: false\` and no \`@types\`: ${only(consumers).rows.join(', ')}.`,

    '## Faults',
    '`npm run unit`',
    `Every step of a scenario is made to fail, alone, in pairs and in threes, with an error, a frozen error and a text: ${number(only(faults).cases)} cases, on generator managers, classes, stacks, compositions, \`aclosing\` and decorators. After each, everything that was acquired is released once, in reverse order; no rejection is unhandled; and every error that was thrown can be reached from what was caught.`,
    `Random programs (\`npm run model\`) are run by the library and by a model that is written with nested \`try\`, \`catch\` and \`finally\`; events, outcomes and reachable errors agree in ${number(only(model).programs)} of ${number(only(model).programs)}, async and sync.`,

    '## Watching',
    command('bench:observe'),
    observeText(only(observe)),

    '## Soak',
    command('soak'),
    soakText(only(soak)),

    '## Mutation testing',
    command('mutation'),
    mutation ? mutationText(only(mutation)) : 'Not run yet.',
  ]
    .filter(Boolean)
    .join('\n\n');
}

function json(path) {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
}

// Parts of the page

function command(...names) {
  return names.map((name) => `\`npm run ${name}\``).join(', ');
}

function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** The scenarios are named by the form of the managers, and how the block ends. */
function othersTable(node, found) {
  const byForm = {};
  for (const [name, ratios] of Object.entries(scenariosOf(found))) {
    const [, form, ending] = /(.*), (.*)/.exec(name);
    byForm[form] = { ...byForm[form], [ending]: ratios };
  }
  return Object.entries(byForm)
    .map(([form, endings]) => formTable(`${node}, managers as ${form}`, endings))
    .join('\n\n');
}

function formTable(title, endings) {
  const peers = Object.keys(Object.values(endings)[0]).filter((peer) => peer !== 'withal');
  const cell = (ratios, peer) => (ratios[peer] ? ratio(ratios[peer]) : '–');
  return table(
    [title, ...Object.keys(endings)],
    peers.map((peer) => [peer, ...Object.values(endings).map((ratios) => cell(ratios, peer))]),
  );
}

function refusedText(rows) {
  if (rows.length === 0) return undefined;
  const each = rows.map(({ name, refused }) => `- ${name}: ${refused.join('; ')}`);
  return `Compiled for older targets, a few cases can't work, and fail with an error that says why:\n\n${each.join('\n')}`;
}

/** A row for each scenario, a column for each Node. */
function timesTable(byNode) {
  const cell = ({ nanoseconds, ...found }) => `${number(Math.round(nanoseconds))} ns; ${withGoal(found)}`;
  const names = Object.keys(scenariosOf(byNode));
  return table(
    ['', ...Object.keys(byNode)],
    names.map((name) => [name, ...Object.values(byNode).map((found) => cell(found[name]))]),
  );
}

function composeTable(compose) {
  return table(
    ['', ...Object.keys(compose)],
    Object.entries(composeRows).map(([name, row]) => [
      row,
      ...Object.values(compose).map((found) => withGoal(found[name])),
    ]),
  );
}

function serverText(server) {
  return [
    'A request holds a span, a connection and a transaction. A number is the CPU time that the server takes for it, compared with `try`, `catch` and `finally` by hand; the last column is the heap that a request takes which waits in its block.',
    ...Object.entries(server).map(([node, found]) => serverTable(node, scenariosOf(found))),
    "What can't see errors (`await using`, promise-toolbox) is told by the block that it succeeded.",
  ].join('\n\n');
}

function serverTable(node, scenarios) {
  const [first, ...others] = Object.values(scenarios);
  return table(
    [node, ...Object.keys(scenarios), 'bytes in flight'],
    Object.keys(first).map((form) => [
      form,
      ...[first, ...others].map((scenario) => ratio(scenario[form])),
      number(first[form].bytes),
    ]),
  );
}

function mutationText({ files }) {
  const sum = (key) => Object.values(files).reduce((total, file) => total + file[key], 0);
  const [mutants, killed, unexplained] = [sum('mutants'), sum('killed'), sum('unexplained')];
  const explained = mutants - killed - unexplained;
  return [
    `Of ${number(mutants)} changes to the sources, made one at a time, the tests notice ${number(killed)}. That nothing can notice the other ${explained} is [explained for each](mutants.md)${unexplained > 0 ? `; but ${unexplained} are still to be looked at` : ''}.`,
    table(
      ['', 'changes', 'noticed', 'explained'],
      Object.entries(files).map(([file, { mutants, killed, unexplained }]) => [
        file,
        mutants,
        killed,
        mutants - killed - unexplained,
      ]),
    ),
  ].join('\n\n');
}

function growthText(growth) {
  const { nesting, holding, concurrency } = only(growth);
  return [
    `Ten blocks, one in another, against the same driven by hand: async ${nesting.async.ratio.toFixed(2)}, sync ${nesting.sync.ratio.toFixed(2)}.`,
    'Nanoseconds for each that is held:',
    table(
      ['', '10', '1,000', '100,000'],
      Object.entries(holding).map(([name, by]) => [name, ...Object.values(by).map((ns) => number(Math.round(ns)))]),
    ),
    'Many runs at once, each waiting in its body; for each run:',
    table(
      ['', ...['100', '1,000', '10,000'].flatMap((count) => [`${count}: bytes`, 'ns'])],
      Object.entries(concurrency).map(([name, by]) => [
        name,
        ...Object.values(by).flatMap(({ bytes, ns }) => [bytes, ns].map((value) => number(Math.round(value)))),
      ]),
    ),
  ].join('\n\n');
}

function costsText({ bundle, import: imported, types }) {
  const { everything, ...each } = bundle;
  return [
    `Bytes, minified and compressed, of each import by itself; everything together is ${number(everything)}.`,
    table(
      ['import', 'bytes', 'at most'],
      Object.entries(each).map(([name, bytes]) => [name, number(bytes), sizeLimits[name]]),
    ),
    `To import it takes ${imported.milliseconds.toFixed(0)} ms, ${imported.ratio.toFixed(2)} times as long as one file of the same code (goal ${imported.goal.toFixed(2)} ${imported.ratio <= imported.goal ? '✔' : '✘'}). To check a file of 200 managers, each of which is entered, takes ${types.withManagers.toFixed(0)} ms; the same generators driven by hand ${types.byHand.toFixed(0)} ms: ${types.each.toFixed(1)} ms for each manager.`,
  ].join('\n\n');
}

function observeText({ bytesPerVisit, kilobytesAfterAMillion, ...levels }) {
  const { version, ...costs } = levels;
  const each = Object.entries(costs).map(([level, microseconds]) => `${level} ${microseconds.toFixed(1)}`);
  return `Microseconds that \`withal/observe\` adds to an entry and exit, at each level (Node ${version}): ${each.join(', ')}. A visit that is open takes ${number(bytesPerVisit)} bytes more; after a million visits the heap has grown by ${number(kilobytesAfterAMillion)} kB.`;
}

function soakText({ failing, left, ...entries }) {
  const grown = ({ runs, kilobytes }) => `${number(runs)}: ${kilobytes.join(', ')}`;
  return `Kilobytes by which the heap has grown after each tenth of the runs, collected. Entries and exits, ${grown(entries['entries and exits'])}. Failing, ${grown(failing)}. Left at the end: ${left.timers} timers, ${left.signals} handles of signals, ${left.listeners} listeners.`;
}

// Numbers

/** What was measured with this Node, or the oldest of many. */
function only(byNode) {
  const [major] = process.versions.node.split('.');
  return byNode[`Node ${major}`] ?? Object.values(byNode)[0];
}

function versions(byNode) {
  return Object.values(byNode)
    .map(({ version }) => `Node ${version}`)
    .join(', ');
}

function scenariosOf(byNode) {
  const found = 'version' in byNode ? byNode : only(byNode);
  return Object.fromEntries(Object.entries(found).filter(([name]) => name !== 'version'));
}

function ratio({ lower, median, upper }) {
  return `${median.toFixed(2)} (${lower.toFixed(2)} – ${upper.toFixed(2)})`;
}

function withGoal({ floor, goal, ...found }) {
  const parts = [ratio(found)];
  if (floor) parts.push(`floor ${floor.toFixed(2)}`);
  if (goal) parts.push(`goal ${goal.toFixed(2)} ${found.median <= goal ? '✔' : '✘'}`);
  return parts.join('; ');
}

function today() {
  return new Date().toISOString().slice(0, 10);
}

function number(value) {
  return value.toLocaleString('en');
}
