// What `withal/node` does on runtimes with `process`.

import process from 'node:process';
import { resultsOf } from './cases.mjs';

export function suite({ withAsync, withSync }, { chdir, redirectStdout, terminationSignal }) {
  const cases = {
    'redirectStdout collects output': () =>
      withSync(redirectStdout([]), (texts) => (process.stdout.write('text'), texts.join(''))),
    'chdir changes back': () => {
      const before = process.cwd();
      const within = withSync(chdir('/'), () => process.cwd());
      return [within, process.cwd() === before].join();
    },
    'terminationSignal listens during the block only': async () => {
      const listening = () => process.listenerCount('SIGTERM');
      const before = listening();
      const within = await withAsync(terminationSignal(), (signal) => [signal.aborted, listening() - before].join());
      return [within, listening() - before].join();
    },
  };
  return resultsOf(cases, {
    'redirectStdout collects output': 'text',
    'chdir changes back': '/,true',
    'terminationSignal listens during the block only': 'false,1,0',
  });
}
