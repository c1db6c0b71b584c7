import type { parseHeaders } from '../../src/mail/headers.ts';

/** The text of a body as its transfer encoding and charset say. */
export function decodedBody(body: Buffer, headers: ReturnType<typeof parseHeaders>): string {
  const encoding = (headers.get('content-transfer-encoding') ?? '7bit').toLowerCase();
  if (encoding === 'base64') return Buffer.from(body.toString('latin1'), 'base64').toString('utf8');
  if (encoding !== 'quoted-printable') return body.toString('utf8');
  const bytes = body
    .toString('latin1')
    .replaceAll(/=\r\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
