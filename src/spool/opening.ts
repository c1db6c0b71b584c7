/** Reads the entry in a claim, or says why it is none. */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../ground/errors.ts';
import { parseMeta } from '../model/entry-text.ts';
import { messageFile, metaFile } from './layout.ts';
import { type MetaText, readMetaFile } from './meta-files.ts';
import type { Claim, OpenClaim } from './spool.ts';

/** What is wrong with one entry and must stop nobody else: a stray mode, a bad sector. */
const unreadable = new Set(['EACCES', 'EPERM', 'EIO', 'EISDIR', 'ELOOP', 'ENOTDIR']);

/** A claim with its metadata; a reason when it is no entry. */
export function openClaim(claim: Claim): OpenClaim | { readonly broken: string } {
  let read: MetaText;
  try {
    read = readMetaFile(claim.folder);
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (code === 'ENOENT') return { broken: `${metaFile} is missing` };
    if (unreadable.has(code)) return { broken: `${metaFile} cannot be read: ${code}` };
    throw error;
  }
  const parsed = parseMeta(read.bytes, claim.name.id);
  if (parsed.kind === 'broken') return { broken: parsed.reason };
  const { meta } = parsed;
  if (meta.id !== claim.name.id) {
    return { broken: `${metaFile} is that of ${meta.id}, not of ${claim.name.id}` };
  }
  const message = join(claim.folder, messageFile);
  const stats = fs.statSync(message, { throwIfNoEntry: false });
  if (!stats?.isFile()) return { broken: `${messageFile} is missing` };
  const { size } = stats;
  if (size !== meta.message.size) {
    return { broken: `${messageFile} has ${size} bytes, not ${meta.message.size}` };
  }
  return { ...claim, meta, message, metaEnd: read.end };
}
