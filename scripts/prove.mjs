// Measures everything on docs/proof.md, and writes that page: `npm run proof`. It takes a quarter of an hour, on a
// machine that should do nothing else meanwhile.

import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { keep } from '../bench/results.mjs';
import { root } from './examples.mjs';
import { runtimes } from './runtimes.mjs';

const { 'Node 24': node24 } = await runtimes();
if (!node24) throw new Error("Node 24 can't be installed here.");

// First, because it needs most of the machine.
run('scripts/check-runtimes.mjs', process.execPath, '--all', '--keep');
const onBoth = ['entry', 'compose', 'callback', 'group', 'aclosing', 'others', 'server'];
for (const name of [...onBoth, 'growth', 'costs', 'observe', 'soak']) run(`bench/${name}.mjs`);
for (const name of [...onBoth, 'stack']) run(`bench/${name}.mjs`, node24);
keep('consumers', { rows: lines(/^✔ (.*)$/gm, 'node', 'scripts/check-consumers.mjs', '--all') });
const [cases] = lines(/^faults: (\d+) cases$/gm, ...tests('faults.test'));
keep('faults', { cases: Number(cases) });
const programs = 20_000;
lines(/(\d+) passed/g, ...tests('model.test', { MODEL_RUNS: programs }));
keep('model', { programs });
run('scripts/write-proof.mjs');

function run(script, node = process.execPath, ...args) {
  console.log(`\n${script} ${args.join(' ')}`);
  execFileSync(node, [script, ...args], { cwd: root, stdio: 'inherit' });
}

/** The lines of a program's output that match. */
function lines(pattern, program, ...args) {
  const output = execFileSync('sh', ['-c', [program, ...args].join(' ') + ' 2>&1'], { cwd: root, encoding: 'utf8' });
  const found = [...output.matchAll(pattern)].map(([, group]) => group);
  if (found.length === 0) throw new Error(`${program} ${args.join(' ')} printed no results:\n${output}`);
  return found;
}

function tests(name, environment = {}) {
  const set = Object.entries(environment).map(([key, value]) => `${key}=${value}`);
  return ['env', ...set, 'npm', 'run', 'jest', '--', '--selectProjects', 'unit', '--testPathPatterns', name];
}
