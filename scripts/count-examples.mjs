import { exampleFiles, examplesOf, isRun } from './examples.mjs';

/** Says, at the end of the docs project's run, what was checked in which way, and why the rest was not. */
export default function countExamples() {
  const examples = exampleFiles().flatMap(examplesOf);
  const count = (isCounted) => examples.filter(isCounted).length;
  const reasons = examples.flatMap(({ reason }) => reason ?? []);
  console.log(
    [
      `examples: ${count(isRun)} executed`,
      `${count(({ output }) => output)} compared with what a program prints`,
      `${count(({ from }) => from)} quoted from files`,
      `${reasons.length} exempt${tally(reasons)}`,
    ].join(', '),
  );
}

function tally(reasons) {
  const counts = [...new Set(reasons)].map((reason) => `${reason}: ${reasons.filter((it) => it === reason).length}`);
  return counts.length > 0 ? ` (${counts.join('; ')})` : '';
}
