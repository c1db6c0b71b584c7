/** Where a service listens: `host:port`, or `unix:PATH` (below `var` unless absolute). */
import { chmodSync, existsSync, mkdirSync, unlinkSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { dirname, isAbsolute, join } from 'node:path';

/** What can be told to listen: a server of node's, or one that is built around such a server. */
export type Listener = {
  readonly server: Pick<Server, 'once' | 'off'>;
  /** Begins to listen; calls `ready` once it does. */
  listen(at: { port: number; host: string } | { path: string }, ready: () => void): void;
};

/** Resolves when connections are taken. A socket in the file system is for the group. */
export async function listenAt(
  listener: Listener,
  where: string,
  varFolder: string,
): Promise<void> {
  if (where.startsWith('unix:')) {
    const named = where.slice('unix:'.length);
    const path = isAbsolute(named) ? named : join(varFolder, named);
    mkdirSync(dirname(path), { recursive: true, mode: 0o770 });
    await removeStale(path);
    await started(listener, { path });
    chmodSync(path, 0o660);
    return;
  }
  const colon = where.lastIndexOf(':');
  const host = where.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  await started(listener, { port: Number(where.slice(colon + 1)), host });
}

function started(listener: Listener, at: Parameters<Listener['listen']>[0]): Promise<void> {
  const { server } = listener;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    listener.listen(at, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** A socket file that nobody answers at is left over from a crash. */
async function removeStale(path: string): Promise<void> {
  if (!existsSync(path)) return;
  const answered = await new Promise<boolean>((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => resolve(true));
    probe.once('error', () => resolve(false));
    probe.once('close', () => probe.destroy());
  });
  if (answered) throw new Error(`another process listens at ${path}`);
  unlinkSync(path);
}
