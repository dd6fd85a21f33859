import { contextManager } from 'withal';

export const m = contextManager(function* m(on: boolean) {
  const value: unknown = on ? yield 1 : yield 2;
  log(value);
});
export {};
