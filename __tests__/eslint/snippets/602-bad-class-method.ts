import { contextManager, withSync } from 'withal';
class Editor {
  private undo: string[] = [];
  private depth = 0;
  readonly batch = contextManager(function* batch(this: Editor) {
    this.depth++;
    yield this.undo;
    this.depth--; // !protect-teardown
  });
  static readonly quiet = contextManager(function* quiet() {
    const before = console.log;
    console.log = () => {};
    try { yield; } finally { console.log = before; }
  });
  run() { return withSync(this.batch(), (undo) => undo.length); }
}
export { Editor };
