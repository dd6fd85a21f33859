import { contextManager } from 'withal';
export const platform = contextManager(function* platform(value: string) {
  const before = process.platform;
  Object.defineProperty(process, 'platform', { value });
  yield;
  Object.defineProperty(process, 'platform', { value: before }); // !protect-teardown
});
export const pressed = contextManager(function* pressed(keyboard: { down(k: string): void; up(k: string): void }) {
  keyboard.down('Shift');
  yield;
  keyboard.up('Shift'); // !protect-teardown
});
export {};
