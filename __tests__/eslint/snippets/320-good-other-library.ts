// @ts-ignore
import { contextManager } from 'other';

export const m = contextManager(function* () {
  yield 1;
  yield 2;
});
export {};
