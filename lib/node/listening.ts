import process from 'node:process';
import { share } from '../support/shared.ts';

/** A block that listens for signals. */
export interface ListeningBlock {
  readonly names: ReadonlySet<NodeJS.Signals>;
  /** Takes a signal. Returns whether it's a second one, not just a repeat. */
  receive(name: NodeJS.Signals): boolean;
  /** The event loop is empty, so nothing can finish the block anymore. */
  starve(): void;
}

/** Shared by all blocks of the process, so that there is one listener for each signal. */
interface Listening {
  readonly blocks: Set<ListeningBlock>;
  readonly onSignal: (name: NodeJS.Signals) => void;
  readonly onBeforeExit: () => void;
}

const listening = /* @__PURE__ */ share('terminationSignal', newListening);

function newListening(): Listening {
  const blocks = new Set<ListeningBlock>();
  return {
    blocks,
    onSignal(name) {
      const receivers = [...blocks].filter(({ names }) => names.has(name));
      // `map` and not `some`, because all blocks must take it.
      const isSecond = receivers.map((block) => block.receive(name)).includes(true);
      if (!isSecond) return;
      for (const block of receivers) unlisten(block);
      process.kill(process.pid, name);
    },
    onBeforeExit() {
      for (const block of blocks) block.starve();
    },
  };
}

export function listen(block: ListeningBlock): void {
  const { blocks, onSignal, onBeforeExit } = listening();
  blocks.add(block);
  for (const name of block.names) if (!process.listeners(name).includes(onSignal)) process.on(name, onSignal);
  if (!process.listeners('beforeExit').includes(onBeforeExit)) process.on('beforeExit', onBeforeExit);
}

export function unlisten(block: ListeningBlock): void {
  const { blocks, onSignal, onBeforeExit } = listening();
  blocks.delete(block);
  for (const name of block.names) if (!isAwaited(name, blocks)) process.off(name, onSignal);
  if (blocks.size === 0) process.off('beforeExit', onBeforeExit);
}

/** A loop that mostly ends at once, so that a thousand blocks take linear time. */
function isAwaited(name: NodeJS.Signals, blocks: ReadonlySet<ListeningBlock>): boolean {
  for (const { names } of blocks) if (names.has(name)) return true;
  return false;
}
