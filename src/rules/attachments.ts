import { extensionOf, matchesType } from '../model/part-types.ts';
import { reason } from '../model/phrases.ts';
import type { Hit, PartView, Rule } from '../model/posting.ts';
import type { Settings } from '../model/settings.ts';

/** What a moderator should see before everybody gets it: kinds of files, and large ones. */
export const attachments: Rule = {
  name: 'attachments',
  needs: ({ settings: { forbiddenAttachments, maxAttachmentBytes } }) =>
    forbiddenAttachments.length === 0 && maxAttachmentBytes === 0 ? [] : ['parts'],
  check({ parts, partsTrouble, list }) {
    for (const part of parts) {
      const hit = forbidden(part, list.settings) ?? tooLarge(part, list.settings);
      if (hit) return hit;
    }
    if (partsTrouble === undefined) return undefined;
    return { why: reason('parts-unreadable', { trouble: partsTrouble }) };
  },
};

function forbidden(part: PartView, { forbiddenAttachments }: Settings): Hit | undefined {
  const entry = forbiddenAttachments.find((one) =>
    one.includes('/')
      ? matchesType(one, part.type)
      : extensionOf(part.filename) === one.trim().replace(/^\./, '').toLowerCase(),
  );
  if (entry === undefined) return undefined;
  const { filename: name = '', type } = part;
  return { why: reason('attachment-forbidden', { name, type, entry }) };
}

function tooLarge(part: PartView, { maxAttachmentBytes: limit }: Settings): Hit | undefined {
  if (limit === 0 || !part.isAttachment || part.bytes <= limit) return undefined;
  const { filename: name = '', bytes } = part;
  return { why: reason('attachment-large', { name, bytes, limit }) };
}
