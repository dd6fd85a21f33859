import { contextManager } from 'withal';

export const m = contextManager(function* m(lines: string[]) {
  const original = console.log;
  console.log = (line: string) => void lines.push(line);
  yield lines;
  console.log = original; // !protect-teardown
});
export {};
