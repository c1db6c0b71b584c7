/** Texts for people, made of templates: what composers ask for, whoever keeps the templates. */
import type { ListView } from '../model/list.ts';
import type { TemplateValues } from './template.ts';

export type Rendered = { readonly subject: string; readonly text: string };

/**
 * Fills a template of that name with values; those of the list are always among them. It says in
 * which language it found one.
 */
export type Texts = (
  name: string,
  language: string,
  list: ListView,
  values: TemplateValues,
) => Promise<Rendered & { readonly language: string }>;

/** What every template can say of its list. */
export function listValues(list: ListView): Record<string, string> {
  const at = (sub: string) => `${list.name}-${sub}@${list.domain}`;
  return {
    list: list.settings.displayName || list.name,
    list_address: list.address,
    list_description: list.settings.description,
    request_address: at('request'),
    owner_address: at('owner'),
    join_address: at('join'),
    leave_address: at('leave'),
  };
}
