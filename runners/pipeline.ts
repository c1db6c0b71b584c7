/**
 * pipeline - prepare an accepted posting for its readers, and hand it to those who pass it on
 *
 * Store:  reads the list, the posting's number, the roster of a small list, DMARC policies; writes
 *         the mailing's totals of a small list
 * Fails:  store or disk not ready, the posting waits; anything else, it is shunted
 * Bugs:   a change of settings between acceptance and this step counts already
 */
import { acknowledgement } from '../src/engine/acknowledge.ts';
import {
  type Authenticate,
  authenticator,
  resultsChange,
  withResults,
} from '../src/engine/authenticate.ts';
import { aliasChanges, aliasOf } from '../src/engine/author-alias.ts';
import { defineEquipped } from '../src/engine/define.ts';
import type { Desk, Entry } from '../src/engine/desk.ts';
import { draftPosting } from '../src/engine/drafting.ts';
import { isSecond } from '../src/engine/judging.ts';
import { personalWork } from '../src/engine/personal.ts';
import { postingPuts } from '../src/engine/posting-puts.ts';
import { audienceOf } from '../src/engine/readers.ts';
import { siteTexts, siteWords, type Texts, type Words } from '../src/engine/templates.ts';
import { muteAddress, threadTagOf } from '../src/engine/threads.ts';
import type { Address } from '../src/mail/address.ts';
import { tag } from '../src/mail/keyed.ts';
import { isBroken, readMessage } from '../src/mail/message.ts';
import type { WorkOf } from '../src/model/entry.ts';
import { rootId } from '../src/model/ids.ts';
import { listAddress } from '../src/model/list.ts';
import { finish, type Outcome, park } from '../src/model/outcome.ts';
import { hasOwnPaths } from '../src/model/return-paths.ts';

export const runner = defineEquipped(
  { reads: 'pipeline', writes: ['archive', 'digest', 'mailing', 'virgin', 'outgoing'], batch: 32 },
  async (site) => {
    const { templates } = site.paths;
    const kept = {
      texts: siteTexts(templates, site.log),
      words: siteWords(templates, site.log),
      authenticate: authenticator(site.config, site.paths),
    };
    return { step: (entry, desk) => step(entry, desk, kept), close: async () => undefined };
  },
);

type Written = 'archive' | 'digest' | 'mailing' | 'virgin' | 'outgoing';

type Kept = {
  readonly texts: Texts;
  readonly words: Words;
  readonly authenticate: Authenticate;
};

async function step(entry: Entry, desk: Desk, kept: Kept): Promise<Outcome<Written>> {
  const { texts, words, authenticate } = kept;
  const { meta } = entry;
  const list = meta.list && (await desk.books.list(meta.list));
  if (!list) return { fate: park('shunt', `there is no list ${meta.list}`) };
  const message = await readMessage(entry.message, {
    maxHeaderBytes: desk.config.limits.headerBytes,
  });
  if (isBroken(message)) return { fate: park('bad', message.reason) };
  if (meta.work.kind === 'posting' && !meta.work.approved) {
    if (await isSecond(desk, meta, list, message.headers)) {
      return { fate: finish, tell: { event: 'duplicate', list: list.id } };
    }
  }
  const number = (await desk.books.postingNumber(list.id, rootId(meta.id))) ?? 0;
  const thread = threadTagOf(desk.secret, list, message.headers);
  const { separator } = desk.config.site;
  const muting = thread === undefined ? undefined : muteAddress(list, separator, thread);
  const mark = tag(desk.secret.for('hole'), 'hole', meta.id);
  const alias = (author: Address) => aliasOf(desk.secret, list, separator, author);
  const marks = { muteAddress: muting, mark, alias };
  const dressed = await draftPosting(desk, list, message, number, words, marks);
  const authenticated = await authenticate(message, list, meta.received);
  const { drafted, arc } = withResults(dressed, list, authenticated);
  const personal = personalWork(list, mark, drafted.draft.fragments ?? []);
  const audience = await audienceOf(desk, meta, list, message, { ...drafted, thread }, number);
  const work: WorkOf<'mailing'> = {
    kind: 'mailing',
    mode: hasOwnPaths(list.settings, number) ? 'verp' : 'shared',
    returnPath: listAddress(list, 'bounces'),
    dsn: list.settings.dsn,
    ...(personal === undefined ? {} : { personal }),
    ...(arc === undefined ? {} : { arc }),
    audience,
    cursor: 0,
    batches: 0,
    recipients: 0,
  };
  const readers = { list, message, number, audience, work, muteAddress: muting };
  const posted = await postingPuts(entry, desk, readers, drafted, texts);
  const { puts, changes = [], ...more } = posted;
  const told = await acknowledgement(entry, desk, list, message, texts);
  const aliased = await aliasChanges(desk, list, drafted.alias);
  return {
    ...more,
    changes: [...changes, ...aliased, ...resultsChange(list.id, rootId(meta.id), authenticated)],
    puts: told ? [...puts, told] : puts,
    fate: finish,
  };
}
