import { run } from 'node:test';
import { fileURLToPath } from 'node:url';

run({ files: [fileURLToPath(new URL('stand-in.test.ts', import.meta.url))] })
  .on('test:pass', ({ name }) => console.log(`passed: ${name}`))
  .on('test:fail', ({ name, details }) => {
    console.log(`failed: ${name}: ${String(details.error)}`);
    process.exitCode = 1;
  });
