/** Stands between Listmill and its MTA, and does to connections what the world does. */
import { once } from 'node:events';
import net, { type AddressInfo, type Socket } from 'node:net';
import { deckOf } from './deck.ts';

/** A number from 0 to below 1. */
export type Chance = () => number;

export type Torment = AsyncDisposable & {
  readonly port: number;
  /** Connections that were broken, by us. */
  readonly broken: number;
  /** How many connections each harm was done to. */
  readonly harms: Readonly<Record<string, number>>;
  /** The MTA crashes, or is started again. */
  crash(down: boolean): void;
  /** No more harm is done. */
  relent(): void;
};

/** Bytes after which harm is done: from before the greeting to far into the third message. */
const maxBytes = 60_000;
const slowMs = 60;

/** What becomes of how many of 26 connections. */
const harmsOfConnections = { reset: 4, 'reset-reply': 4, silent: 1, slow: 3, none: 14 } as const;

/** Starts it before the MTA at `target`. */
export async function startTorment(target: number, chance: Chance): Promise<Torment> {
  const sockets = new Set<Socket>();
  const draw = deckOf(harmsOfConnections, chance);
  const harms: Record<string, number> = {};
  /** Nothing passes there any more: ten minutes for a message that had its final dot. */
  const silenced = new Set<() => void>();
  let broken = 0;
  let down = false;
  let relents = false;
  const done = (harm: string): void => {
    harms[harm] = (harms[harm] ?? 0) + 1;
  };
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const server = net.createServer((client) => {
    keep(client);
    if (down) return void client.destroy();
    const upstream = keep(net.connect(target, '127.0.0.1'));
    const harm = relents ? 'none' : (draw() ?? 'none');
    if (harm === 'slow') done(harm);
    let left = Math.floor(chance() ** 3 * maxBytes);
    const breakOff = (): void => {
      broken += 1;
      client.resetAndDestroy();
      upstream.destroy();
    };
    const pass = (from: Socket, to: Socket, isReply: boolean): void => {
      from.on('data', (bytes: Buffer) => {
        const counts = isReply ? harm === 'reset-reply' : harm !== 'reset-reply';
        if (counts) left -= isReply ? bytes.length * 20 : bytes.length;
        const isOver = counts && left < 0;
        if (isOver && (harm === 'reset' || harm === 'reset-reply')) {
          done(harm);
          return breakOff();
        }
        if (isOver && harm === 'silent') {
          if (!silenced.has(breakOff)) done(harm);
          return void silenced.add(breakOff);
        }
        if (harm !== 'slow') return void to.write(bytes);
        setTimeout(() => to.destroyed || to.write(bytes), slowMs);
        return undefined;
      });
      from.on('end', () => to.end());
      from.on('close', () => to.destroy());
    };
    pass(client, upstream, false);
    pass(upstream, client, true);
    return undefined;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    harms,
    get broken() {
      return broken;
    },
    crash(isDown) {
      down = isDown;
      if (!isDown) return;
      broken += Math.ceil(sockets.size / 2);
      for (const socket of sockets) socket.destroy();
    },
    relent() {
      relents = true;
      for (const breakOff of silenced) breakOff();
      down = false;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
