/** Which parts of a message a list passes on. */
import { extensionOf, matchesType } from './part-types.ts';
import type { PartView } from './posting.ts';
import type { Settings } from './settings.ts';

export type FilterSettings = Pick<
  Settings,
  'filterTypes' | 'passTypes' | 'filterExtensions' | 'passExtensions'
>;

/** A part as the filter looks at it. */
export type Filterable = { readonly type: string; readonly filename: string | undefined };

/** Whether a part that holds others may stand: it is only looked at whether it is unwanted. */
export function passesContainer(type: string, { filterTypes }: FilterSettings): boolean {
  return !filterTypes.some((entry) => matchesType(entry, type));
}

/** Whether a part with content passes: not unwanted, and wanted where that is said. */
export function passesContent({ type, filename }: Filterable, settings: FilterSettings): boolean {
  const { filterTypes, passTypes, filterExtensions, passExtensions } = settings;
  if (filterTypes.some((entry) => matchesType(entry, type))) return false;
  if (passTypes.length > 0 && !passTypes.some((entry) => matchesType(entry, type))) return false;
  const extension = extensionOf(filename);
  if (extension === undefined) return true;
  const has = (entries: readonly string[]): boolean =>
    entries.some((entry) => entry.trim().replace(/^\./, '').toLowerCase() === extension);
  if (has(filterExtensions)) return false;
  return passExtensions.length === 0 || has(passExtensions);
}

/** Whether the filter would leave nothing of a message. */
export function leavesNothing(parts: readonly PartView[], settings: FilterSettings): boolean {
  return !parts.some(
    (part) =>
      part.inside.every((type) => passesContainer(type, settings)) && passesContent(part, settings),
  );
}
