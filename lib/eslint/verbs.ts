// The verbs that show what sets something up, and what undoes it. They come from the platform and from common
// libraries: in source code, names say the most.

/** Verbs that undo their object or argument: `client.release()`, `clearTimeout(timer)`, `removeUser(user)`. */
const undoing =
  /^(@@dispose|@@asyncDispose|abort|cancel|clean|cleanup|clear|close|del|delete|destroy|detach|disconnect|dispose|drop|end|exit|free|kill|leave|logOut|logout|mockRestore|off|quit|release|remove|reset|restore|revert|revoke|rm|rmdir|shutdown|shut|signOut|signout|stop|teardown|tear|terminate|unbind|undo|uninstall|unlink|unlisten|unlock|unmock|unmount|unregister|unsubscribe|unstub|unwatch)(?![a-z])/;

export function isUndoing(name: string): boolean {
  return undoing.test(name);
}

/** Verbs that release even what other code acquired. */
export function isReleasing(name: string): boolean {
  return /^(@@dispose|@@asyncDispose|close|destroy|disconnect|dispose|release|terminate|unlock)(?![a-z])/.test(name);
}

/** Verbs that remove what other code may have put there. */
export function isDeleting(name: string): boolean {
  return /^(clean|clear|del|delete|drop|remove|rm|rmdir|unlink)(?![a-z])/.test(name);
}

/** Methods that put their arguments into the object. */
export function isFilling(name: string): boolean {
  return /^(push|unshift|add|set)$/.test(name);
}

/** Verbs that return something that already existed. */
export function isFinding(name: string): boolean {
  return /^(dequeue|fetch|find|get|list|load|lookup|next|peek|poll|pop|pull|query|read|receive|select|shift|take)(?![a-z])/.test(
    name,
  );
}

/** `getLocale` and `setLocale`, `readFile` and `writeFile` */
export function areReadAndWrite(read: string, write: string): boolean {
  return (
    (read.startsWith('get') && write === read.replace('get', 'set')) ||
    (read.startsWith('read') && write === read.replace('read', 'write'))
  );
}

/** Verbs that are called repeatedly, and set nothing up: `lines.push(text)`, `log(text)`. */
export function isRepeated(name: string): boolean {
  return /^(push|unshift|add|append|log|debug|info|warn|error|print|write|emit|send|postMessage|query|execute|expect)(?![a-z])/.test(
    name,
  );
}

/** Functions that undo something without an object. */
export function isTeardown(name: string): boolean {
  return /^(cleanup|cleanUp|shutdown|shutDown|tearDown|teardown|(close|destroy|disconnect|dispose|release|reset|restore|stop|unmock)(All)?([A-Z]\w*)?)$/.test(
    name,
  );
}

/** Verbs that are called for a result that holds something until it is given back, although nothing is awaited. */
export function isHolding(name: string): boolean {
  return /^(set(Interval|Timeout)|open|mkdtemp|spawn|fork|subscribe|watch|acquire|lock|listen|start|register|install|mount)(?![a-z])/.test(
    name,
  );
}

/** Verbs that make an object hold something. */
export function isActivating(name: string): boolean {
  return /^(listen|start|open|connect|acquire|lock|begin|launch|run|watch|subscribe)(?![a-z])/.test(name);
}

