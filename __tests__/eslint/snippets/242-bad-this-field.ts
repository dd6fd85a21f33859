import { contextManager } from 'withal';

export class Gate {
  open = false;
  opened = contextManager(function* opened(this: Gate) {
    this.open = true;
    yield this;
    this.open = false; // !protect-teardown
  });
}
export {};
