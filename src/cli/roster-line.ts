/** One line of a roster that comes in: a member, or why it is none. */
import type { Role } from '../model/list.ts';
import type { StagedMember } from '../store/store.ts';

/** What one line says, or why it says nothing. */
export type RosterLine =
  | { readonly kind: 'member'; readonly member: StagedMember }
  | { readonly kind: 'bad'; readonly line: number; readonly why: string };

/** A line that names a member, unless its address or its name cannot be read. */
export function lineOf(
  line: number,
  address: StagedMember['address'] | undefined,
  more: {
    readonly name: string;
    readonly shown: string;
    readonly role: Role;
    readonly wish?: StagedMember['wish'];
  },
): RosterLine {
  const { name, shown, role, wish } = more;
  if (shown.includes('\ufffd') || name.includes('\ufffd')) {
    return { kind: 'bad', line, why: `not UTF-8: ${brief(shown)}` };
  }
  if (address === undefined) return { kind: 'bad', line, why: `no mail address: ${brief(shown)}` };
  const named = name === '' ? {} : { name };
  return { kind: 'member', member: { line, address, role, wish: { ...wish, ...named } } };
}

/** As much of a line as a complaint shows. */
export function brief(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
}
