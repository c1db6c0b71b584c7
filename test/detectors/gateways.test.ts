import { original, testSamples } from './reports.ts';

testSamples([
  {
    name: 'X.400: our address is an attribute of theirs',
    from: 'postmaster@x400.example.com',
    subject: 'Non-delivery report',
    body: `
Your message was not delivered to:

  /DD.RFC-822=gone(a)example.com/O=Site/PRMD=Example/ADMD=Tele/C=DE/

for the following reason:
  Diagnostic was Unrecognised OR name
`,
    detector: 'x400',
    recipients: ['gone@example.com'],
  },
  {
    name: 'mail500: what the directory said of each',
    from: 'postmaster@example.edu',
    subject: 'undeliverable mail',
    body: `
The following errors occurred when trying to deliver the
attached mail:

gone@example.edu: User unknown
twice@example.edu: Ambiguous user

------- The original message sent:

${original}`,
    detector: 'x400',
    recipients: ['gone@example.edu', 'twice@example.edu'],
    causes: ['dead', 'unknown'],
  },
  {
    name: 'InterMail: undeliverable due to the following reason',
    from: 'Mail Administrator <postmaster@example.com>',
    subject: 'Mail System Error - Returned Mail',
    body: `
This Message was undeliverable due to the following reason:

The user(s) account is temporarily over quota.

<full@example.com>

Please reply to <postmaster@example.com>
if you feel this message to be in error.
`,
    detector: 'intermail',
    recipients: ['full@example.com'],
    causes: ['full'],
  },
  {
    name: 'au: rejected by a remote mail server',
    from: 'Postmaster@au.example.jp',
    subject: 'Mail System Error - Returned Mail',
    body: `
Each of the following recipients was rejected by a remote
mail server.

    Recipient: <gone@example.jp>
    >>> RCPT TO:<gone@example.jp>
    <<< 550 <gone@example.jp>: User unknown
`,
    detector: 'intermail',
    recipients: ['gone@example.jp'],
    causes: ['dead'],
  },
  {
    name: 'KDDI: in one sentence over three lines',
    from: 'no-reply@example.dion.ne.jp',
    subject: 'Mail',
    body: `
Your mail sent on: Fri, 1 Mar 2024 10:00:00 +0900
     Could not be delivered to: <full@example.jp>
     As their mailbox is full.
`,
    detector: 'kddi',
    recipients: ['full@example.jp'],
    causes: ['full'],
  },
  {
    name: 'm-FILTER: Japanese text, a bare address, the reply below',
    from: 'POSTMASTER <postmaster@example.jp>',
    subject: 'failure notice',
    fields: 'X-Mailer: m-FILTER\nContent-Type: text/plain; charset=utf-8',
    body: `
以下のメールアドレスへの送信に失敗しました。
gone@example.jp

-------server message
550 unknown user <gone@example.jp>

-------SMTP command
DATA

-------original message
${original}`,
    detector: 'm-filter',
    recipients: ['gone@example.jp'],
    causes: ['dead'],
  },
  {
    name: 'InterScan: the session, with arrows',
    from: 'imss@example.com',
    subject: 'Mail could not be delivered',
    body: `
****** Message from InterScan Messaging Security Suite ******

Sent <<< RCPT TO:<gone@example.com>
Received >>> 550 5.1.1 unknown user.

Unable to deliver message to <gone@example.com>.

************************     End of message     **********************
`,
    detector: 'interscan',
    recipients: ['gone@example.com'],
    causes: ['dead'],
  },
  {
    name: 'WebShield: failed recipients',
    from: 'SMTP_Mail_Service@example.com',
    subject: 'Returned Mail - Error During Delivery',
    body: `
------ Failed Recipients ------

<gone@example.com>: Requested action not taken: mailbox unavailable. [SMTP Error Code 550]
-------- Returned Mail --------

${original}`,
    detector: 'webshield',
    recipients: ['gone@example.com'],
    causes: ['dead'],
  },
  {
    name: 'labels: the format is one word and a colon',
    from: 'postmaster@example.com',
    subject: 'Undeliverable message',
    body: `
Your message could not be delivered as addressed.

--> Error description:
Error-for:  gone@example.com
Error-Code: 5.1.1
Error-End: 1
`,
    detector: 'labelled',
    recipients: ['gone@example.com'],
    statuses: ['5.1.1'],
  },
]);
