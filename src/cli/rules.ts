/** `listmill rules`: what is asked of postings, in which order, and what hits mean. */
import { UsageError } from '../ground/errors.ts';
import type { ListView } from '../model/list.ts';
import {
  chosenRules,
  isRuleName,
  meanings,
  type RuleLine,
  readRuleAction,
  ruleNames,
  ruleTable,
} from '../model/rule-table.ts';
import { findList, jsonOption, listHelp, whoAmI } from './arguments.ts';
import type { Io, Verb } from './command.ts';
import { type Column, type Format, list as listing, writeLine } from './output.ts';

type SetOptions = { readonly order?: string; readonly reset?: boolean };

type Row = RuleLine & { readonly usual: string; readonly from: string };

export const rules: Verb = (program, io) => {
  const family = program.command('rules').description('what is asked of postings');

  family
    .command('ls')
    .description('the rules in order, and what a hit of each means')
    .argument('[list]', `as this list has them: ${listHelp}; else as the site has them`)
    .addOption(jsonOption())
    .action(async (text: string | undefined, format: Format) => showRules(io, text, format));

  family
    .command('set')
    .description('change what hits mean on a list, or the order')
    .argument('<list>', listHelp)
    .argument('[changes...]', `RULE=${meanings.join('|')}; RULE= as the site has it`)
    .option('--order <rules>', 'a,b,c: these rules in this order among their places')
    .option('--reset', 'all as the site has it, before the changes')
    .action(async (text: string, changes: readonly string[], options: SetOptions) => {
      const store = await (await io.site()).store();
      const view = await findList(store, text);
      const wishes = wishesOf(view, changes, options);
      await store.as(whoAmI()).changeSettings(view.id, wishes);
      await showRules(io, view.id, {});
    });
};

function wishesOf({ settings }: ListView, changes: readonly string[], options: SetOptions) {
  if (changes.length === 0 && options.order === undefined && !options.reset) {
    throw new UsageError('nothing to change: give RULE=ACTION, --order or --reset');
  }
  const actions = new Map(
    (options.reset ? [] : settings.ruleActions).map((line) => [nameIn(line), line] as const),
  );
  for (const change of changes) {
    const name = nameIn(change);
    if (change.endsWith('=')) actions.delete(name);
    else if (readRuleAction(change)) actions.set(name, change);
    else throw new UsageError(`"${change}" is not RULE=${meanings.join('|')}`);
  }
  const order = orderIn(options.order) ?? (options.reset ? [] : settings.ruleOrder);
  return [
    { name: 'ruleActions', value: [...actions.values()] },
    { name: 'ruleOrder', value: order },
  ] as const;
}

function nameIn(change: string): string {
  return wantRule(change.slice(0, change.indexOf('=')).trim());
}

function orderIn(text: string | undefined): string[] | undefined {
  if (text === undefined) return undefined;
  const names = text.split(',').map((name) => name.trim());
  return names.filter((name) => name !== '').map(wantRule);
}

function wantRule(name: string): string {
  if (isRuleName(name)) return name;
  throw new UsageError(`no rule "${name}"; there are ${ruleNames.join(', ')}`);
}

async function showRules(io: Io, text: string | undefined, format: Format): Promise<void> {
  const site = await io.site();
  const ofSite = site.config.rules;
  const store = text === undefined ? undefined : await site.store();
  const view = store && text !== undefined ? await findList(store, text) : undefined;
  const own = view
    ? { actions: view.settings.ruleActions, order: view.settings.ruleOrder }
    : { actions: [], order: [] };
  const rows = chosenRules(ofSite, own).map(
    ({ name, meaning }): Row => ({
      name,
      meaning,
      usual: ruleTable[name],
      from: originOf(name, own.actions) ? 'list' : originOf(name, ofSite.actions) ? 'site' : '',
    }),
  );
  const columns: readonly Column<Row>[] = [
    { title: 'RULE', of: (row) => row.name },
    { title: 'A HIT MEANS', of: (row) => row.meaning },
    { title: 'USUALLY', of: (row) => row.usual },
    { title: 'SET BY', of: (row) => row.from },
  ];
  await listing(io, format, rows, columns);
  if (!format.json && view) await writeLine(io, `These are the rules of ${view.address}.`);
}

function originOf(name: string, actions: readonly string[]): boolean {
  return actions.some((line) => readRuleAction(line)?.name === name);
}
