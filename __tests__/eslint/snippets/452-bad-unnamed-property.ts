import { contextManager } from 'withal';

export const managers = {
  one: contextManager(function* () { yield 1; }), // !name-managers
};
export {};
