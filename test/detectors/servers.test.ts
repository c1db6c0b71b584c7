import { original, testSamples } from './reports.ts';

testSamples([
  {
    name: 'Exim: X-Failed-Recipients says who, the text says why',
    subject: 'Mail delivery failed: returning message to sender',
    fields:
      'X-Failed-Recipients: one@example.com,\n  two@example.com\nAuto-Submitted: auto-replied',
    body: `
This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  one@example.com
    host mx.example.com [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<one@example.com>:
    550 5.1.1 User unknown
  two@example.com
    mailbox is full: retry timeout exceeded

------ This is a copy of the message, including all the headers. ------

${original}`,
    detector: 'exim',
    recipients: ['one@example.com', 'two@example.com'],
    causes: ['dead', 'full'],
    statuses: ['5.1.1', '5.2.2'],
  },
  {
    name: 'Exim before 1999: a colon after the address, no header field',
    subject: 'Mail delivery failed: returning message to sender',
    body: `
This message was created automatically by mail delivery software.

A message that you sent could not be delivered to all of its recipients. The
following address(es) failed:

  gone@example.com:
    unknown local-part "gone" in domain "example.com"

------ This is a copy of the message, including all the headers. ------

${original}`,
    detector: 'exim',
    recipients: ['gone@example.com'],
  },
  {
    name: 'Exim: a warning is a delay',
    subject: 'Warning: message 1rf2Ab-0001Xy-2B delayed 24 hours',
    body: `
This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on mx.example.net.

The message identifier is:     1rf2Ab-0001Xy-2B
The subject of the message is: [dev] Release

The addresses to which the message has not yet been delivered are:

  slow@example.com
    Delay reason: Connection timed out
  grey@example.net
    Delay reason: 451 4.7.1 Greylisting in action, please come back later

No action is required on your part. Delivery attempts will continue for
some time, and this warning may be repeated at intervals if the message
remains undelivered. Eventually the mail delivery software will give up,
and when that happens, the message will be returned to you.
`,
    detector: 'exim',
    kind: 'temporary',
    recipients: ['grey@example.net', 'slow@example.com'],
    causes: ['policy', 'expired'],
  },
  {
    name: '1&1: the words of Exim, quoted addresses, a reason below',
    subject: 'Mail delivery failed: returning message to sender',
    body: `
This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of
its recipients. This is a permanent error. The following address
failed:

"full@example.com":
SMTP error from remote server after RCPT command:
host: mx.example.com
5.2.2 Over quota


--- The header of the original message is following. ---

${original}`,
    detector: 'exim',
    recipients: ['full@example.com'],
    causes: ['full'],
  },
  {
    name: 'Postfix: expanded from is the address that was mailed',
    subject: 'Undelivered Mail Returned to Sender',
    fields: 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="A1.2/mx"',
    body: `
This is a MIME-encapsulated message.

--A1.2/mx
Content-Description: Notification
Content-Type: text/plain

This is the Postfix program at host mx.example.net.

I'm sorry to have to inform you that the message returned
below could not be delivered to one or more destinations.

For further assistance, please contact <postmaster@mx.example.net>

			The Postfix program

<very.long.address.of.someone@mail.example.com> (expanded from
    <someone@example.com>): host mx.example.com[192.0.2.1] said: 552 5.3.4 Message
    size exceeds fixed limit (in reply to MAIL FROM command)

<gone@example.com>: unknown user: "gone"

--A1.2/mx
Content-Description: Undelivered Message
Content-Type: message/rfc822

${original}
--A1.2/mx--
`,
    detector: 'postfix',
    recipients: ['gone@example.com', 'someone@example.com'],
    causes: ['dead', 'size'],
  },
  {
    name: 'Postfix: still being retried',
    subject: 'Delayed Mail (still being retried)',
    fields: 'Content-Type: text/plain\nContent-Description: Notification',
    body: `
This is the mail system at host mx.example.net.

####################################################################
# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #
####################################################################

Your message could not be delivered for more than 4 hour(s).
It will be retried until it is 5 day(s) old.

                   The mail system

<slow@example.com>: connect to mx.example.com[192.0.2.1]:25: Connection refused
`,
    detector: 'postfix',
    kind: 'temporary',
    recipients: ['slow@example.com'],
    causes: ['expired'],
    statuses: ['4.4.7'],
  },
  {
    name: 'Postfix: a report of success charges nobody',
    subject: 'Successful Mail Delivery Report',
    fields: 'Content-Type: text/plain\nContent-Description: Notification',
    body: `
This is the mail system at host mx.example.net.

Your message was successfully delivered to the destination(s)
listed below. If the message was delivered to mailbox you will
receive no further notifications. Otherwise you may still receive
notifications of mail delivery errors from other systems.

                   The mail system

<fine@example.com>: delivery via mx.example.com[192.0.2.1]:25: 250 2.0.0 Ok: queued
`,
    detector: 'success',
    kind: 'none',
    recipients: [],
  },
  {
    name: 'Courier: a section for delays, without its fields',
    subject: 'WARNING: delayed mail',
    body: `
This is a delivery status notification from mx.example.net,
running the Courier mail server, version 1.3.

The original message was received on Fri, 01 Mar 2024 09:59:58 +0000
from lists.example.org (192.0.2.7)

---------------------------------------------------------------------------

                              DELAYED MAIL

Your message to the following recipients has been delayed, and it has not
been delivered yet:

<slow@example.com>:
    mx.example.com [192.0.2.1]:
<<< 451 4.3.0 Try again later
`,
    detector: 'courier',
    kind: 'temporary',
    recipients: ['slow@example.com'],
    statuses: ['4.3.0'],
  },
  {
    name: 'OpenSMTPD: a list with reasons',
    subject: 'Delivery status notification: error',
    body: `
    Hi!

    This is the MAILER-DAEMON, please DO NOT REPLY to this email.

    An error has occurred while attempting to deliver a message for
    the following list of recipients:

gone@example.com: 550 Invalid recipient: <gone@example.com>
lost@example.net: Domain does not exist

    Below is a copy of the original message:

${original}`,
    detector: 'opensmtpd',
    recipients: ['gone@example.com', 'lost@example.net'],
    causes: ['dead', 'routing'],
  },
]);
