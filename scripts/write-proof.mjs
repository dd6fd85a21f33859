// Writes docs/proof.md and its chart from the latest measurements.

import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { results } from '../bench/results.mjs';
import { chart } from './chart.mjs';
import { entries } from './entries.mjs';

const measured = results();
const sizeLimits = Object.fromEntries(json('../.size-limit.json').map(({ name, limit }) => [name, limit]));
const page = fileURLToPath(new URL('../docs/proof.md', import.meta.url));

/** The names on the page, by scenario. */
const composeRows = {
  async: 'three in a composition, async',
  sync: 'three in a composition, sync',
  flat: 'three in `scopeAsync`',
  'flat, inline': 'three in `scopeAsync`, with a function created for each call',
};

const modeNames = { refused: 'code that it must refuse', legacy: 'legacy decorators' };

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
    'Every figure on this page comes from a script that anyone can run. `npm run proof` runs them all and writes this page; mutation testing takes longer, and runs separately. This page was written on ' +
      today() +
      ', on a machine with ' +
      availableParallelism() +
      ' cores.',
    'How to read a cell such as `1.12 (1.05 – 1.19); floor 1.08; goal 1.10 ✘`:',
    [
      '- `1.12` is a ratio: `withal` took 1.12 times as long as what the table compares it with. It is the median of many short rounds. Each round measures both sides, one right after the other, in rotating order, so that anything that slows down the machine slows down both.',
      '- The parentheses hold the quartiles: half of the rounds were in that range.',
      '- The floor is the ratio of the least code that could do the same job. The text beside the table says what it leaves out.',
      '- The goal is a limit that this project sets itself: ✔ is met, ✘ is missed. A missed goal stays on the page, and the text says why.',
    ].join('\n'),

    '## One entry and exit',
    command('bench'),
    'In async code, an entry and exit costs about as much as driving the same generator by hand. In sync code, it costs more. By hand means checking both ends, passing on the error, and returning the fallback, without handling a second error.',
    nodesTable(entry),
    "The floor is the least that this API allows: one function takes the arguments and another the block, so an object has to hold the arguments in between; and an error that leaves the generator has to be caught, compared with the block's error, and rethrown. The floor does that, and checks nothing. In async code, all of this is negligible next to the cost of an `await`. In sync code, an entry and exit by hand takes well under a tenth of a microsecond, so the object, its list of arguments and the extra throw become visible. A goal is missed where the floor is already close to it or above it.",

    '## Against others',
    command('bench:others'),
    'Handwritten `try` and `catch` is the fastest. Small libraries are about as fast as `withal`, some faster; Bluebird, Effect and effection take longer. Every row has the same resource and the same body. Each number is the time relative to `withal`; below 1 is faster.',
    ...Object.entries(others).map(([node, found]) => othersTable(node, found)),
    '![How long one entry and exit takes, compared with the same generator driven by hand, and with others.](proof.svg)',
    "A dash means that the block can't continue after an error. On runtimes without `using`, the code that the compiler emits for it is measured. Some of the others are faster when managers are objects or sync: they take only one form of manager, and check nothing before they enter it. The [README](../README.md#how-it-compares) shows what each does with errors.",

    server && '## In a server',
    server && command('bench:server'),
    server && serverText(server),

    '## How it grows',
    command('bench:growth', 'bench:stack', 'bench:compose'),
    growthText(growth),
    stack &&
      `Filling and undoing a stack of callbacks, compared with the built-in stacks of ${versions(stack)}: ${Object.entries(
        scenariosOf(stack),
      )
        .map(([name, found]) => `${name}: ${ratio(found)}`)
        .join('; ')}.`,
    'Composing managers costs more than nesting blocks, because each `yield* enter()` is an extra step of the generator. Compared with nested blocks of the same managers. The floor is the same generators driven by hand, without handling errors: a `yield*` in an async generator awaits twice by itself. Error handling takes the rest; where the goal is missed, that is why.',
    nodesTable(compose, withGoal, composeRows),

    '## Callbacks and groups',
    command('bench:callback', 'bench:group'),
    '`fromCallback` costs a few microseconds more than a bare callback. An entry and exit through it, compared with passing the same body to the API directly. The API only calls back, so the ratio compares a bare `await` with all that `fromCallback` adds: a promise, a snapshot of the context, and a check that the API call has ended.',
    nodesTable(callback, withTime),
    "A task in a group costs more than a bare promise; the floor shows how much of that pays for stopping the tasks and waiting for them. Each task of a `taskGroup`, compared with `Promise.all`, which doesn't wait for the other tasks when one fails. The floor is an `AbortController` and `Promise.allSettled`, which do wait:",
    nodesTable(group, withTime),

    '## An item through aclosing',
    command('bench:aclosing'),
    `A wrapper has to call one \`next()\` from another, and \`aclosing\` also keeps the latest result, to know on closing whether the source is done. If the goal is missed, those two costs are the reason. Compared with a bare \`for await\` over the same generator: ${Object.entries(
      aclosing,
    )
      .map(([node, found]) => `${withGoal(found['per item'])} (${node})`)
      .join('; ')}.`,

    '## Before anything is entered',
    command('bench:costs'),
    costsText(only(costs)),

    '## Runtimes',
    command('runtimes:all'),
    `One suite without any framework, on the packed package, run on ${only(runtimes).date}. If a runtime doesn't have \`using\`, the output of three compilers runs instead. If a runtime can \`require\` an ES module, \`require\` returns that, so the CommonJS copy is tested separately. A plain number in the last column means that all of those cases passed.`,
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
    `The type tests are compiled against the packed package, with \`strict\`, \`exactOptionalPropertyTypes\`, \`skipLibCheck: false\` and no \`@types\`:`,
    compilersTable(only(consumers).rows),

    '## Faults',
    '`npm run unit`',
    `The tests make every step of a scenario fail, alone, in pairs and in threes, with an error, a frozen error and a string: ${number(only(faults).cases)} cases, on generator managers, classes, stacks, compositions, \`aclosing\` and decorators. After each, everything acquired has been released once, in reverse order; no rejection is unhandled; and every thrown error can be reached from the one that was caught.`,
    `Random programs (\`npm run model\`) run in the library and in a model written with nested \`try\`, \`catch\` and \`finally\`. Events, outcomes and reachable errors agree in ${number(only(model).programs)} of ${number(only(model).programs)}, async and sync.`,

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

