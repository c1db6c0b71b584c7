/**
 * The detectors, in the order in which they are asked: the first that can read a report is
 * believed. Formats that say what they are come first, then servers known by their words, then
 * answering machines, then what is only likely.
 */
import type { Detector } from '../model/diagnosis.ts';
import { activehunter } from './activehunter.ts';
import { aol } from './aol.ts';
import { autoReply } from './auto-reply.ts';
import { challenge } from './challenge.ts';
import { courier } from './courier.ts';
import { dma } from './dma.ts';
import { domino } from './domino.ts';
import { dsn } from './dsn.ts';
import { dsnInText } from './dsn-in-text.ts';
import { exchange } from './exchange.ts';
import { exim } from './exim.ts';
import { feedback } from './feedback.ts';
import { fml } from './fml.ts';
import { generic } from './generic.ts';
import { google } from './google.ts';
import { groupwise } from './groupwise.ts';
import { imail } from './imail.ts';
import { intermail } from './intermail.ts';
import { interscan } from './interscan.ts';
import { james } from './james.ts';
import { kddi } from './kddi.ts';
import { labelled } from './labelled.ts';
import { mFilter } from './m-filter.ts';
import { mailenable } from './mailenable.ts';
import { mailmarshal } from './mailmarshal.ts';
import { mdaemon } from './mdaemon.ts';
import { opensmtpd } from './opensmtpd.ts';
import { pmdf } from './pmdf.ts';
import { postfix } from './postfix.ts';
import { qmail } from './qmail.ts';
import { receipt } from './receipt.ts';
import { sendmail } from './sendmail.ts';
import { ses } from './ses.ts';
import { smail } from './smail.ts';
import { success } from './success.ts';
import { webshield } from './webshield.ts';
import { x400 } from './x400.ts';
import { zoho } from './zoho.ts';

export const detectors: readonly Detector[] = [
  feedback,
  challenge,
  dsn,
  receipt,
  dsnInText,
  success,
  ses,
  fml,
  exim,
  postfix,
  imail,
  intermail,
  pmdf,
  domino,
  mailenable,
  mdaemon,
  opensmtpd,
  dma,
  courier,
  mailmarshal,
  james,
  smail,
  zoho,
  groupwise,
  x400,
  mFilter,
  activehunter,
  kddi,
  webshield,
  aol,
  google,
  qmail,
  exchange,
  sendmail,
  interscan,
  labelled,
  autoReply,
];

/** Asked when no format is known, and no report is wrapped in this one. */
export const lastResort: readonly Detector[] = [generic];
