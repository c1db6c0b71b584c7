/**
 * The protocol of `smtp-server`, but for five things that suit a server on the open net and not a
 * way in from our own MTA: it refuses addresses that it finds improper, it makes each connection
 * wait 100 ms for its greeting, it writes each reply by itself, its enhanced codes (RFC 3463)
 * say of every 550 that there is no such mailbox, and who is named twice is one recipient to it.
 */
import type { Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { SMTPConnection, type SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js';
import { readPath } from '../mail/path.ts';

export type { SMTPServerDataStream, SMTPServerSession } from 'smtp-server';

/** A server for LMTP. */
export class LmtpServer extends SMTPServer {
  override connect(socket: Socket, options?: SMTPConnectionOptions | null): void {
    const connection = new LmtpConnection(this, socket, options);
    this.connections.add(connection);
    connection.on('error', (error: Error) => this._onError(error));
    connection.on('connect', (session) => this._onClientConnect(session));
    connection.init();
    const { maxClients } = this.options;
    if (!maxClients || this.connections.size <= maxClients) connection.connectionReady();
  }
}

/** Stands for an address while a command is checked for everything else. */
const improper = 'an.address@of.ours.example';

/** RFC 3463. */
const enhanced = /^[245]\.\d{1,3}\.\d{1,3} /;

class LmtpConnection extends SMTPConnection {
  #greeted = false;
  #gathers = false;

  /** Replies to commands that came together leave together: one system call, one wake-up. */
  override send(...[code, text, context]: Parameters<SMTPConnection['send']>): void {
    const { _socket: socket } = this;
    if (socket && !this.#gathers) {
      this.#gathers = true;
      socket.cork();
      setImmediate(() => {
        this.#gathers = false;
        socket.uncork();
      });
    }
    // The library knows one enhanced code for each code: with one of its own a text has no other.
    const isCoded = typeof text === 'string' && enhanced.test(text);
    super.send(code, text, isCoded ? false : context);
  }

  /** Called at once by us, and after a while by the library. */
  override connectionReady(next?: () => void): void {
    if (this.#greeted) return;
    this.#greeted = true;
    super.connectionReady(next);
  }

  /** A reply for each RCPT, also to the same address (RFC 2033, 4.2): the giver waits for both. */
  override handler_RCPT(command: Buffer, callback: () => void): void {
    super.handler_RCPT(command, () => {
      this._rcptIndex.clear();
      callback();
    });
  }

  override _parseAddressCommand(name: string, command: Buffer | string) {
    const text = command.toString();
    const colon = text.indexOf(':');
    const path = readPath(text.slice(colon + 1).trim());
    if (colon < 0 || path === undefined) return false;
    const stand = path.address === '' ? '' : improper;
    const line = `${text.slice(0, colon)}:<${stand}> ${path.rest}`;
    const parsed = super._parseAddressCommand(name, line);
    return parsed && { ...parsed, address: path.address };
  }
}
