import { original, testSamples } from './reports.ts';

testSamples([
  {
    name: 'IMail: the label is the reason',
    from: '"Postmaster" <postmaster@example.com>',
    subject: 'Undeliverable Mail',
    fields: 'X-Mailer: <SMTP32 v8.22>',
    body: `
User mailbox exceeds allowed size: full@example.com
Unknown user: gone@example.com

Original message follows.

${original}`,
    detector: 'imail',
    recipients: ['full@example.com', 'gone@example.com'],
    causes: ['full', 'dead'],
  },
  {
    name: 'MDaemon: a list of arrows',
    from: 'MDaemon@example.com',
    subject: 'Permanent Delivery Failure',
    body: `
The attached message had PERMANENT fatal delivery errors!

After one or more unsuccessful delivery attempts the attached message has
been removed from the mail queue on this server.

The following addresses did NOT receive a copy of your message:

> gone@example.com

--- Session Transcript ---
 RCPT To:<gone@example.com>
 550 5.1.1 <other@example.com>, Recipient unknown
`,
    detector: 'mdaemon',
    recipients: ['gone@example.com'],
    causes: ['dead'],
  },
  {
    name: 'MailMarshal: could not be delivered because of',
    from: 'postmaster@example.com',
    subject: 'Undeliverable Mail: "[dev] Release"',
    body: `
Your message:
   From:    dev-bounces@lists.example.org
   Subject: [dev] Release

Could not be delivered because of

550 5.1.1 User unknown

The following recipients were affected:
    gone@example.com

Additional Information
======================
Original Sender:    <dev-bounces@lists.example.org>
`,
    detector: 'mailmarshal',
    recipients: ['gone@example.com'],
    causes: ['dead'],
  },
  {
    name: 'PMDF: the original address is ours',
    from: 'PMDF e-Mail Interconnect <postmaster@example.com>',
    subject: 'Delivery Notification: Delivery has failed',
    body: `
This report relates to a message you sent with the following header fields:

  Message-id: <1@example.org>
  To: dev@lists.example.org

Your message cannot be delivered to the following recipients:

  Recipient address: GONE@vax.example.com
  Original address: gone@example.com
  Reason: Illegal host/domain name found
`,
    detector: 'pmdf',
    recipients: ['gone@example.com'],
  },
  {
    name: 'Messaging Server: still trying',
    from: 'postmaster@example.com',
    subject: 'Delivery Notification: Delivery has been delayed',
    body: `
This report relates to a message you sent with the following header fields:

  Message-id: <1@example.org>

Your message has been enqueued and undeliverable for 1 day
to the following recipients:

  Recipient address: slow@example.com
  Reason: unable to deliver this message after 1 day

The mail system will continue to try to deliver your message
for an additional 11 days.
`,
    detector: 'pmdf',
    kind: 'temporary',
    recipients: ['slow@example.com'],
  },
  {
    name: 'James: the recipient among the details',
    from: 'postmaster@example.com',
    subject: '[BOUNCE]',
    body: `
Hi. This is the James mail server at mx.example.com.
The message below could not be handed over.

Error message below:
550 - Requested action not taken: no such user here

Message details:
  Subject: [dev] Release
  MAIL FROM: dev-bounces@lists.example.org
  RCPT TO: gone@example.com
  From: ann@example.org
  Size (in bytes): 1024
`,
    detector: 'james',
    recipients: ['gone@example.com'],
    causes: ['dead'],
  },
  {
    name: 'Smail: failed addresses follow',
    subject: 'mail failed, returning to sender',
    body: `
|------------------------- Message log follows: -------------------------|
 no valid recipients were found for this message
|------------------------- Failed addresses follow: ---------------------|
 <gone@example.com> ... unknown host
|------------------------- Message text follows: ------------------------|
${original}`,
    detector: 'smail',
    recipients: ['gone@example.com'],
    causes: ['routing'],
  },
  {
    name: 'AOL: a screen name and no domain',
    from: 'Mail Delivery Subsystem <MAILER-DAEMON@aol.com>',
    subject: 'Mail Delivery Problem',
    body: `
Your mail to the following recipients could not be delivered because they are not accepting mail
from dev@lists.example.org:
	screenname
	second
`,
    detector: 'aol',
    recipients: ['screenname@aol.com', 'second@aol.com'],
    causes: ['policy', 'policy'],
  },
  {
    name: 'Zoho: error codes after a comma',
    from: 'mailer-daemon@mail.zoho.example',
    subject: 'Undelivered Mail Returned to Sender',
    body: `
This message was created automatically by mail delivery software.
A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error.

gone@example.com Invalid Address, ERROR_CODE :550, ERROR_CODE :5.1.1 User Unknown
`,
    detector: 'zoho',
    recipients: ['gone@example.com'],
    causes: ['dead'],
    statuses: ['5.1.1'],
  },
  {
    name: 'fml: another list refuses what we sent it',
    from: 'elena-admin@lists.example.jp',
    subject: 'NOT MEMBER article from dev@lists.example.org',
    fields: 'X-MLServer: fml [fml 4.0]',
    body: `
You are not a member of this mailing list <elena@lists.example.jp>.
If you know the general guide of this list, please send mail with the mail body
`,
    detector: 'fml',
    recipients: ['elena@lists.example.jp'],
    causes: ['policy'],
  },
  {
    name: 'Google: the sentence of today, without its fields',
    from: 'Mail Delivery Subsystem <mailer-daemon@googlemail.com>',
    subject: 'Delivery Status Notification (Failure)',
    body: `
** Address not found **

Your message wasn't delivered to gone@example.com because the address couldn't be found, or is
unable to receive mail.
`,
    detector: 'google',
    recipients: ['gone@example.com'],
    causes: ['dead'],
  },
]);
