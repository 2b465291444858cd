import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { startService } from '../support/start-service.ts';

const run = promisify(execFile);
const service = await startService();
afterAll(() => service.stop());

/** The curl commands of a page, in order; each may go over several lines. */
function commandsOf(page: string): readonly string[] {
  const blocks = [...readFileSync(page, 'utf8').matchAll(/^```sh\n(.*?)^```/gms)].map(
    (match) => match[1] ?? '',
  );
  return blocks
    .flatMap((block) => block.split(/^(?=curl )/m))
    .filter((command) => command.startsWith('curl '));
}

async function answerOf(command: string) {
  const { stdout } = await run('bash', [
    '-c',
    command.replaceAll('localhost:8080', new URL(service.url).host),
  ]);
  return JSON.parse(stdout);
}

describe('the tour of the README', async () => {
  const commands = commandsOf('README.md');
  const answers: Awaited<ReturnType<typeof answerOf>>[] = [];
  for (const command of commands) answers.push(await answerOf(command));

  it('has its commands answered', () => {
    const failed = answers.slice(0, -1).filter((answer) => answer.success !== true);
    expect(failed).toEqual([]);
    expect(answers).toHaveLength(10);
  });

  it('finds, changes and adds up what it says', () => {
    const [, , ada, search, changed, aggregated, index, explained] = answers.map((answer) => answer.data);
    expect(ada).toMatchObject({ id: 'ada', data: { age: 36 }, version: 1 });
    expect(search.documents.map(({ id }: { id: string }) => id)).toEqual(['alan']);
    expect(changed.data).toMatchObject({ age: 37, tags: ['math', 'code', 'poetry'] });
    expect(aggregated.results).toEqual([
      { _id: 'code', people: 2, average_age: 41 },
      { _id: 'math', people: 2, average_age: 39 },
      { _id: 'poetry', people: 1, average_age: 37 },
    ]);
    expect(index.index_name).toBe('age_1');
    expect(JSON.stringify(explained)).toContain('age_1');
  });

  it('shows a mistake with its place', () => {
    expect(answers.at(-1)).toMatchObject({
      success: false,
      error: { code: 'INVALID_REQUEST', details: { path: 'filter.age.$gtt' } },
    });
  });
});

describe('the quick start', async () => {
  const commands = commandsOf('docs/QUICKSTART.md');

  it('has its commands answered', async () => {
    const failed = [];
    for (const command of commands) {
      const answer = await answerOf(command);
      if (answer.success !== true) failed.push({ command, answer });
    }
    expect(failed).toEqual([]);
    expect(commands.length).toBeGreaterThan(5);
  });
});
