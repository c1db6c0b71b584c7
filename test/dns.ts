/** A tiny name server for tests: TXT records over UDP on loopback. */
import { createSocket } from 'node:dgram';

export type TestDns = AsyncDisposable & {
  /** `host:port`, for dns.servers. */
  readonly address: string;
  /** Names that were asked for, in order. */
  readonly asked: string[];
  /** What it answers: texts, `servfail`, or nothing at all; other names do not exist. */
  readonly zone: Map<string, readonly string[] | 'servfail' | 'silence'>;
};

/** Starts a name server on a free port. */
export async function startDns(
  records: Readonly<Record<string, readonly string[] | 'servfail' | 'silence'>> = {},
): Promise<TestDns> {
  const zone = new Map(Object.entries(records));
  const asked: string[] = [];
  const socket = createSocket('udp4');
  socket.on('message', (question, from) => {
    const { name, end } = readName(question);
    asked.push(name);
    const found = zone.get(name);
    if (found === 'silence') return;
    socket.send(answer(question, end, found), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    zone,
    [Symbol.asyncDispose]: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

const headerBytes = 12;

/** The name in the question, and where the question ends (behind type and class). */
function readName(message: Buffer): { readonly name: string; readonly end: number } {
  const labels: string[] = [];
  let at = headerBytes;
  for (let size = message[at] ?? 0; size > 0; size = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + size).toLowerCase());
    at += size + 1;
  }
  return { name: labels.join('.'), end: at + 5 };
}

function answer(
  question: Buffer,
  end: number,
  found: readonly string[] | 'servfail' | undefined,
): Buffer {
  const header = Buffer.alloc(headerBytes);
  question.copy(header, 0, 0, 2);
  const code = found === 'servfail' ? 2 : found === undefined ? 3 : 0;
  header.writeUInt16BE(0x8180 | code, 2); // an answer, recursion as asked for
  header.writeUInt16BE(1, 4);
  const texts = Array.isArray(found) ? found : [];
  header.writeUInt16BE(texts.length, 6);
  return Buffer.concat([header, question.subarray(headerBytes, end), ...texts.map(record)]);
}

/** A TXT record of the name in the question; longer texts in pieces of 255. */
function record(text: string): Buffer {
  const pieces = (text.match(/.{1,255}/gs) ?? ['']).map((piece) =>
    Buffer.concat([Buffer.from([piece.length]), Buffer.from(piece, 'latin1')]),
  );
  const data = Buffer.concat(pieces);
  const head = Buffer.alloc(12);
  head.writeUInt16BE(0xc00c, 0); // the name at offset 12
  head.writeUInt16BE(16, 2); // TXT
  head.writeUInt16BE(1, 4); // IN
  head.writeUInt32BE(60, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}
