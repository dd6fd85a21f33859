import { contextManager } from 'withal';
export const section = contextManager(function* section(title: { text: string }, lines: string[]) {
  const text = title.text;
  lines.push('begin');
  log('begin');
  yield;
  lines.push(text);
  log(text);
});
export const progress = contextManager(function* progress(bar: { update(n: number): void; total(): number }) {
  bar.update(0);
  yield bar;
  bar.update(bar.total());
});
export {};
