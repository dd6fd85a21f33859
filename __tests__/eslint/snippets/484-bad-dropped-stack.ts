import { AsyncExitStack, timeout } from 'withal';

export const signal = await new AsyncExitStack().enterContext(timeout(10)); // !finish-stacks
export {};
