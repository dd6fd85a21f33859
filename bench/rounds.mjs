// All sides are measured in many short rounds, in an order that rotates, and ratios are taken within a round: whatever
// slows the machine down for a while slows all of them.

import { execFileSync } from 'node:child_process';
import { basename } from 'node:path';
import { Bench } from 'tinybench';
import { keep } from './results.mjs';

/**
 * Measures each scenario in a process of its own, so that what the engine learned from one neither helps nor hinders
 * another; prints a row for it, and keeps the ratio. The script is run again for that, with the scenario's name.
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
    // A task that has a result is not run again.
    task.reset();
    await task.run();
    times[task.name] = task.result.latency.mean * 1e6;
  }
  return times;
}

/** In every order once, round after round. */
export function rotated(tasks, round) {
  const start = round % tasks.length;
  return [...tasks.slice(start), ...tasks.slice(0, start)];
}

/** The cells for a ratio, its quartiles, and whether it is what it is to be. */
export function ratioCells({ lower, median, upper }, goal) {
  const spread = `${lower.toFixed(3)} - ${upper.toFixed(3)}`;
  return [median.toFixed(3), spread, goal ? `${median <= goal ? '✔' : '✘'} <= ${goal.toFixed(2)}` : ''];
}

/** The ratio of two tasks, over the rounds. */
export function ratioOf(measured, name, baseline) {
  return quantiles(measured.map((times) => times[name] / times[baseline]));
}

/** What a task takes, over the rounds. */
export function timeOf(measured, name) {
  return quantiles(measured.map((times) => times[name])).median;
}

/** The median and the quartiles. */
export function quantiles(values) {
  const sorted = values.toSorted((one, other) => one - other);
  const [lower, median, upper] = [1, 2, 3].map((quarter) => sorted[Math.floor((quarter * sorted.length) / 4)]);
  return { lower, median, upper };
}
