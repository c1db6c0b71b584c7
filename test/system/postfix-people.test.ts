/**
 * People and a list, as they meet through Postfix: somebody joins, confirms, writes, is held, is
 * let through by a moderator's answer, has enough of one thread, and leaves; each time by answering
 * what he got. Once in German, once in Japanese with addresses that are no ASCII (SMTPUTF8).
 */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { freePort, until } from '../../bench/suite.ts';
import { masterProgram } from '../../src/engine/programs.ts';
import { addressKey } from '../../src/mail/address.ts';
import { parseHeaders } from '../../src/mail/headers.ts';
import { decodedBody } from '../engine/decoding.ts';
import { address } from '../literals.ts';
import { type SunkMessage, startSink } from '../sink.ts';
import { makeList, makeSite } from '../site.ts';
import { noPostfix, type Postfix, startPostfix } from './postfix-instance.ts';
import { sendMail } from './postfix-send.ts';

const patienceMs = 60_000;
const list = 'neko@lists.example';

type Run = {
  readonly language: string;
  readonly newcomer: string;
  readonly member: string;
  readonly moderator: string;
  readonly displayName: string;
  readonly subject: string;
  /** What the letters say, in the order in which they come. */
  readonly asked: RegExp;
  readonly welcome: RegExp;
  readonly held: RegExp;
  readonly notice: RegExp;
  readonly accepted: RegExp;
  readonly muted: RegExp;
  readonly leaving: RegExp;
  readonly goodbye: RegExp;
};

const runs: readonly Run[] = [
  {
    language: 'de',
    newcomer: 'jürgen@müller.example',
    member: 'bärbel@post.example',
    moderator: 'moritz@post.example',
    displayName: 'Süße Kätzchen',
    subject: 'Größe der Näpfe',
    asked: /Jemand, hoffentlich Sie, hat darum gebeten, dass jürgen@müller\.example/,
    welcome: /jürgen@müller\.example ist jetzt Mitglied/,
    held: /wartet, bis ein Moderator[\s\S]*die ersten 1 werden angesehen/,
    notice: /Von: +jürgen@müller\.example[\s\S]*Sie beginnt so:\n\n {4}Wie groß/,
    accepted: /Die Nachricht "Größe der Näpfe" von jürgen@müller\.example ist angenommen\./,
    muted: /Sie erhalten nichts mehr aus diesem Thema\./,
    leaving: /hat darum gebeten, dass jürgen@müller\.example aus der Mailingliste/,
    goodbye: /jürgen@müller\.example ist nicht mehr Mitglied von neko@lists\.example/,
  },
  {
    language: 'ja',
    newcomer: '太郎@例え.example',
    member: '次郎@例え.example',
    moderator: '花子@例え.example',
    displayName: '猫の会',
    subject: '猫の餌について',
    asked: /どなたか（おそらくあなた）が、太郎@例え\.example/,
    welcome: /太郎@例え\.example/,
    held: /モデレーターが確認するまで[\s\S]*最初の 1 通は確認されます/,
    notice: /差出人： +太郎@例え\.example[\s\S]*本文の冒頭：\n\n {4}Wie groß/,
    accepted: /太郎@例え\.example のメッセージ「猫の餌について」を承認しました。/,
    muted: /このスレッドはもう届きません。/,
    leaving: /太郎@例え\.example/,
    goodbye: /太郎@例え\.example/,
  },
];

type Mail = { readonly headers: ReturnType<typeof parseHeaders>; readonly text: string };

function read({ bytes }: SunkMessage): Mail {
  const end = bytes.indexOf('\r\n\r\n');
  const headers = parseHeaders(bytes.subarray(0, end + 2));
  return { headers, text: decodedBody(bytes.subarray(end + 4), headers).replaceAll('\r\n', '\n') };
}

/** What strangers would be refused within the hour, one person does here within seconds. */
const hasty = '[commands]\nstrangerHour = 10\nstrangerDay = 10\n';

