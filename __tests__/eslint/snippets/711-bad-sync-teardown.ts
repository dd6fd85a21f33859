import { contextManager } from 'withal';
export const focus = contextManager(function* focus(el: { focus(): void; blur(): void; classList: { add(c: string): void; remove(c: string): void }; style: { display: string } }) {
  el.classList.add('active');
  const display = el.style.display;
  el.style.display = 'block';
  yield el;
  el.classList.remove('active'); // !protect-teardown
  el.style.display = display; // !protect-teardown
});
export const stack = contextManager(function* stack(frames: string[], name: string) {
  frames.push(name);
  yield;
  frames.pop(); // !protect-teardown
});
export const flag = contextManager(function* flag(state: { busy: boolean }) {
  state.busy = true;
  yield;
  state.busy = false; // !protect-teardown
});
