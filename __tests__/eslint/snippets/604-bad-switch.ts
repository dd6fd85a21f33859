import { contextManager } from 'withal';
type Level = 'quiet' | 'normal';
export const verbosity = contextManager(function* verbosity(level: Level, state: { level: Level }) {
  const before = state.level;
  state.level = level;
  switch (level) {
    case 'quiet':
      yield 0;
      break;
    case 'normal':
      yield 1;
      break;
  }
  state.level = before; // !protect-teardown
});