function serverText(server) {
  return [
    "With a database in the request, nested blocks and decorators cost little more than code written by hand; stacks, compositions and scopes cost more. Each request holds a span, a connection and a transaction. The numbers are the server's CPU time for a request, compared with `try`, `catch` and `finally` by hand. The last column is the heap that a request takes while it waits in its block.",
    ...Object.entries(server).map(([node, found]) => serverTable(node, scenariosOf(found))),
    "For `await using` and promise-toolbox, which can't see errors, the block declares its success.",
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

/** A row for each scenario, a column for each Node. */
function nodesTable(byNode, cell = withGoal, names = {}) {
  return table(
    ['', ...Object.keys(byNode)],
    Object.keys(scenariosOf(byNode)).map((name) => [
      names[name] ?? name,
      ...Object.values(byNode).map((found) => cell(found[name])),
    ]),
  );
}

function withTime({ nanoseconds, ...found }) {
  return `${number(Math.round(nanoseconds))} ns; ${withGoal(found)}`;
}

function mutationText({ files }) {
  const tried = Object.entries(files).map(([file, counts]) => ({ folder: dirname(file), ...counts }));
  const { mutants, killed, explained, unexplained } = sumOf(tried);
  const folders = [...new Set(tried.map(({ folder }) => folder))];
  const all = new Set(entries.map((name) => dirname(`lib/${name}`)));
  const untried = [...all].filter((folder) => !folders.includes(folder));
  return [
    `Of ${number(mutants)} changes to ${tried.length} source files, made one at a time, the tests notice ${number(killed)}. Replacing a whole arrow function isn't tried. The remaining ${explained} make no observable difference; [a page explains each](mutants.md)${unexplained > 0 ? `; ${unexplained} are open: neither noticed nor explained` : ''}.`,
    table(
      ['', 'files', 'changes', 'noticed', 'explained', 'open'],
      folders.map((folder) => {
        const own = tried.filter((file) => file.folder === folder);
        const { mutants, killed, explained, unexplained } = sumOf(own);
        return [folder, own.length, number(mutants), number(killed), explained, unexplained];
      }),
    ),
    ...(untried.length > 0 ? [`Not measured: ${untried.join(', ')}.`] : []),
  ].join('\n\n');
}

/** From rows like `TypeScript 5.2, ES module`: a row for each way to compile, with its versions. */
function compilersTable(rows) {
  const versions = {};
  for (const row of rows) {
    const [, version, mode] = /^TypeScript ([\d.]+), (.*)$/.exec(row);
    (versions[mode] ??= []).push(version);
  }
  return table(
    ['', 'TypeScript'],
    Object.entries(versions).map(([mode, found]) => [modeNames[mode] ?? mode, found.join(', ')]),
  );
}

function sumOf(files) {
  const sum = (key) => files.reduce((total, file) => total + file[key], 0);
  const [mutants, killed, unexplained] = ['mutants', 'killed', 'unexplained'].map(sum);
  return { mutants, killed, explained: mutants - killed - unexplained, unexplained };
}

function growthText(growth) {
  const { nesting, holding, concurrency } = only(growth);
  return [
    `Ten nested blocks, compared with the same generators driven by hand: async ${nesting.async.ratio.toFixed(2)}, sync ${nesting.sync.ratio.toFixed(2)}.`,
    "The total doesn't grow with the square of their number. Nanoseconds for each entered manager or callback, with 10 to 100,000 of them:",
    table(
      ['', '10', '1,000', '100,000'],
      Object.entries(holding).map(([name, by]) => [name, ...Object.values(by).map((ns) => number(Math.round(ns)))]),
    ),
    'A waiting block takes little more memory than one driven by hand, however many there are. The cost of each of many concurrent blocks that wait in their bodies:',
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
    `Bundlers keep only what you import. The size in bytes of each import by itself, minified and compressed. Everything together is ${number(everything)}.`,
    table(
      ['import', 'bytes', 'at most'],
      Object.entries(each).map(([name, bytes]) => [name, number(bytes), sizeLimits[name]]),
    ),
    `Importing the package takes ${imported.milliseconds.toFixed(0)} ms, ${imported.ratio.toFixed(2)} times as long as one file of the same code (goal ${imported.goal.toFixed(2)} ${imported.ratio <= imported.goal ? '✔' : '✘'}). Type-checking a file that makes and enters 200 managers takes ${types.withManagers.toFixed(0)} ms; the same generators driven by hand take ${types.byHand.toFixed(0)} ms: ${types.each.toFixed(1)} ms for each manager.`,
  ].join('\n\n');
}

function observeText({ bytesPerVisit, kilobytesAfterAMillion, ...levels }) {
  const { version, ...costs } = levels;
  const each = Object.entries(costs).map(([level, microseconds]) => `${level} ${microseconds.toFixed(1)}`);
  return `Microseconds that \`withal/observe\` adds to an entry and exit, at each level (Node ${version}): ${each.join(', ')}. An open visit takes ${number(bytesPerVisit)} more bytes; after a million visits, once the event loop has turned, the heap has grown by ${number(kilobytesAfterAMillion)} kB.`;
}

function soakText({ failing, left, ...entries }) {
  const grown = ({ runs, kilobytes }) => `${number(runs)}: ${kilobytes.join(', ')}`;
  return `Growth of the heap in kilobytes after each tenth of the runs, after garbage collection. Entries and exits, ${grown(entries['entries and exits'])}. Failing, ${grown(failing)}. Left over at the end: ${left.timers} timers, ${left.signals} signal handles, ${left.listeners} listeners.`;
}

// Numbers

/** The values for this Node, or for the oldest of several. */
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
