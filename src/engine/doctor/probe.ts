/** Sends a message out through the MTA and looks whether it comes back to us. */
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { uptimeMs } from '../../ground/clock.ts';
import { explain } from '../../ground/errors.ts';
import { freshWord } from '../../ground/secret.ts';
import type { ListView } from '../../model/list.ts';
import { recipientsOf } from '../../model/recipients.ts';
import { connect } from '../../mta/connection.ts';
import { Untried } from '../../mta/delivery.ts';
import { renderMessage } from '../../mta/render.ts';
import type { Answer, RelaySettings } from '../../mta/types.ts';
import { metaFile } from '../../spool/layout.ts';
import { claimedIn, waitingIn } from '../../spool/places.ts';
import type { Site } from '../site.ts';
import { examiner, type Finding } from './finding.ts';

const lookMs = 250;
/** So much of the log is read for each look. */
const logBytes = 4_194_304;

/**
 * The probe goes to a bounce address of the list, as an answering machine would write there: the
 * bounce runner hears of it and does nothing. It has come back when the log or the queue knows its
 * address.
 */
export async function probe(
  site: Site,
  relay: RelaySettings,
  list: ListView,
  waitMs: number,
): Promise<Finding> {
  const { ok, bad } = examiner('probe', relay.name);
  const word = freshWord().slice(0, 10);
  const { separator } = site.config.site;
  const at = (what: string) => `${list.name}-bounces${separator}${what}-${word}@${list.domain}`;
  const logAt = logSize(site);
  const signal = AbortSignal.timeout(waitMs);
  try {
    const answer = await send(relay, at('probe'), at('sender'), list, signal);
    if (answer?.kind !== 'delivered') {
      const said = answer === undefined ? 'nothing' : `${answer.code} ${answer.text}`;
      return bad(`The MTA did not take the probe: ${said}.`, 'See hand-off and transport.');
    }
    const sentAt = uptimeMs();
    for (;;) {
      const found = look(site, logAt, word);
      const tookMs = Math.round(uptimeMs() - sentAt);
      if (found === 'back') return ok(`A message went through it and was back after ${tookMs} ms.`);
      if (found === 'bounced') {
        return bad('The MTA took the probe and bounced it.', 'The log of the MTA says why.');
      }
      if (signal.aborted) break;
      await pause(lookMs);
    }
    const queued = answer.queueId === undefined ? '' : ` (there it is ${answer.queueId})`;
    const text = `The MTA took the probe${queued}, and it did not come back in ${waitMs / 1000} s.`;
    return bad(text, 'Look in the log of the MTA where it went; see also "listmill status".');
  } catch (error) {
    return bad(`The probe could not be sent: ${explain(error)}.`, 'See hand-off.');
  }
}

async function send(
  relay: RelaySettings,
  to: string,
  from: string,
  list: ListView,
  signal: AbortSignal,
): Promise<Answer | undefined> {
  const text = [
    `From: ${list.address}`,
    `To: ${to}`,
    'Subject: Out of office: a probe of listmill doctor',
    `Message-ID: <${to}>`,
    'Auto-Submitted: auto-replied',
    'Precedence: bulk',
    '',
    'This message only shows that it comes back.',
    '',
  ].join('\r\n');
  const source = async function* () {
    yield Buffer.from(text);
  };
  const message = await renderMessage(source, undefined);
  await using connection = await connect(relay, signal);
  let answer: Answer | undefined;
  const delivery = {
    message,
    recipients: recipientsOf([[to]]),
    envelope: { kind: 'shared', returnPath: from },
  } as const;
  await connection.deliver(
    delivery,
    new Untried([0]),
    (_, one) => {
      answer = one;
    },
    signal,
  );
  return answer;
}

function look(site: Site, logAt: number, word: string): 'back' | 'bounced' | undefined {
  for (const line of logSince(site, logAt).split('\n')) {
    if (!line.includes(word)) continue;
    if (line.includes(`probe-${word}`) || line.includes('"auto-reply"')) return 'back';
    if (line.includes('"received"')) return 'bounced';
  }
  for (const place of [...waitingIn(site.spool, 'bounce'), ...claimedIn(site.spool, 'bounce')]) {
    const file = join(place.folder, metaFile);
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    if (text.includes(`+probe-${word}`) || text.includes(`"probe-${word}`)) return 'back';
  }
  return undefined;
}

function logSize({ paths }: Site): number {
  return paths.log !== 'stderr' && existsSync(paths.log) ? statSync(paths.log).size : 0;
}

function logSince({ paths }: Site, from: number): string {
  if (paths.log === 'stderr' || !existsSync(paths.log)) return '';
  const file = openSync(paths.log, 'r');
  try {
    const bytes = Buffer.alloc(logBytes);
    return bytes.toString('utf8', 0, readSync(file, bytes, 0, logBytes, from));
  } finally {
    closeSync(file);
  }
}
