import { createHmac } from 'node:crypto';

const challenge = '<1896.697170952@sink.example>';

/** A client's attempt to log in, line by line; each returns what the sink answers. */
export class Login {
  readonly #user: string;
  readonly #password: string;
  /** What the next line is compared with; undefined when the last word is spoken. */
  #wanted: string[] = [];

  constructor(user: string, password: string) {
    this.#user = user;
    this.#password = password;
  }

  /** The AUTH command itself. */
  start(line: string): string {
    const [, mechanism = '', initial = ''] = line.split(' ');
    switch (mechanism.toUpperCase()) {
      case 'PLAIN':
        this.#wanted = [`\0${this.#user}\0${this.#password}`];
        return this.next(initial);
      case 'LOGIN':
        this.#wanted = [this.#user, this.#password];
        return '334 VXNlcm5hbWU6';
      case 'CRAM-MD5': {
        const proof = createHmac('md5', this.#password).update(challenge).digest('hex');
        this.#wanted = [`${this.#user} ${proof}`];
        return `334 ${Buffer.from(challenge).toString('base64')}`;
      }
      default:
        return '504 5.5.4 no such mechanism';
    }
  }

  /** A line after a 334. */
  next(line: string): string {
    const said = Buffer.from(line, 'base64').toString();
    if (said !== this.#wanted.shift()) return '535 5.7.8 wrong';
    return this.#wanted.length === 0 ? '235 2.7.0 welcome' : '334 UGFzc3dvcmQ6';
  }
}
