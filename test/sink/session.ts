import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { addressIn, Content } from './content.ts';
import type { Ledger } from './ledger.ts';
import { Login } from './login.ts';
import { type SinkOptions, type SinkStage, scripted, usualOffers } from './options.ts';

const maxLineBytes = 64 * 1024;

type Envelope = { readonly mail: string; readonly from: string; readonly to: string[] };

/** One client of the sink. */
export class Session {
  #socket: Socket;
  readonly #options: SinkOptions;
  readonly #ledger: Ledger;
  #input: Buffer = Buffer.alloc(0);
  #output = '';
  #content: Content | undefined;
  #envelope: Envelope | undefined;
  #mails = 0;
  #errors = 0;
  #waiting = false;
  #timer: NodeJS.Timeout | undefined;
  #closing = false;
  #silent = false;
  #authenticated = false;
  /** Under way: the next line is no command. */
  #login: Login | undefined;

  constructor(socket: Socket, options: SinkOptions, ledger: Ledger) {
    this.#socket = socket;
    this.#options = options;
    this.#ledger = ledger;
    ledger.connections++;
    this.#attach();
    this.#answer('connect', '', '220 sink.example ESMTP');
    this.#flush();
  }

  #attach(): void {
    this.#socket.setNoDelay(true);
    this.#socket.on('error', () => this.#socket.destroy());
    this.#socket.on('data', (bytes: Buffer) => {
      this.#input = this.#input.length === 0 ? bytes : Buffer.concat([this.#input, bytes]);
      this.#work();
    });
  }

  /** Works off what has come, and answers all of it with one write. */
  #work(): void {
    let at = 0;
    const input = this.#input;
    while (at < input.length && !this.#waiting && !this.#closing && !this.#silent) {
      if (this.#content !== undefined) {
        const { used, ended } = this.#content.push(input.subarray(at));
        at += used;
        if (ended) this.#accept(this.#content);
        continue;
      }
      const lineEnd = input.indexOf('\r\n', at);
      if (lineEnd < 0) break;
      const line = input.toString('utf8', at, lineEnd);
      at = lineEnd + 2;
      this.#take(line);
    }
    this.#input = Buffer.from(input.subarray(at));
    if (this.#input.length > maxLineBytes && this.#content === undefined) this.#socket.destroy();
    this.#flush();
  }

  #take(line: string): void {
    if (this.#login !== undefined) {
      this.#answerLogin(this.#login.next(line));
      return;
    }
    this.#ledger.heard(line);
    this.#command(line);
  }

  #command(line: string): void {
    const verb = line.slice(0, 4).toUpperCase();
    switch (verb) {
      case 'EHLO':
      case 'LHLO':
        this.#hello(line);
        break;
      case 'HELO':
        this.#say('250 sink.example');
        break;
      case 'MAIL':
        this.#mail(line);
        break;
      case 'RCPT':
        this.#rcpt(line);
        break;
      case 'DATA':
        this.#data(line);
        break;
      case 'RSET':
        this.#envelope = undefined;
        this.#answer('rset', line, '250 2.0.0 Ok');
        break;
      case 'QUIT':
        this.#answer('quit', line, '221 2.0.0 Bye');
        this.#closing = true;
        break;
      case 'STAR':
        this.#startTls();
        break;
      case 'AUTH':
        this.#auth(line);
        break;
      default:
        this.#say('502 5.5.2 unknown command');
    }
  }

  #hello(line: string): void {
    const { offers = usualOffers, plain, tls, auth, lmtp } = this.#options;
    this.#envelope = undefined;
    if (plain || line.toUpperCase().startsWith('LHLO') !== (lmtp ?? false)) {
      this.#say('500 5.5.2 unknown command');
      return;
    }
    const keywords: string[] = [...offers];
    if (tls && !(this.#socket instanceof TLSSocket)) keywords.push('STARTTLS');
    if (auth) keywords.push(`AUTH ${auth.mechanisms.join(' ')}`);
    const last = keywords.pop() ?? 'HELP';
    const lines = ['sink.example', ...keywords].map((word) => `250-${word}\r\n`);
    this.#answer('ehlo', line, `${lines.join('')}250 ${last}`);
  }

  #mail(line: string): void {
    const { messagesPerConnection: limit, auth } = this.#options;
    this.#ledger.mails++;
    if (limit !== undefined && this.#mails >= limit) {
      this.#say('421 4.7.0 too many messages');
      this.#closing = true;
    } else if (auth && !this.#authenticated) this.#say('530 5.7.0 log in first');
    else if (this.#envelope !== undefined) this.#say('503 5.5.1 nested MAIL');
    else if (this.#answer('mail', line, '250 2.1.0 Ok').startsWith('2')) {
      this.#mails++;
      this.#envelope = { mail: line, from: addressIn(line), to: [] };
    }
  }

  #rcpt(line: string): void {
    const { maxRecipients = Number.POSITIVE_INFINITY } = this.#options;
    if (this.#envelope === undefined) this.#say('503 5.5.1 MAIL first');
    else if (this.#envelope.to.length >= maxRecipients) this.#say('452 4.5.3 too many recipients');
    else if (this.#answer('rcpt', line, '250 2.1.5 Ok').startsWith('2')) {
      this.#envelope.to.push(addressIn(line));
    }
  }

  #data(line: string): void {
    const usual = !this.#envelope?.to.length
      ? '554 5.5.1 no valid recipients'
      : '354 End data with <CR><LF>.<CR><LF>';
    const reply = this.#answer('data', line, usual);
    if (reply.startsWith('354')) this.#content = new Content(this.#ledger.wantsBytes);
  }

  #accept(content: Content): void {
    const { mail, from, to } = this.#envelope ?? { mail: '', from: '', to: [] };
    this.#content = undefined;
    this.#envelope = undefined;
    const { octets, id } = content;
    const answers = this.#options.lmtp ? to : [''];
    const taken: string[] = [];
    for (const one of answers) {
      const who = this.#options.lmtp ? [one] : to;
      const subject = [from, ...who].join(' ');
      const reply = this.#answer('body', subject, '250 2.0.0 Ok: queued as SINK');
      if (reply.startsWith('2') || reply === 'take') taken.push(...who);
    }
    if (taken.length === 0) return;
    this.#errors = 0;
    const bytes = this.#ledger.wantsBytes ? content.bytes() : Buffer.alloc(0);
    this.#ledger.add({ mail, from, to: taken, id, octets, bytes });
  }

  #startTls(): void {
    const { tls } = this.#options;
    if (!tls) return void this.#say('502 5.5.1 not offered');
    this.#socket.write('220 2.0.0 go ahead\r\n');
    this.#socket.removeAllListeners('data');
    this.#socket = new TLSSocket(this.#socket, { isServer: true, key: tls.key, cert: tls.cert });
    this.#attach();
  }

  #auth(line: string): void {
    const { auth } = this.#options;
    if (!auth) return void this.#say('502 5.5.1 not offered');
    this.#login = new Login(auth.user, auth.password);
    this.#answerLogin(this.#login.start(line));
  }

  #answerLogin(reply: string): void {
    if (!reply.startsWith('334')) this.#login = undefined;
    if (reply.startsWith('235')) this.#authenticated = true;
    this.#say(reply);
  }

  /** Answers by a rule, or as usual; returns the reply. */
  #answer(stage: SinkStage, subject: string, usual: string): string {
    const reply = scripted(this.#options.rules ?? [], stage, subject) ?? usual;
    if (reply === 'drop' || reply === 'take') {
      this.#flush();
      this.#closing = true;
      this.#socket.destroy();
      return reply;
    }
    if (reply === 'silence') {
      // For good: answers to later commands would pass for this one's.
      this.#silent = true;
      return reply;
    }
    this.#say(reply);
    if (reply.startsWith('421')) this.#closing = true;
    return reply;
  }

  #say(reply: string): void {
    if (/^[45]/.test(reply)) this.#errors++;
    const patient = this.#errors <= (this.#options.maxErrors ?? Number.POSITIVE_INFINITY);
    this.#output += patient ? `${reply}\r\n` : '421 4.7.0 too many errors\r\n';
    if (!patient) this.#closing = true;
    this.#waiting = (this.#options.delayMs ?? 0) > 0;
  }

  #flush(): void {
    if (this.#waiting) {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#waiting = false;
        this.#flush();
        this.#work();
      }, this.#options.delayMs);
      return;
    }
    const output = this.#output;
    this.#output = '';
    if (output !== '' && !this.#socket.destroyed) this.#socket.write(output);
    if (this.#closing && !this.#socket.writableEnded) this.#socket.end();
  }
}
