import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { before, describe, test } from 'node:test';
import { Command, type Io } from '../src/cli/command.ts';
import { verbs } from '../src/cli/verbs.ts';
import { parseConfig } from '../src/ground/config.ts';
import { runnerConfig } from '../src/ground/config-schema.ts';
import { subAddresses } from '../src/model/incoming-work.ts';
import { runnerNames } from '../src/model/runners.ts';
import { root } from './sources.ts';

const configFile = 'config/listmill.toml';
const configText = readFileSync(join(root, configFile), 'utf8');

/** What people read, by its path. */
const pages = new Map(
  ['README.md', 'CHANGELOG.md', 'spool/README.md', 'runners/README.md', 'config/README.md']
    .concat(existsSync(join(root, 'docs')) ? readdirSync(join(root, 'docs')).map(inDocs) : [])
    .filter((path) => path.endsWith('.md') && existsSync(join(root, path)))
    .map((path) => [path, readFileSync(join(root, path), 'utf8')] as const),
);

function inDocs(name: string): string {
  return join('docs', name);
}

describe('pages about mail servers', () => {
  for (const name of ['postfix', 'exim', 'opensmtpd', 'sendmail']) {
    test(`${name}: every address of a list gets through`, () => {
      const page = pages.get(`docs/mta-${name}.md`) ?? '';
      const missing = subAddresses.filter((one) => !new RegExp(`[-(|]${one}\\b`).test(page));
      assert.deepEqual(missing, []);
    });
  }
});

describe('config/listmill.toml', () => {
  const uncommented = configText.replaceAll(/^#(\w+ = )/gm, '$1');

  test('is right as it is, and also with every key taken out of its comment', () => {
    parseConfig(configText, configFile);
    parseConfig(uncommented, configFile);
  });

  test('shows the defaults', () => {
    const { runners, relay, ...written } = parseConfig(uncommented, configFile);
    const { runners: _, relay: plain, ...initial } = parseConfig('', configFile);
    assert.deepEqual(written, initial);
    const { user, passwordFile, helo, name, ...relayed } = relay[0] ?? assert.fail('no relay');
    assert.deepEqual(relayed, plain[0]);
    const { maxWorkers, ...outgoing } = runnerConfig({ ...initial, relay, runners }, 'outgoing');
    assert.deepEqual(outgoing, runnerConfig(parseConfig('', configFile), 'outgoing'));
  });

  test('names every key', () => {
    const {
      runners: _,
      relay: [relay],
      ...config
    } = parseConfig('', configFile);
    const runner = runnerConfig(parseConfig('', configFile), 'outgoing');
    const optional = ['user', 'passwordFile', 'helo', 'maxWorkers'];
    const keys = [...leaves(config), ...Object.keys(relay ?? {}), ...Object.keys(runner)];
    const missing = [...keys, ...optional].filter(
      (key) => !new RegExp(`^#?${key.split('.').at(-1)} = `, 'm').test(configText),
    );
    assert.deepEqual(missing, []);
  });

  test('names every runner that can be told how many it is', () => {
    const missing = runnerNames.filter((name) => !configText.includes(`[runners.${name}]`));
    assert.deepEqual(missing, []);
  });
});

function* leaves(value: object, above = ''): Generator<string> {
  for (const [key, inner] of Object.entries(value)) {
    const name = above === '' ? key : `${above}.${key}`;
    if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) {
      yield* leaves(inner, name);
    } else yield name;
  }
}

/** The whole command line: nothing of it is run. */
async function loadProgram(): Promise<Command> {
  const program = new Command('listmill').option('--site <dir>').option('-V, --version');
  const io = new Proxy({} as Io, {
    get: (_, name) => {
      throw new Error(`a verb asks for ${String(name)} before it is called`);
    },
  });
  const loaded = new Set<unknown>();
  for (const { load } of verbs) {
    const verb = await load();
    if (loaded.has(verb)) continue;
    loaded.add(verb);
    verb(program, io);
  }
  return program;
}

