import { contextManager } from 'withal';

export const m = contextManager(function* m(rows: number[]) { // !yields-once
  outer: for (const row of rows) {
    if (row < 0) continue outer;
    yield row;
    break;
  }
});
export {};
