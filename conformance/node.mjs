// What is true of `withal/node` wherever there is a `process`.

import process from 'node:process';
import { resultsOf } from './cases.mjs';

export function suite({ withAsync, withSync }, { chdir, redirectStdout, terminationSignal }) {
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
  return resultsOf(cases, {
    'redirectStdout collects': 'text',
    'chdir comes back': '/,true',
    'terminationSignal listens, and stops': 'false,1,0',
  });
}
