/**
 * The public module of bounce detection: reads a report and says which addresses failed.
 * Detectors are asked in the table's order, the first that can read it is believed; what counts
 * (given up before delayed, each address once) is decided here, for all of them alike.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { detectors, lastResort } from '../detectors/index.ts';
import { judge } from '../detectors/reading/judge.ts';
import { marks } from '../detectors/reading/origin.ts';
import { parseReport, type Report } from '../mail/report.ts';
import { readEnds } from '../mail/report-ends.ts';
import type { Detector, Diagnosis, Finding, Reading } from '../model/diagnosis.ts';

export { detectors, lastResort } from '../detectors/index.ts';
export { parseReport, type Report } from '../mail/report.ts';
export type * from '../model/diagnosis.ts';

const ordinary: Diagnosis = {
  nature: 'ordinary',
  kind: 'none',
  recipients: [],
  status: '',
  cause: '',
  detector: '',
};

/** What a report says. A function of the report alone. */
export function diagnose(report: Report): Diagnosis {
  return ask(detectors, report) ?? unwrapped(report) ?? ask(lastResort, report) ?? ordinary;
}

function ask(table: readonly Detector[], report: Report): Diagnosis | undefined {
  for (const detector of table) {
    const reading = detector.read(report);
    if (reading) return conclude(reading, detector.name);
  }
  return undefined;
}

/** Gateways send a notice of their own and attach the report that it is about. */
function unwrapped(report: Report): Diagnosis | undefined {
  const inner = marks(report) > 1 ? report.wrapped() : undefined;
  if (!inner || marks(inner) < 2) return undefined;
  const diagnosis = diagnose(inner);
  return diagnosis.kind === 'none' ? undefined : diagnosis;
}

/**
 * The report in a file, of which only head and tail are read. `sender` is that of the envelope,
 * where it is known: null is `<>`.
 */
export function readReport(path: string, sender?: string | null): Report {
  return parseReport(endsOf(path), sender);
}

/** The same for a message on disk. */
export async function diagnoseFile(path: string, sender?: string | null): Promise<Diagnosis> {
  return diagnose(readReport(path, sender));
}

/** Status and cause of an SMTP reply: what a server says itself is judged like a report of it. */
export function judgeReply(
  code: number,
  enhanced: string | undefined,
  text: string,
): Pick<Finding, 'status' | 'cause'> {
  return judge(`${code} ${text}`, enhanced ?? '', 'failed');
}

/** Given-up addresses alone, where there are any; else the delayed ones; else nobody. */
function conclude(reading: Reading, detector: string): Diagnosis {
  const complaint = reading.complaint === undefined ? {} : { complaint: reading.complaint };
  const none = { ...ordinary, ...complaint, nature: reading.nature, detector };
  if (reading.nature !== 'bounce') return none;
  const failed = once(reading.findings.filter((f) => f.action === 'failed'));
  const delayed = once(reading.findings.filter((f) => f.action === 'delayed'));
  const recipients = failed.length > 0 ? failed : delayed;
  const chief = recipients[0];
  if (chief === undefined) return { ...none, nature: 'delivered' };
  return {
    ...none,
    kind: failed.length > 0 ? 'permanent' : 'temporary',
    recipients,
    status: chief.status,
    cause: chief.cause,
  };
}

/** Each address once, in alphabetical order; the first report of it is kept. */
function once(findings: readonly Finding[]): Finding[] {
  const kept = new Map<string, Finding>();
  for (const finding of findings) {
    const first = kept.get(finding.address);
    if (!first) kept.set(finding.address, finding);
    else if (first.cause === 'unknown') {
      kept.set(finding.address, {
        ...finding,
        also: [...new Set([...first.also, ...finding.also])],
      });
    }
  }
  return [...kept.values()].sort((a, b) => (a.address < b.address ? -1 : 1));
}

/**
 * Head and tail of a file. Read at once: a report is small and has just been written, and four
 * turns through the thread pool cost more than its whole diagnosis.
 */
function endsOf(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    return readEnds(fstatSync(file).size, (at, length) => readAt(file, at, length));
  } finally {
    closeSync(file);
  }
}

/** As many bytes as there are, up to `length`: a file may shrink while it is read. */
function readAt(file: number, position: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  let have = 0;
  while (have < length) {
    const more = readSync(file, buffer, have, length - have, position + have);
    if (more === 0) break;
    have += more;
  }
  return buffer.subarray(0, have);
}
