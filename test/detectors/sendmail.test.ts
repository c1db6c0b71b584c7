import { original, testSamples } from './reports.ts';

testSamples([
  {
    name: 'Sendmail: sections, a reason, an expansion',
    subject: 'Returned mail: see transcript for details',
    body: `
The original message was received at Fri, 1 Mar 2024 10:00:00 GMT
from lists.example.org [192.0.2.7]

   ----- The following addresses had permanent fatal errors -----
<gone@example.com>
    (reason: 550 5.1.1 <gone@example.com>... User unknown)
old@mail.example.net
    (reason: 552 5.2.2 Over quota)
    (expanded from: <alias@example.net>)

   ----- Transcript of session follows -----
... while talking to mx.example.com.:
>>> DATA
<<< 550 5.1.1 <gone@example.com>... User unknown

   ----- Message header follows -----

${original}`,
    detector: 'sendmail',
    recipients: ['alias@example.net', 'gone@example.com'],
    causes: ['full', 'dead'],
  },
  {
    name: 'Sendmail: transient errors while it goes on',
    subject: 'Warning: could not send message for past 4 hours',
    body: `
    **********************************************
    **      THIS IS A WARNING MESSAGE ONLY      **
    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **
    **********************************************

The original message was received at Fri, 1 Mar 2024 10:00:00 GMT

   ----- The following addresses had transient non-fatal errors -----
<slow@example.com>

   ----- Transcript of session follows -----
<slow@example.com>... Deferred: Connection timed out with mx.example.com.
Warning: message still undelivered after 4 hours
Will keep trying until message is 5 days old
`,
    detector: 'sendmail',
    kind: 'temporary',
    recipients: ['slow@example.com'],
    causes: ['expired'],
  },
  {
    name: 'Sendmail 5: only the transcript says who',
    subject: 'Returned mail: User unknown',
    body: `
   ----- Transcript of session follows -----
While talking to mx.example.com:
>>> RCPT To:<gone@example.com>
<<< 550 No such user here
550 <gone@example.com>... User unknown
550 example.net (smtp)... 550 Host unknown
554 <lost@example.net>... 550 Host unknown (Authoritative answer from name server)

   ----- Unsent message follows -----
${original}`,
    detector: 'sendmail',
    recipients: ['gone@example.com', 'lost@example.net'],
    causes: ['dead', 'routing'],
  },
  {
    name: 'Sendmail: a report of success charges nobody',
    subject: 'Return receipt',
    body: `
   ----- The following addresses had successful delivery notifications -----
<fine@example.com>  (successfully delivered to mailbox)

   ----- Transcript of session follows -----
<fine@example.com>... Successfully delivered
`,
    detector: 'success',
    kind: 'none',
    recipients: [],
  },
  {
    name: 'Biglobe: delivery problems, and what was not delivered',
    from: 'postmaster@biglobe.ne.jp',
    subject: 'Returned mail: User unknown',
    body: `
   ----- The following addresses had delivery problems -----
full@biglobe.example

   ----- Non-delivered information -----
The number of messages in recipient's mailbox exceeded the local limit.
`,
    detector: 'sendmail',
    recipients: ['full@biglobe.example'],
    causes: ['full'],
  },
  {
    name: 'Mail2000: the reason in square brackets',
    subject: 'Returned Mail: User unknown',
    body: `
The original message was received at Fri, 1 Mar 2024 10:00:00 +0900 (JST)
from ann@example.org

---The following addresses had delivery errors---

gone@example.com [User unknown]
`,
    detector: 'sendmail',
    recipients: ['gone@example.com'],
    causes: ['dead'],
  },
  {
    name: 'McAfee: the reason in brackets',
    subject: 'Delivery Status',
    body: `
   --- The following addresses had delivery problems ---

<gone@example.com>   (User unknown gone@example.com)
`,
    detector: 'sendmail',
    recipients: ['gone@example.com'],
    causes: ['dead'],
  },
  {
    name: 'Active!hunter: name and address after an arrow',
    from: '"MAILER-DAEMON" <MAILER-DAEMON@hunter.example.jp>',
    subject: 'FAILURE NOTICE :',
    fields: 'X-AHMAILID: 1',
    body: `
  ----- The following addresses had permanent fatal errors -----

>>> Some One <gone@example.com>

  ----- Transcript of session follows -----
550 sorry, no mailbox here by that name (#5.1.1 - chkusr)
`,
    detector: 'activehunter',
    recipients: ['gone@example.com'],
    causes: ['dead'],
    statuses: ['5.1.1'],
  },
  {
    name: 'ph: an address without a delivery point',
    subject: 'Returned mail - nameserver error report',
    body: `
 --------Message not delivered to the following addresses:

            gone@example.edu

 --------Error Detail (phquery V3.0):

---- gone@example.edu
     Does not have a final email delivery point.

 --------Unsent Message below:

${original}`,
    detector: 'sendmail',
    recipients: ['gone@example.edu'],
  },
]);
