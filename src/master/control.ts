/** The control socket: one JSON line is a request, remarks and a reply come back. */
import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import {
  type Answer,
  maxRequestBytes,
  type Reply,
  type Request,
  requestSchema,
  withShortPath,
} from '../engine/control.ts';
import { explain } from '../ground/errors.ts';

/** Answers a request; `remark` tells the one who waits what goes on meanwhile. */
export type Respond = (request: Request, remark: (text: string) => void) => Promise<Reply>;

export type ControlSocket = {
  setMode(mode: number): void;
  /** Takes the socket away; those who still wait for a reply see it end. */
  close(): void;
};

const maxClients = 32;
/** A client that says nothing for so long, without waiting for a reply, is let go. */
const idleMs = 60_000;

/** Listens. Whoever holds the master's lock may remove what a former life left at `path`. */
export async function openControl(
  path: string,
  mode: number,
  respond: Respond,
): Promise<ControlSocket> {
  rmSync(path, { force: true });
  const clients = new Set<Socket>();
  const server = createServer((socket) => {
    clients.add(socket);
    socket.once('close', () => clients.delete(socket));
    serve(socket, respond);
  });
  server.maxConnections = maxClients;
  await withShortPath(path, (short) => listen(server, short));
  chmodSync(path, mode);
  return {
    setMode: (changed) => chmodSync(path, changed),
    close() {
      server.close();
      for (const client of clients) client.destroySoon();
      rmSync(path, { force: true });
    },
  };
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // The socket is made in this call: between it and the chmod nobody but us may connect.
    const before = process.umask(0o177);
    try {
      server.listen(path, () => {
        server.off('error', reject);
        resolve();
      });
    } finally {
      process.umask(before);
    }
  });
}

function serve(socket: Socket, respond: Respond): void {
  let text = '';
  /** Requests of one client are answered one after the other. */
  let answering: Promise<void> = Promise.resolve();
  socket.setEncoding('utf8');
  socket.setTimeout(idleMs, () => socket.destroy());
  // A client that went away has lost interest, no more.
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: string) => {
    const lines = (text + chunk).split('\n');
    text = lines.pop() ?? '';
    if (text.length > maxRequestBytes || lines.some((line) => line.length > maxRequestBytes)) {
      say(socket, refusal(`a request has at most ${maxRequestBytes} bytes`));
      socket.end();
      return;
    }
    for (const line of lines) answering = answering.then(() => answer(socket, line, respond));
  });
}

async function answer(socket: Socket, line: string, respond: Respond): Promise<void> {
  socket.setTimeout(0);
  try {
    const request = parseRequest(line);
    const reply =
      'refused' in request
        ? refusal(request.refused)
        : await respond(request, (text) => say(socket, { kind: 'remark', text }));
    say(socket, reply);
  } catch (error) {
    say(socket, refusal(explain(error)));
  }
  socket.setTimeout(idleMs);
}

function parseRequest(line: string): Request | { refused: string } {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return { refused: `no JSON: ${explain(error)}` };
  }
  const parsed = requestSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0] ?? { path: [], message: '' };
  return { refused: `no request: ${path.join('.')} ${message}` };
}

function refusal(text: string): Reply {
  return { kind: 'reply', ok: false, text };
}

function say(socket: Socket, answer: Answer): void {
  if (socket.writable) socket.write(`${JSON.stringify(answer)}\n`);
}
