/** The fields of a message/delivery-status part (RFC 3464) in groups; also of its kin. */
import { type Fields, readFields } from './report-parts.ts';

/** Further groups of recipients are not read. */
export const maxGroups = 2000;

const recipientFields = ['final-recipient', 'original-recipient', 'x-actual-recipient'];

/**
 * Groups are divided by blank lines. Reporters forget the blank line between two recipients, or
 * put one inside a group: a second Final-Recipient begins a group, and a group that has an action
 * but no recipient belongs to the recipient before it.
 */
export function statusGroups(text: string): Fields[] {
  const groups: Map<string, string[]>[] = [];
  // One more, for the first is about the message.
  for (const block of text.split(/\n[ \t]*\n/, maxGroups + 1)) {
    for (const piece of splitAtRecipient(block)) {
      if (groups.length > maxGroups) return groups;
      const { fields } = readFields(piece, 0, piece.length);
      if (fields.size === 0) continue;
      const group = new Map([...fields].map(([name, values]) => [name, [...values]]));
      const last = groups.at(-1);
      if (last && belongs(group, last)) for (const [k, v] of group) last.set(k, v);
      else groups.push(group);
    }
  }
  return groups;
}

function belongs(group: Fields, last: Fields): boolean {
  if (hasRecipient(group) || !hasRecipient(last)) return false;
  return !last.has('action') || !last.has('status') || !group.has('action');
}

function hasRecipient(group: Fields): boolean {
  return recipientFields.some((name) => group.has(name));
}

function splitAtRecipient(block: string): string[] {
  const pieces: string[] = [];
  let seen = false;
  let lines: string[] = [];
  for (const line of block.split('\n')) {
    if (/^final-recipient:/i.test(line)) {
      if (seen && lines.length > 0) {
        // Original-Recipient and Action may stand before Final-Recipient; they go with it.
        const kept = trailing(lines);
        pieces.push(lines.slice(0, lines.length - kept).join('\n'));
        lines = lines.slice(lines.length - kept);
      }
      seen = true;
    }
    if (line !== '' || lines.length > 0) lines.push(line);
  }
  pieces.push(lines.join('\n'));
  return pieces;
}

function trailing(lines: readonly string[]): number {
  return /^original-recipient:/i.test(lines.at(-1) ?? '') ? 1 : 0;
}