/** Opposites, except those with `un`, `de` or `dis` before the verb. */
const opposites: Readonly<Record<string, readonly string[]>> = {
  acquire: ['release'],
  add: ['delete', 'remove'],
  addListener: ['off', 'removeAllListeners'],
  alloc: ['free'],
  allocate: ['free'],
  append: ['remove', 'removeChild'],
  appendChild: ['remove'],
  attach: ['detach'],
  begin: ['end'],
  borrow: ['return'],
  checkout: ['checkin', 'release'],
  claim: ['release'],
  connect: ['close', 'end', 'quit', 'destroy'],
  create: ['delete', 'deleteMany', 'destroy', 'drop', 'remove', 'revoke'],
  disable: ['enable'],
  down: ['up'],
  enable: ['disable'],
  enqueue: ['dequeue'],
  enter: ['exit', 'leave'],
  expand: ['collapse'],
  freeze: ['thaw'],
  grant: ['revoke'],
  group: ['groupEnd'],
  groupCollapsed: ['groupEnd'],
  hide: ['show'],
  hset: ['hdel'],
  inc: ['dec'],
  incr: ['decr'],
  increase: ['decrease'],
  increment: ['decrement'],
  insert: ['delete', 'remove'],
  install: ['restore'],
  join: ['leave'],
  listen: ['close', 'stop'],
  lock: ['release'],
  logIn: ['logOut'],
  login: ['logout'],
  mkdir: ['rm', 'rmdir'],
  observe: ['disconnect'],
  obtain: ['release'],
  on: ['off', 'removeListener', 'removeAllListeners'],
  once: ['off', 'removeListener', 'removeAllListeners'],
  open: ['close'],
  pause: ['resume'],
  prependListener: ['off', 'removeListener'],
  push: ['pop'],
  put: ['delete', 'remove'],
  raise: ['lower'],
  reserve: ['release'],
  sadd: ['srem'],
  save: ['restore'],
  set: ['delete', 'del'],
  setItem: ['removeItem'],
  setup: ['teardown', 'cleanup'],
  show: ['hide'],
  signIn: ['signOut'],
  start: ['stop', 'end', 'close', 'finish'],
  store: ['delete', 'remove'],
  suspend: ['resume'],
  symlink: ['unlink', 'rm'],
  take: ['release'],
  unshift: ['shift'],
  up: ['down'],
  upload: ['delete', 'remove'],
  use: ['eject'],
  watch: ['close'],
  write: ['rm', 'unlink'],
  zadd: ['zrem'],
};

/** Opposite words within a name: `keyDown` and `keyUp`. */
const words: readonly (readonly [setup: string, undo: string])[] = [
  ['Down', 'Up'],
  ['Start', 'Stop'],
  ['Start', 'End'],
  ['Begin', 'End'],
  ['Open', 'Close'],
  ['Enable', 'Disable'],
  ['Show', 'Hide'],
  ['Lock', 'Unlock'],
  ['On', 'Off'],
];

/**
 * Whether one verb undoes what the other did: `add` and `delete`, `startServer` and `stopServer`, `mkdirSync` and
 * `rmSync`.
 */
export function areOpposite(setup: string, undo: string): boolean {
  if (opposites[setup]?.includes(undo)) return true;
  if (/^use(Fake|Real)/.test(setup) && /^use(Fake|Real)/.test(undo)) return setup !== undo;
  if (/^stub|^spyOn$|^mock/.test(setup) && /^(unstub|restore|reset)/.test(undo)) return true;
  if (undo === `un${setup}` || undo === `de${setup}` || undo === `dis${setup}`) return true;
  if (words.some(([one, other]) => setup.replace(one, other) !== setup && setup.replace(one, other) === undo))
    return true;
  const [verb, other] = [firstWord(setup), firstWord(undo)];
  const isSameObject = setup.slice(verb.length) === undo.slice(other.length);
  return isSameObject && (opposites[verb]?.includes(other) ?? false);
}

function firstWord(name: string): string {
  return name.replace(/[^a-z].*/, '');
}

const statements: readonly (readonly [setup: RegExp, undo: RegExp])[] = [
  [/\bCREATE\b/i, /^\s*(DROP|TRUNCATE)\b/i],
  [/\bINSERT\b/i, /^\s*(DELETE|TRUNCATE)\b/i],
  [/\bLISTEN\b/i, /^\s*UNLISTEN\b/i],
  [/\bSET\b/i, /^\s*RESET\b/i],
  [/(?<!un)lock\w*\s*\(/i, /unlock\w*\s*\(/i],
  [/\bLOCK\s+TABLES?\b/i, /^\s*UNLOCK\b/i],
];

/** Whether one statement of SQL undoes what the other did. A COMMIT undoes nothing. */
export function areOppositeStatements(setup: string, undo: string): boolean {
  return statements.some(([one, other]) => one.test(setup) && other.test(undo));
}

/** Statements that undo a failed transaction. */
export function isRollback(nameOrStatement: string): boolean {
  return /^\s*(rollback|abort)/i.test(nameOrStatement);
}

export function isCommit(nameOrStatement: string): boolean {
  return /^\s*commit/i.test(nameOrStatement);
}
