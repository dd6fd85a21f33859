import { contextManager } from 'withal';

export default contextManager(function* () { yield 1; }); // !name-managers
export {};
