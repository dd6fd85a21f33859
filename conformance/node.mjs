// What is true of `withal/node` wherever there is a `process`.

import process from 'node:process';

export async function suite({ withAsync, withSync }, { chdir, redirectStdout, terminationSignal }) {
  const cases = {
    'redirectStdout collects': () =>
      withSync(redirectStdout([]), (texts) => (process.stdout.write('text'), texts.join(''))),
    'chdir comes back': () => {
      const before = process.cwd();
      const within = withSync(chdir('/'), () => process.cwd());
      return [within, process.cwd() === before].join();
    },
    'terminationSignal listens, and stops': async () => {
      const listening = () => process.listenerCount('SIGTERM');
      const before = listening();
      const within = await withAsync(terminationSignal(), (signal) => [signal.aborted, listening() - before].join());
      return [within, listening() - before].join();
    },
  };
  const expected = ['text', '/,true', 'false,1,0'];
  const results = [];
  for (const [index, [name, run]] of Object.entries(cases).entries()) {
    const actual = await Promise.resolve()
      .then(run)
      .catch((error) => String(error));
    results.push(actual === expected[index] ? [name] : [name, `expected ${expected[index]}, but got ${actual}`]);
  }
  return results;
}