for (const run of runs) {
  test(`a life on a list, in ${run.language}`, { skip: noPostfix }, async () => {
    process.umask(0o022);
    await using remote = await startSink({ keep: true });
    const lmtp = await freePort();
    await using postfix = await startPostfix({
      settings: { relay_domains: 'lists.example', recipient_delimiter: '+' },
      transport: {
        'lists.example': `lmtp:inet:127.0.0.1:${lmtp}`,
        '*': `smtp:[127.0.0.1]:${remote.port}`,
      },
      listeners: { out: {} },
    });
    const relay = `[[relay]]\nport = ${postfix.port('out')}\ntls = "none"\n`;
    await using site = await makeSite(`[lmtp]\nlisten = ["127.0.0.1:${lmtp}"]\n${relay}${hasty}`);
    const id = await makeList(site, list, [run.member], {
      language: run.language,
      displayName: run.displayName,
      goodbye: true,
      firstPosts: 1,
    });
    const opened = site.open();
    const store = await opened.store();
    await store.as('test').addMember(id, 'moderator', address(run.moderator));
    const master = fork(masterProgram, [site.root], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const gone = once(master, 'exit');
    try {
      await once(master, 'message');
      const isMember = async () =>
        (await store.member(id, 'member', addressKey(address(run.newcomer)))) !== undefined;
      await live(run, postfix, remote.messages, isMember);
    } catch (error) {
      throw new Error(postfix.log(), { cause: error });
    } finally {
      master.kill('SIGTERM');
      await gone;
      await opened.close();
    }
  });
}

async function live(
  run: Run,
  postfix: Postfix,
  sunk: readonly SunkMessage[],
  isMember: () => Promise<boolean>,
): Promise<void> {
  const { newcomer, member, moderator, subject } = run;
  let serial = 0;
  const mail = async (from: string, to: string, text: string, ...fields: readonly string[]) => {
    serial += 1;
    const id = `<${serial}@home.example>`;
    const head = [`From: ${from}`, `To: ${to}`, `Message-ID: ${id}`, ...fields];
    const mime = 'MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8';
    const data = `${head.join('\n')}\n${mime}\n\n${text}\n`;
    await sendMail(postfix.port(), { from, to: [to], data, smtputf8: true });
    return id;
  };
  const seen = new Set<SunkMessage>();
  const got = async (to: string, text: RegExp): Promise<Mail> => {
    const key = addressKey(address(to));
    const isIt = (one: SunkMessage) =>
      !seen.has(one) &&
      one.to.some((other) => addressKey(address(other)) === key) &&
      text.test(`${read(one).headers.get('subject') ?? ''}\n${read(one).text}`);
    await until(`${to} gets ${text}`, patienceMs, () => sunk.some(isIt), 50);
    const found = sunk.find(isIt);
    assert(found);
    seen.add(found);
    return read(found);
  };
  /** What the list itself wrote: in its language, marked as automatic, and nothing raw in it. */
  const letter = async (to: string, text: RegExp): Promise<Mail> => {
    const found = await got(to, text);
    assert.equal(found.headers.get('content-language'), run.language);
    assert.match(found.headers.get('content-type') ?? '', /charset="?utf-8/i);
    assert.match(found.headers.get('auto-submitted') ?? '', /^auto-/);
    assert.match(found.headers.raw('subject').join(), /^[ -~\s]*$/);
    assert.match(found.headers.get('from') ?? '', new RegExp(run.displayName));
    return found;
  };
  const answer = async (from: string, { headers, text }: Mail, words = ''): Promise<void> => {
    const quoted = text.split('\n').map((line) => `> ${line}`);
    const to = headers.get('reply-to') ?? '';
    const re = `Subject: Re: ${headers.get('subject')}`;
    await mail(from, to, [words, '', ...quoted].join('\n'), re);
  };

  await mail(newcomer, 'neko-join@lists.example', '');
  const asked = await letter(newcomer, run.asked);
  assert.equal(await isMember(), false);
  await answer(newcomer, asked);
  await letter(newcomer, run.welcome);
  assert.equal(await isMember(), true);

  const first = await mail(newcomer, list, 'Wie groß?', `Subject: ${subject}`);
  await letter(newcomer, run.held);
  const notice = await letter(moderator, run.notice);
  assert.equal(
    sunk.some((one) => read(one).text === 'Wie groß?\n'),
    false,
    'it waits',
  );
  await answer(moderator, notice, 'accept');
  await letter(moderator, run.accepted);
  await got(member, /^.*\nWie groß\?/);

  const thread = [`Subject: Re: ${subject}`, `In-Reply-To: ${first}`, `References: ${first}`];
  await mail(member, list, 'Gut so.', ...thread);
  await answer(moderator, await letter(moderator, /Gut so\./), 'accept');
  const copy = await got(newcomer, /\nGut so\./);
  const mute = /<mailto:([^>?]*)/.exec(copy.headers.get('list-mute') ?? '')?.[1] ?? '';
  await mail(newcomer, decodeURIComponent(mute), '', `Subject: Re: ${subject}`);
  await letter(newcomer, run.muted);
  await mail(member, list, 'Noch mehr.', ...thread);
  await got(member, /\nNoch mehr\./);
  await mail(member, list, 'Etwas anderes.', 'Subject: Neu');
  await got(newcomer, /\nEtwas anderes\./);
  assert.equal(
    sunk.some((one) => one.to.some((to) => to === newcomer) && /Noch mehr/.test(read(one).text)),
    false,
  );

  await mail(newcomer, 'neko-leave@lists.example', '');
  await answer(newcomer, await letter(newcomer, run.leaving));
  await letter(newcomer, run.goodbye);
  assert.equal(await isMember(), false);
  // Only with SMTPUTF8 may such addresses be said to a server.
  const odd = sunk.filter(({ to }) => to.some((one) => /[^ -~]/.test(one)));
  assert(odd.length > 0);
  for (const { mail: said } of odd) assert.match(said, / SMTPUTF8\b/);
}
