/** Makes copies personal: what a posting needs for it, and what it is prepared with. */
import { faultOf, fillerOf, type PersonValues } from '../composers/template.ts';
import { listValues } from '../composers/text.ts';
import type { Config } from '../ground/config.ts';
import { parseAddress } from '../mail/address.ts';
import { fragmentName, holeText } from '../mail/hole.ts';
import { mailto } from '../mail/mailto.ts';
import type { Walkable } from '../mail/mime.ts';
import { personalBody } from '../mail/personal-body.ts';
import type { Draft, PersonalOccasion } from '../model/draft.ts';
import { type ListView, listAddress } from '../model/list.ts';
import {
  cutFragments,
  isTemplate,
  names,
  type Personal,
  personalNames,
} from '../model/personal.ts';
import { preferenceNames, wayNames } from '../model/preferences.ts';
import { transformed } from './write.ts';

/** What handlers must know; undefined where the list's copies are all the same. */
export function personalOccasion(
  { settings }: ListView,
  mark: string,
  { web }: Config,
): PersonalOccasion | undefined {
  if (settings.personalize === 'none') return undefined;
  return { mark, texts: settings.personalize === 'full', oneClick: web.url !== '' };
}

/** What batches are given; undefined where copies are all the same. */
export function personalWork(
  list: ListView,
  mark: string,
  fragments: readonly string[],
): Personal | undefined {
  if (list.settings.personalize === 'none') return undefined;
  const given = Object.entries(valuesOf(list)).filter(([name]) => names(fragments, name));
  return {
    mark,
    fragments: [...fragments],
    given: Object.fromEntries(given),
    name: list.name,
    domain: list.domain,
    language: list.settings.language,
    links: list.settings.linkVersion,
  };
}

/** A text in the template language with what is the same for all: of nobody nothing is known. */
export function filledForAll(text: string, list: ListView): string {
  const nobody: PersonValues = {
    address: '',
    name: '',
    language: list.settings.language,
    attributes: {},
    options: {},
    unsubscribe_link: plainLink(list, 'leave'),
    preferences_link: plainLink(list, 'request', 'show'),
  };
  return fillerOf(text, list.settings.language)({ ...valuesOf(list), ...nobody });
}

/**
 * What is wrong with a text of the list in the template language: it would go out as it was
 * written. What a list keeps of its members it may name, whether or not it keeps it by now.
 */
export function textFault(text: string, list: ListView): string | undefined {
  if (!isTemplate(text)) return undefined;
  const known = Object.fromEntries(personalNames.map((name) => [name, '']));
  const named = [...text.matchAll(/\battributes\.([A-Za-z_]\w*)/g)].map(([, name = '']) => name);
  const attributes = Object.fromEntries(named.map((name) => [name, '']));
  const options = Object.fromEntries([...preferenceNames, ...wayNames].map((name) => [name, '']));
  const values = { ...valuesOf(list), ...known, attributes, options };
  return faultOf(text, list.settings.language, values);
}

/** Where anybody can write to who has no link of his own. */
export function plainLink(list: ListView, sub: string, subject?: string): string {
  const address = parseAddress(listAddress(list, sub));
  return address === undefined ? '' : mailto(address, subject).slice(1, -1);
}

/** What texts may say of the list. */
function valuesOf(list: ListView): Readonly<Record<string, string>> {
  return { ...listValues(list), list_name: list.name, list_id: list.id, domain: list.domain };
}

/** A draft with the holes that its author wrote, in subject and text. */
export async function withOwnHoles(
  draft: Draft,
  personal: PersonalOccasion | undefined,
  { personalBody: isWanted }: ListView['settings'],
): Promise<Draft> {
  if (!personal?.texts || !isWanted) return draft;
  const { mark } = personal;
  let fragments: readonly string[] = draft.fragments ?? [];
  const cut = (text: string): string => {
    const done = cutFragments(text, mark, fragments);
    fragments = done.fragments;
    return done.text;
  };
  const transform = await personalBody(await walkable(draft), mark, isTemplate, cut);
  const subject = draft.headers.get('subject') ?? '';
  let { headers } = draft;
  if (isTemplate(subject)) {
    headers = headers.setRaw('Subject', holeText(mark, fragmentName(fragments.length, 'words')));
    fragments = [...fragments, subject];
  }
  const transforms = transform ? [...draft.transforms, transform] : draft.transforms;
  return { ...draft, headers, transforms, fragments };
}

/** As it will be when it is written. */
async function walkable(draft: Draft): Promise<Walkable> {
  return draft.transforms.length === 0 ? draft : await transformed(draft);
}
