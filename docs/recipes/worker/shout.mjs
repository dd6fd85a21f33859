import { createInterface } from 'node:readline';

for await (const line of createInterface(process.stdin)) {
  if (line === 'hush') process.exit(3);
  console.log(line.toUpperCase());
}
