// All sides are measured in many short rounds, in rotating order, and ratios are taken within a round: anything that
// slows down the machine for a while slows down all of them.

import { execFileSync } from 'node:child_process';
import { basename } from 'node:path';
import { Bench } from 'tinybench';
import { keep } from './results.mjs';

/**
 * Measures each scenario in its own process, so that what the engine learned from one doesn't affect another. Prints a
 * row for it, and keeps the ratio. For that, it runs the script again with the scenario's name.
 */
export async function measureEach(scenarios, { head, measure, ratio, row }) {
  const [, script, name] = process.argv;
  if (name) return console.log(JSON.stringify(await measure(scenarios[name])));
  const ratios = {};
  print(head);
  for (const [name, scenario] of Object.entries(scenarios)) {
    const measured = JSON.parse(execFileSync(process.execPath, [script, name], { encoding: 'utf8' }));
    ratios[name] = ratio(measured, scenario);
    print(row(name, scenario, measured));
  }
  keep(basename(script, '.mjs'), ratios);
}

/** Prints a row of a table. */
export function print([name, ...cells]) {
  console.log(name.padEnd(20), ...cells.map((cell) => cell.padStart(13)));
}

/** Nanoseconds of each task, in each round: `[{ name: ns, … }, …]`. */
export async function measureRounds(tasks, { rounds, time, warmupTime }) {
  const bench = new Bench({ time, iterations: 3, warmupTime, throws: true });
  for (const [name, task] of Object.entries(tasks)) bench.add(name, task);
  for (const task of [...bench.tasks, ...bench.tasks]) await task.warmup();
  const measured = [];
  for (let round = 0; round < rounds; round++) measured.push(await roundOf(rotated(bench.tasks, round)));
  return measured;
}

async function roundOf(tasks) {
  const times = {};
  for (const task of tasks) {
    // A task that has a result isn't run again.
    task.reset();
    await task.run();
    times[task.name] = task.result.latency.mean * 1e6;
  }
  return times;
}

/** Rotates the order from round to round. */
export function rotated(tasks, round) {
  const start = round % tasks.length;
  return [...tasks.slice(start), ...tasks.slice(0, start)];
}

/** The cells for a ratio, its quartiles, and whether it meets its goal. */
export function ratioCells({ lower, median, upper }, goal) {
  const spread = `${lower.toFixed(3)} - ${upper.toFixed(3)}`;
  return [median.toFixed(3), spread, goal ? `${median <= goal ? '✔' : '✘'} <= ${goal.toFixed(2)}` : ''];
}

/** The ratio of two tasks over all rounds. */
export function ratioOf(measured, name, baseline) {
  return quantiles(measured.map((times) => times[name] / times[baseline]));
}

/** The time of a task over all rounds. */
export function timeOf(measured, name) {
  return quantiles(measured.map((times) => times[name])).median;
}

/** The median and the quartiles. */
export function quantiles(values) {
  const sorted = values.toSorted((one, other) => one - other);
  const [lower, median, upper] = [1, 2, 3].map((quarter) => sorted[Math.floor((quarter * sorted.length) / 4)]);
  return { lower, median, upper };
}
