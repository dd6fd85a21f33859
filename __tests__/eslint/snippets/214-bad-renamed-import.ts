import { contextManager as manager, withAsync as using } from 'withal';
export const m = manager(function* () { yield 1; }); // !name-managers
using(m(), () => 1); // !await-blocks
export {};
