// The playground's examples: the first one of the README as it is, and those in the folder `examples`.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const readme = fileURLToPath(new URL('../../README.md', import.meta.url));
const folder = fileURLToPath(new URL('examples', import.meta.url));

export default {
  watch: [readme, `${folder}/*.ts`],
  load: () => [
    { id: 'transaction', title: 'A transaction', code: /^```ts\n(.*?)\n```/ms.exec(readFileSync(readme, 'utf8'))[1] },
    example('savepoints', 'Savepoints'),
    example('aclosing', 'aclosing'),
    example('enter', 'enter'),
    example('task-group', 'taskGroup'),
    example('failing-teardown', 'A failing teardown'),
  ],
};

function example(id, title) {
  return { id, title, code: readFileSync(`${folder}/${id}.ts`, 'utf8').trimEnd() };
}
