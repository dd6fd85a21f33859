import { exampleFiles, examplesOf, titleOf } from './examples.mjs';

/** A reporter that says at the end how many examples were checked in which way, and why the rest weren't. */
export default class CountExamples {
  onRunComplete(_contexts, { testResults }) {
    const tested = testResults.filter(({ displayName }) => displayName?.name === 'docs');
    if (tested.length === 0) return;
    const passed = tested.flatMap(({ testFilePath, testResults }) =>
      examplesOf(testFilePath).filter((example) => hasPassed(testResults, titleOf(example))),
    );
    const all = exampleFiles().flatMap(examplesOf);
    const reasons = all.flatMap(({ reason }) => reason ?? []);
    const outputs = passed.filter(({ output }) => output).length;
    const quoted = passed.filter(({ from }) => from).length;
    console.log(
      [
        `examples: ${passed.length - outputs - quoted} executed`,
        ...(outputs > 0 ? [`${outputs} compared with what a program prints`] : []),
        `${quoted} quoted from files`,
        `${all.filter(({ lint }) => lint).length} left to the linter`,
        `${reasons.length} exempt${tally(reasons)}`,
      ].join(', '),
    );
  }
}

function hasPassed(tests, name) {
  return tests.some(({ title, status }) => title === name && status === 'passed');
}

function tally(reasons) {
  const counts = [...new Set(reasons)].map((reason) => `${reason}: ${reasons.filter((it) => it === reason).length}`);
  return counts.length > 0 ? ` (${counts.join('; ')})` : '';
}
