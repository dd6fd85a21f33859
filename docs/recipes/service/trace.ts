import { contextManager } from 'withal';

/** Prints when it is entered and exited, and with which error. What enters it first is traced as a whole. */
export const trace = contextManager(function* trace(name: string) {
  console.log(`enter ${name}`);
  try {
    yield;
  } catch (error) {
    console.log(`exit ${name}: ${String(error)}`);
    throw error;
  }
  console.log(`exit ${name}`);
});