describe('the command line', () => {
  let program: Command;
  before(async () => {
    program = await loadProgram();
  });

  test('every verb of the table is there, and no other', () => {
    const names = program.commands.map((command) => command.name()).sort();
    assert.deepEqual(names, verbs.map(({ name }) => name).sort());
  });

  test('each verb, argument and option says what it is', () => {
    const silent: string[] = [];
    const walk = (command: Command, way: string) => {
      const here = `${way} ${command.name()}`;
      if (command.description() === '') silent.push(here);
      for (const { long, description } of command.options) {
        if (description === '' && way !== '') silent.push(`${here} ${long}`);
      }
      for (const inner of command.commands) walk(inner, here);
    };
    for (const command of program.commands) walk(command, 'listmill');
    assert.deepEqual(silent, []);
  });

  test('whatever lists or shows does so for programs as well', () => {
    const mute: string[] = [];
    const telling = new Set(['ls', 'show', 'find', 'history', 'status', 'trace', 'map', 'cron']);
    const walk = (command: Command, way: string) => {
      const here = `${way} ${command.name()}`;
      const isMute = command.options.every(({ long }) => long !== '--json');
      if (telling.has(command.name()) && isMute) mute.push(here);
      for (const inner of command.commands) walk(inner, here);
    };
    for (const command of program.commands) walk(command, 'listmill');
    assert.deepEqual(mute, []);
  });

  test('what the documents say of it is true: verbs, sub-verbs and options', () => {
    const wrong = [...pages].flatMap(([path, text]) =>
      callsIn(text).flatMap((words) => {
        const fault = faultOf(program, words);
        return fault === undefined ? [] : [`${path}: listmill ${words.join(' ')}: ${fault}`];
      }),
    );
    assert.deepEqual(wrong, []);
  });

  test('docs/cli.md has every verb and sub-verb', () => {
    const text = pages.get('docs/cli.md') ?? '';
    const missing: string[] = [];
    const walk = (command: Command, way: string) => {
      const here = `${way} ${command.name()}`;
      const isFamily = command.commands.length > 0;
      if (!isFamily && !new RegExp(`\`${here}[ \`]`).test(text)) missing.push(here);
      for (const inner of command.commands) walk(inner, here);
    };
    for (const command of program.commands) walk(command, 'listmill');
    assert.deepEqual(missing, []);
  });
});

/** The command lines in a text: in code spans and in indented or fenced blocks. */
function callsIn(text: string): string[][] {
  const spans = [...text.matchAll(/`([^`\n]+)`/g)].map(([, span]) => span ?? '');
  const blocks = text.split('\n').filter((line) => /^(?: {4}|\t|\s*\$ |listmill )/.test(line));
  return [...spans, ...blocks].flatMap((code) => {
    const lines = code.replace(/\s+#.*$/, '').split(/&&|\|\||[|;]|\$\(/);
    return lines.flatMap((line) => {
      const [, rest] =
        /(?:^|\s|\/)listmill\s+(?!listmill\b)((?:--|[a-z]).*)$/.exec(line.trim()) ?? [];
      return rest === undefined
        ? []
        : [rest.split(/\s+/).map((word) => word.replace(/[)"']+$/, ''))];
    });
  });
}

function faultOf(program: Command, words: readonly string[]): string | undefined {
  let command = program;
  for (const [at, word] of words.entries()) {
    if (/^--[a-z]/.test(word)) {
      const name = word.replace(/=.*$/, '');
      const known = [command, program].some((one) =>
        one.options.some(
          ({ long, negate }) => long === name || (negate && long === `--no-${name}`),
        ),
      );
      if (!known && name !== '--help') return `there is no option ${name}`;
      continue;
    }
    if (!/^[a-z][a-z|-]*$/.test(word) || words[at - 1] === '--site') continue;
    if (command.commands.length === 0 || word === 'help') break;
    // `ls|show` names several.
    const inner = word.split('|').map((name) => command.commands.find((c) => c.name() === name));
    const missing = inner.indexOf(undefined);
    if (missing >= 0) return `there is no ${word.split('|')[missing]}`;
    const [next] = inner;
    if (inner.length > 1 || next === undefined) break;
    command = next;
  }
  return undefined;
}

describe('the documents', () => {
  test('name only keys of the configuration that there are', () => {
    const { relay, runners, ...config } = parseConfig('', configFile);
    const keys = new Set([
      ...leaves(config),
      ...Object.keys(relay[0] ?? {}).map((key) => `relay.${key}`),
    ]);
    const sections = Object.entries(config).flatMap(([name, value]) =>
      typeof value === 'object' ? [name] : [],
    );
    const form = new RegExp(`\`(${[...sections, 'relay'].join('|')})\\.(\\w+)\``, 'g');
    const optional = ['relay.user', 'relay.passwordFile', 'relay.helo'];
    const wrong = [...pages].flatMap(([path, text]) =>
      [...text.matchAll(form)]
        .map(([, section, key]) => `${section}.${key}`)
        .filter((key) => !keys.has(key) && !optional.includes(key))
        .map((key) => `${path}: ${key}`),
    );
    assert.deepEqual(wrong, []);
  });

  test('link only to files that are there', () => {
    const wrong = [...pages].flatMap(([path, text]) =>
      [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)#\s]+)/g)]
        .filter(([, to]) => !existsSync(join(root, dirname(path), to ?? '')))
        .map(([, to]) => `${path}: ${to}`),
    );
    assert.deepEqual(wrong, []);
  });

  test('have a line for each runner', () => {
    const text = pages.get('runners/README.md') ?? '';
    assert.deepEqual(
      runnerNames.filter((name) => !text.includes(`| \`${name}\` |`)),
      [],
    );
  });
});
