import { contextManager, asyncContextManager } from 'withal';
export const a = contextManager(function* a(list: string[]) { list.forEach(function* (x) { yield x; }); }); // !yields-once
export const b = asyncContextManager(async function* b(p?: Pool) { // !yields-once
  try { if (p) yield await p.connect(); } finally { log('b'); }
});
export const c = contextManager(function* c(x: number) {
  switch (true) {
    case x > 1: yield 'big'; // falls through
    case x > 0: yield 'small'; break; // !yields-once
    default: yield 'none';
  }
});
export const d = contextManager(function* d(x?: string) { x?.length ? yield x : yield ''; });
export const e = contextManager(function* e(x?: { y: string }) { return x ? yield x.y : yield; });
