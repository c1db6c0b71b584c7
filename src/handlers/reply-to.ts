import {
  addressKey,
  formatMailbox,
  type Mailbox,
  mailboxesIn,
  parseAddressList,
} from '../mail/address.ts';
import type { Handler } from '../model/draft.ts';
import type { ListView } from '../model/list.ts';

/** More addresses to answer to than this are nobody's wish. */
const maxAnswers = 20;

/**
 * Where answers go. In order: the list's special address, what the author asked for (unless that
 * is stripped), the list itself; each once; an empty field is removed.
 */
export const replyTo: Handler = {
  name: 'reply-to',
  apply(draft, { list }) {
    const { headers } = draft;
    const before = mailboxesIn(headers, 'reply-to');
    const after = answers(list, before);
    if (after.length === 0) {
      return headers.has('reply-to') ? { ...draft, headers: headers.remove('Reply-To') } : draft;
    }
    // The author's own field, unchanged, keeps its bytes.
    const isSame = after.length === before.length && after.every((box, i) => box === before[i]);
    if (isSame && headers.raw('reply-to').length === 1) return draft;
    const value = after.map(({ name, address }) => formatMailbox(name, address)).join(', ');
    return { ...draft, headers: headers.setRaw('Reply-To', value) };
  },
};

type Answer = Mailbox & Required<Pick<Mailbox, 'address'>>;

function answers(list: ListView, original: readonly Mailbox[]): Answer[] {
  const { replyTo: policy, replyToAddress, stripReplyTo, displayName } = list.settings;
  const wanted: Mailbox[] = [];
  if (policy === 'address') wanted.push(...parseAddressList(replyToAddress));
  if (!stripReplyTo) wanted.push(...original);
  if (policy === 'list') {
    const own = { name: displayName, address: list.address, raw: list.address };
    // "The list last" also where the author put it first.
    const key = addressKey(list.address);
    const others = wanted.filter(({ address }) => !address || addressKey(address) !== key);
    return unique([...others, own]);
  }
  return unique(wanted);
}

function unique(mailboxes: readonly Mailbox[]): Answer[] {
  const found = new Map<string, Answer>();
  for (const box of mailboxes) {
    if (!hasAddress(box)) continue;
    const key = addressKey(box.address);
    if (!found.has(key)) found.set(key, box);
  }
  return [...found.values()].slice(0, maxAnswers);
}

function hasAddress(box: Mailbox): box is Answer {
  return box.address !== undefined;
}
