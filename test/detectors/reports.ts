/** Reports written for tests, in the formats of many mail systems, and what is to be read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnose, parseReport } from '../../src/engine/diagnose.ts';
import type { Cause, Diagnosis, DiagnosisKind } from '../../src/model/diagnosis.ts';

export type Sample = {
  readonly name: string;
  readonly from?: string;
  readonly subject?: string;
  /** Further header lines. */
  readonly fields?: string;
  readonly body: string;
  readonly detector: string;
  readonly kind?: DiagnosisKind;
  readonly recipients: readonly string[];
  readonly causes?: readonly Cause[];
  readonly statuses?: readonly string[];
};

/** A message with a null return path, as a mail system sends it. */
export function message(sample: Pick<Sample, 'from' | 'subject' | 'fields' | 'body'>): string {
  const { from = 'Mail Delivery System <MAILER-DAEMON@mx.example.net>', fields = '' } = sample;
  return [
    'Return-Path: <>',
    `From: ${from}`,
    'To: dev-bounces@lists.example.org',
    `Subject: ${sample.subject ?? 'Undelivered mail'}`,
    'Date: Fri, 01 Mar 2024 10:00:00 +0000',
    ...(fields === '' ? [] : fields.trim().split('\n')),
    '',
    sample.body.replace(/^\n/, ''),
  ].join('\n');
}

export function read(text: string): Diagnosis {
  return diagnose(parseReport(Buffer.from(text)));
}

/** A test for each sample: who, what kind, whose dialect; cause and status where they are given. */
export function testSamples(samples: readonly Sample[]): void {
  for (const sample of samples) {
    test(sample.name, () => {
      const text = message(sample);
      check(sample, read(text));
      // Line ends are the transport's, not the reporter's.
      check(sample, read(text.replaceAll('\n', '\r\n')));
    });
  }
}

function check(sample: Sample, diagnosis: Diagnosis): void {
  const found = diagnosis.recipients;
  assert.deepEqual(
    found.map((one) => one.address),
    sample.recipients,
  );
  assert.equal(diagnosis.kind, sample.kind ?? 'permanent');
  assert.equal(diagnosis.detector, sample.detector);
  if (sample.causes) {
    assert.deepEqual(
      found.map((one) => one.cause),
      sample.causes,
      found.map((one) => one.diagnostic).join('\n'),
    );
  }
  if (sample.statuses) {
    assert.deepEqual(
      found.map((one) => one.status),
      sample.statuses,
    );
  }
}

/** What stands below most reports in plain text. */
export const original = `Return-Path: <dev-bounces@lists.example.org>
Received: from lists.example.org (lists.example.org [192.0.2.7])
	by mx.example.net with ESMTP id 4Tm1
	for <someone@else.example>; Fri, 01 Mar 2024 09:59:58 +0000
From: Ann <ann@example.org>
To: dev@lists.example.org
Subject: [dev] Release
Message-ID: <1@example.org>
List-Id: <dev.lists.example.org>

It is out. Ask bob@example.com.
`;

/** A multipart/report with these groups in its delivery-status part. */
export function statusReport(groups: string, text = 'Something went wrong.'): string {
  return `
--b1
Content-Type: text/plain; charset=us-ascii

${text}

--b1
Content-Type: message/delivery-status

${groups.trim()}

--b1
Content-Type: message/rfc822

${original}
--b1--
`;
}

/** Its fields. */
export const statusFields = `MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
	boundary="b1"`;
