/** How each test has ended, by its title. */
export type Report = Readonly<Record<string, Ended>>;

interface Ended {
  readonly isPassed: boolean;
  readonly failures: readonly string[];
}

interface JestReport {
  readonly testResults: readonly {
    readonly assertionResults: readonly {
      readonly title: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

interface PlaywrightSuite {
  readonly suites?: readonly PlaywrightSuite[];
  readonly specs: readonly {
    readonly title: string;
    readonly ok: boolean;
    readonly tests: readonly {
      readonly results: readonly { readonly errors: readonly { message?: string; value?: string }[] }[];
    }[];
  }[];
}

/** Read what runners write. */
export const readers = {
  /** Jest's report, which Vitest writes, too. */
  json(text: string): Report {
    const { testResults } = JSON.parse(text) as JestReport;
    return Object.fromEntries(
      testResults.flatMap(({ assertionResults }) =>
        assertionResults.map(({ title, status, failureMessages }) => [
          title,
          { isPassed: status === 'passed', failures: failureMessages },
        ]),
      ),
    );
  },

  playwright(text: string): Report {
    return Object.fromEntries(specsOf((JSON.parse(text) as { suites: PlaywrightSuite[] }).suites));
  },

  /** The report of node:test, Bun and Deno. */
  junit(text: string): Report {
    const cases = text.matchAll(/<testcase name="([^"]*)"[^>]*?(\/>|>([^]*?)<\/testcase>)/g);
    return Object.fromEntries(
      [...cases].map(([, name = '', , content = '']) => {
        const failures = [...content.matchAll(/<failure[^]*?(\/>|<\/failure>)/g)].map(([failure]) => decoded(failure));
        return [decoded(name), { isPassed: failures.length === 0, failures }];
      }),
    );
  },
};

type Entry = [string, Ended];

function specsOf(suites: readonly PlaywrightSuite[]): Entry[] {
  return suites.flatMap(({ suites: inner = [], specs }) => [
    ...specs.map(({ title, ok, tests }): Entry => {
      const errors = tests.flatMap(({ results }) => results.flatMap(({ errors }) => errors));
      return [title, { isPassed: ok, failures: errors.map(({ message, value }) => String(message ?? value)) }];
    }),
    ...specsOf(inner),
  ]);
}

const entities: Partial<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&', '#10': '\n' };

function decoded(text: string): string {
  return text.replace(/&([#\w]+);/g, (entity, name: string) => entities[name] ?? entity);
}
