/**
 * The detectors, in the order in which they are asked: the first that can read a report is
 * believed. Formats that say what they are come first, then servers known by their words, then
 * answering machines, then what is only likely.
 */
import type { Detector } from '../model/diagnosis.ts';
import { autoReply, challenge } from './automatic.ts';
import { postfix, qmail } from './bracketed.ts';
import { dsn, dsnInText } from './dsn.ts';
import { exchange } from './exchange.ts';
import { exim } from './exim.ts';
import { feedback } from './feedback.ts';
import * as gateways from './gateways.ts';
import { generic } from './generic.ts';
import { receipt } from './receipt.ts';
import { sendmail } from './sendmail.ts';
import * as servers from './servers.ts';
import { ses } from './ses.ts';
import { aol, google } from './webmail.ts';

export const detectors: readonly Detector[] = [
  feedback,
  challenge,
  dsn,
  receipt,
  dsnInText,
  ses,
  exim,
  postfix,
  servers.imail,
  servers.intermail,
  servers.pmdf,
  servers.domino,
  servers.mailenable,
  servers.mdaemon,
  servers.opensmtpd,
  servers.dma,
  servers.courier,
  servers.mailmarshal,
  servers.james,
  servers.smail,
  servers.zoho,
  servers.groupwise,
  gateways.mfilter,
  gateways.activehunter,
  gateways.kddi,
  gateways.webshield,
  aol,
  google,
  qmail,
  exchange,
  sendmail,
  gateways.interscan,
  gateways.labels,
  autoReply,
];

/** Asked when no format is known, and no report is wrapped in this one. */
export const lastResort: readonly Detector[] = [generic];
