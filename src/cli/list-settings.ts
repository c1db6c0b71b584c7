/** `listmill list set|history`: settings, their versions, and the way back. */
import * as z from 'zod/mini';
import { textFault } from '../engine/personal.ts';
import { exit, UsageError } from '../ground/errors.ts';
import type { ListView } from '../model/list.ts';
import {
  groups,
  keptText,
  readSetting,
  type SettingName,
  type Settings,
  settingName,
  settingNames,
  settingTable,
} from '../model/settings.ts';
import type { SettingEdit, SettingWish } from '../store/store.ts';
import { asFlag, findList, jsonOption, listHelp, whoAmI } from './arguments.ts';
import type { Command, Io } from './command.ts';
import { type Column, type Format, list as listing, note, when, writeLine } from './output.ts';

type SetOptions = Format & { readonly reset?: readonly string[]; readonly revert?: string };

export function addSettingCommands(family: Command, io: Io): void {
  family
    .command('set')
    .description('change settings; without any, say which there are')
    .argument('<list>', listHelp)
    .argument('[settings...]', 'NAME=VALUE; a list of values is JSON or a,b,c')
    .option('--reset <name...>', 'take the default again')
    .option('--revert <version>', 'make all settings what they were in that version')
    .addOption(jsonOption())
    .action(async (text: string, words: readonly string[], options: SetOptions) => {
      const wishes = parseWishes(words, options.reset ?? []);
      const version = wantVersion(options.revert);
      const store = await (await io.site()).store();
      const { id, settings } = await findList(store, text);
      const admin = store.as(whoAmI());
      if (version !== undefined && wishes.length > 0) {
        throw new UsageError('--revert goes alone');
      }
      if (version === undefined && wishes.length === 0) {
        if (options.json) return tellSettings(io, settings);
        return explainSettings(io);
      }
      if (options.json) throw new UsageError('--json tells of settings; it changes none');
      const changed =
        version === undefined
          ? await admin.changeSettings(id, wishes)
          : await admin.revertSettings(id, version);
      const after = await findList(store, id);
      for (const name of changed) {
        await writeLine(io, `${name} = ${JSON.stringify(after.settings[name])}`);
        await tellFault(io, name, after);
      }
      const facts = await store.listFacts(id);
      await writeLine(
        io,
        changed.length === 0 ? 'Nothing changed.' : `This is version ${facts.version}.`,
      );
    });

  family
    .command('history')
    .description('who changed which setting, when, from what to what')
    .argument('<list>', listHelp)
    .addOption(jsonOption())
    .action(async (text: string, format: Format) => {
      const store = await (await io.site()).store();
      const { id } = await findList(store, text);
      const columns: readonly Column<SettingEdit>[] = [
        { title: 'VERSION', of: (row) => row.version, align: 'right' },
        { title: 'WHEN', of: (row) => when(row.at) },
        { title: 'WHO', of: (row) => row.who },
        { title: 'SETTING', of: (row) => row.name },
        { title: 'OLD', of: (row) => spell(row.old) },
        { title: 'NEW', of: (row) => spell(row.new) },
      ];
      const edits = await store.settingHistory(id);
      await listing(io, format, edits, columns, 'All settings are as they were from the start.');
    });
}

/** A footer that is no template stops no mail, so nobody else would tell. */
async function tellFault(io: Io, name: SettingName, list: ListView): Promise<void> {
  if (name !== 'header' && name !== 'footer') return;
  const fault = textFault(list.settings[name], list);
  if (!fault) return;
  const isName = fault.startsWith('undefined variable');
  const so = isName ? 'nothing will stand there' : 'it will go out as it is written';
  await note(io, `listmill: ${name}: ${fault}: ${so}`);
}

function spell(value: unknown): string {
  return value === null ? '(default)' : JSON.stringify(value);
}

async function explainSettings(io: Io): Promise<void> {
  for (const [group, title] of Object.entries(groups)) {
    await writeLine(io, `${title}:`);
    for (const name of settingNames) {
      const { group: own, initial, help } = settingTable[name];
      if (own === group)
        await writeLine(io, `  ${name} = ${JSON.stringify(initial)}\n      ${help}`);
    }
  }
}

/** For programs: what there is, with the values of the list. */
async function tellSettings(io: Io, settings: Settings): Promise<void> {
  const rows = settingNames.map((name) => {
    const { group, initial, help } = settingTable[name];
    return { name, group, value: settings[name], initial, help };
  });
  await listing(io, { json: true }, rows, []);
}

function wantVersion(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new UsageError(`"${text}" is no version number`);
  return Number(text);
}

/** `NAME=VALUE` and names to reset, as wishes. */
export function parseWishes(words: readonly string[], resets: readonly string[]): SettingWish[] {
  const wishes = words.map((word): SettingWish => {
    const cut = word.indexOf('=');
    if (cut < 1) throw new UsageError(`"${word}" is not of the form NAME=VALUE`);
    const name = wantSetting(word.slice(0, cut));
    return { name, value: readValue(name, word.slice(cut + 1)) };
  });
  return [...wishes, ...resets.map((text) => ({ name: wantSetting(text), value: undefined }))];
}

function wantSetting(text: string): SettingName {
  const name = settingName(text);
  if (name !== undefined) return name;
  throw new UsageError(
    `no setting "${text}"; "listmill list set LIST" tells of all: ${settingNames.join(', ')}`,
    exit.usage,
  );
}

const texts = z.array(z.string());

/** A value as people write it: the type of the default says how to read it. */
function readValue(name: SettingName, text: string): unknown {
  const { initial } = settingTable[name];
  const value = valueLike(initial, typeof initial === 'string' ? keptText(name, text) : text);
  if (value !== undefined && readSetting(name, value).kind === 'value') return value;
  const read = readSetting(name, value ?? text);
  const wanted = read.kind === 'wrong' ? read.wanted : 'another value';
  throw new UsageError(
    `${name} cannot be "${text}"; wanted: ${wanted}\n  ${name}: ${settingTable[name].help}\n` +
      `  default: ${JSON.stringify(initial)}`,
    exit.dataErr,
  );
}

function valueLike(initial: unknown, text: string): unknown {
  if (typeof initial === 'boolean') return asFlag(text);
  if (typeof initial === 'number') return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
  if (!Array.isArray(initial)) return text.replaceAll('\\n', '\n');
  if (text.trim() === '') return [];
  if (!text.trimStart().startsWith('[')) return text.split(',').map((part) => part.trim());
  try {
    return texts.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
