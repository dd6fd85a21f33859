import { exampleFiles, examplesOf } from './examples.mjs';

/** Says, at the end of the docs project's run, how many examples it ran and why others are exempt. */
export default function countExamples() {
  const examples = exampleFiles().flatMap(examplesOf);
  const reasons = examples.flatMap(({ reason }) => reason ?? []);
  console.log(`examples: ${examples.length - reasons.length} executed, ${reasons.length} exempt${tally(reasons)}`);
}

function tally(reasons) {
  const counts = [...new Set(reasons)].map((reason) => `${reason}: ${reasons.filter((it) => it === reason).length}`);
  return counts.length > 0 ? ` (${counts.join('; ')})` : '';
}
