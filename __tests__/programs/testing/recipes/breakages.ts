/** A place in a recipe where one thing is done wrong. */
export interface Breakage {
  /** What is wrong. */
  readonly fault: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** The check that should find it. */
  readonly check: string;
}

export const breakages: readonly Breakage[] = [
  // connection, pool
  {
    fault: 'the connection is ended only if all goes well',
    file: 'connection/connection.ts',
    from: 'try {\n    yield client;\n  } finally {\n    await client.end();\n  }',
    to: 'yield client;\n  await client.end();',
    check: 'connection',
  },
  {
    fault: 'the end of the connection is not waited for',
    file: 'connection/connection.ts',
    from: '    await client.end();',
    to: '    void client.end();',
    check: 'connection',
  },
  {
    fault: 'a connection that could not be opened counts as open',
    file: 'connection/connection.ts',
    from: 'this.#client.catch(() => (this.#client = undefined));',
    to: '',
    check: 'Connection',
  },
  {
    fault: 'a connection that was ended counts as open',
    file: 'connection/connection.ts',
    from: '    } finally {\n      this.#client = undefined;\n    }',
    to: '    } finally {\n    }',
    check: 'Connection',
  },
  {
    fault: 'the pool is not ended',
    file: 'pool/pool.ts',
    from: '    await pool.end();\n',
    to: '',
    check: 'pool',
  },
  {
    fault: 'a connection is given back only if all goes well',
    file: 'pool/pool.ts',
    from: '  } finally {\n    client.release(!isSound);\n  }',
    to: '  }\n  client.release(!isSound);',
    check: 'checkout',
  },

  // transaction
  {
    fault: 'the transaction is committed in any case',
    file: 'transaction/transaction.ts',
    from: 'for (const statement of rollback) await client.query(statement);',
    to: 'await client.query(commit);',
    check: 'transaction',
  },
  {
    fault: 'the transaction is not rolled back',
    file: 'transaction/transaction.ts',
    from: 'for (const statement of rollback) await client.query(statement);',
    to: '',
    check: 'transaction',
  },
  {
    fault: 'the transaction swallows the error',
    file: 'transaction/transaction.ts',
    from: '    throw error;\n',
    to: '',
    check: 'transaction',
  },
  {
    fault: 'the depth of the connection is not put back',
    file: 'transaction/transaction.ts',
    from: '    depths.set(client, Math.min(depth, depths.get(client) ?? 0));\n  }',
    to: '  }',
    check: 'transaction',
  },
  {
    fault: 'the service commits what failed',
    file: 'service/database.ts',
    from: "await connection.query('ROLLBACK');",
    to: "await connection.query('COMMIT');",
    check: 'service/transaction',
  },
  {
    fault: 'the service does not release its connections',
    file: 'service/database.ts',
    from: 'yield* enter(\n    closing(await pool.connect(), (connection) => connection.release()),\n  )',
    to: 'await pool.connect()',
    check: 'service/transaction',
  },

  // locks
  {
    fault: 'the lock of the process lets in everybody',
    file: 'lock/lock.ts',
    from: 'if (queue.size > 1)',
    to: 'if (queue.size > 9)',
    check: 'localLock',
  },
  {
    fault: 'the lock of the process is kept if the block fails',
    file: 'lock/lock.ts',
    from: "    } finally {\n      queue.delete(turn);\n      const [first] = queue;\n      if (first) first.emit('come');\n      else queues.delete(key);\n    }",
    to: "    } finally {\n    }\n      queue.delete(turn);\n      const [first] = queue;\n      if (first) first.emit('come');\n      else queues.delete(key);",
    check: 'localLock',
  },
  {
    fault: 'the lock of the database is not waited for',
    file: 'lock/advisory.ts',
    from: 'await unlessAborted(\n      client.query(',
    to: 'void unlessAborted(\n      client.query(',
    check: 'advisoryLock',
  },
  {
    fault: 'the lease is given back only if all goes well',
    file: 'lock/lease.ts',
    from: '    try {\n      yield new AbortController().signal;\n    } finally {\n      wasKept = await giveBack(db, key, owner);\n    }',
    to: '    yield new AbortController().signal;\n    wasKept = await giveBack(db, key, owner);',
    check: 'lease',
  },
  {
    fault: 'the lease is given back in the background',
    file: 'lock/lease.ts',
    from: 'wasKept = await giveBack(',
    to: 'wasKept = !!giveBack(',
    check: 'lease',
  },

  // files and streams
  {
    fault: 'the directory stays if the block fails',
    file: 'directory/directory.ts',
    from: '    await onFailure(path);\n',
    to: '',
    check: 'directory',
  },
  {
    fault: 'the removal of the directory is not waited for',
    file: 'directory/directory.ts',
    from: '  await remove(path);',
    to: '  void remove(path);',
    check: 'directory',
  },
  {
    fault: 'the draft stays if the block fails',
    file: 'writer/writer.ts',
    from: '    await rm(path, { force: true });\n',
    to: '',
    check: 'writer',
  },
  {
    fault: 'the file takes its place even if the block fails',
    file: 'writer/writer.ts',
    from: '  yield;\n  await rename(from, to);',
    to: '  try {\n    yield;\n  } finally {\n    await rename(from, to);\n  }',
    check: 'writer',
  },
  {
    fault: 'the file is not closed',
    file: 'writer/writer.ts',
    from: '  yield* enter(closing(file));\n',
    to: '',
    check: 'writer',
  },
  {
    fault: 'the stream is not destroyed if the block fails',
    file: 'stream/stream.ts',
    from: '    await Promise.all([stream, ...others].map(destroyed));\n',
    to: '',
    check: 'writing',
  },
  {
    fault: 'the stream that was read is not closed',
    file: 'stream/stream.ts',
    from: '    yield yield* enter(aclosing(chunks));\n  } finally {\n    await destroyed(stream);\n  }',
    to: '    yield chunks[Symbol.asyncIterator]();\n  } finally {\n  }',
    check: 'reading',
  },
  {
    fault: 'every error with a code counts as a missing file',
    file: 'suppress/suppress.ts',
    from: 'codes.some((code) => code === error.code)',
    to: 'codes.length > 0',
    check: 'ifExists',
  },

  // HTTP
  {
    fault: 'the connections stay if the block fails',
    file: 'session/session.ts',
    from: '    await pool.destroy();\n',
    to: '',
    check: 'session',
  },
  {
    fault: 'the response is not destroyed if the block fails',
    file: 'session/session.ts',
    from: '    destroy(response);\n    throw error;',
    to: '    throw error;',
    check: 'response',
  },
  {
    fault: 'the server is not closed',
    file: 'service/server.ts',
    from: '  yield* enter(http); // an AsyncDisposable, which closes the server\n',
    to: '',
    check: 'service/server',
  },

  // in the browser
  {
    fault: 'the listener stays if the block fails',
    file: 'react/managers.ts',
    from: '  try {\n    yield;\n  } finally {\n    target.removeEventListener(type, own);\n  }',
    to: '  yield;\n  target.removeEventListener(type, own);',
    check: 'react/preview',
  },
  {
    fault: 'nobody leaves the room if the block fails',
    file: 'react/managers.ts',
    from: "  } finally {\n    await call('DELETE', `${room}/${name}`);\n  }",
    to: "  } catch (error) {\n    throw error;\n  }\n  await call('DELETE', `${room}/${name}`);",
    check: 'react/presence',
  },
  {
    fault: 'the item is not taken back if the block fails',
    file: 'react/managers.ts',
    from: '    update((items) => without(items, items.lastIndexOf(item)));\n',
    to: '',
    check: 'react/added',
  },

  // this process, and others
  {
    fault: 'the process is not killed if the block fails',
    file: 'worker/child.ts',
    from: '    const ending = await killed(child, ended);',
    to: "    const ending = { code: null, signal: 'SIGKILL' as const };",
    check: 'child',
  },
  {
    fault: 'the thread is not terminated if the block fails',
    file: 'worker/worker.ts',
    from: 'yield* enter(\n    closing(new Worker(file, options), (thread) => thread.terminate()),\n  )',
    to: 'new Worker(file, options)',
    check: 'worker',
  },
  {
    fault: 'the job goes on if the block fails',
    file: 'service/job.ts',
    from: '  try {\n    yield;\n  } finally {\n    stop.abort();\n    await stopped;\n  }',
    to: '  yield;\n  stop.abort();\n  await stopped;',
    check: 'service/job',
  },
  {
    fault: 'the property is put back only if all goes well',
    file: 'stand-in/stand-in.ts',
    from: '  try {\n    yield value;\n  } finally {\n    const isInForce',
    to: '  yield value;\n  {\n    const isInForce',
    check: 'replaced',
  },

  // traces
  {
    fault: 'the span does not end if the block fails',
    file: 'span/span.ts',
    from: '  } finally {\n    span.end();\n  }',
    to: '  }\n  span.end();',
    check: 'span',
  },
  {
    fault: 'the span swallows the error',
    file: 'span/span.ts',
    from: '    throw error;\n  } finally {',
    to: '  } finally {',
    check: 'span',
  },
  {
    fault: 'every error is tolerated',
    file: 'span/span.ts',
    from: '    if (!isExpected(error)) throw error;\n',
    to: '',
    check: 'tolerated',
  },
  {
    fault: 'what failed is noted as a success',
    file: 'stopwatch/stopwatch.ts',
    from: 'let hasSucceeded = false;',
    to: 'let hasSucceeded = true;',
    check: 'stopwatch',
  },
];
