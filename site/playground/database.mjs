import { PGlite } from '@electric-sql/pglite';

/** A PGlite that reports each statement and its result. It can wait before each one, so that you can watch. */
export function shownDatabase({ pause, onStatement }) {
  return class ShownPGlite extends PGlite {
    static async create(...options) {
      const db = new this(...options);
      await db.waitReady;
      return db;
    }

    /** PGlite queries the database's types itself; that isn't part of the program. */
    async _initArrayTypes(options) {
      this.isAsking = true;
      await super._initArrayTypes(options);
      this.isAsking = false;
    }

    async query(text, parameters, options) {
      const run = () => super.query(text, parameters, options);
      return this.isAsking ? run() : shown(filledIn(text, parameters), run, answerOf);
    }

    async exec(text, options) {
      return shown(
        text,
        () => super.exec(text, options),
        (results) => results.map(answerOf).join('; '),
      );
    }
  };

  async function shown(text, run, answer) {
    const tell = onStatement(text.replace(/\s+/g, ' ').trim());
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    try {
      const result = await run();
      tell({ answer: answer(result) });
      return result;
    } catch (error) {
      tell({ error: error.message });
      throw error;
    }
  }
}

function filledIn(text, parameters = []) {
  return text.replace(/\$(\d+)/g, (_, number) => JSON.stringify(parameters[number - 1])?.replaceAll('"', "'"));
}

function answerOf({ rows, fields, affectedRows }) {
  if (fields.length === 0) return affectedRows ? `${affectedRows} row${affectedRows === 1 ? '' : 's'}` : '';
  const lines = rows.slice(0, 3).map((row) => Object.values(row).join(' '));
  return `${lines.join(' · ')}${rows.length > 3 ? ' …' : ''}` || 'no row';
}
