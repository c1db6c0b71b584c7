import { original, testSamples } from './reports.ts';

testSamples([
  {
    name: 'MailEnable: SMTP addresses in brackets',
    from: 'Postmaster@example.com',
    subject: 'Message Delivery Failure',
    body: `
Message could not be delivered to some recipients.
The following recipient(s) could not be reached:

	Recipient: [SMTP:gone@example.com]
	Reason: The message could not be delivered because the recipient does not exist

Message headers follow:

${original}`,
    detector: 'mailenable',
    recipients: ['gone@example.com'],
    causes: ['dead'],
  },
  {
    name: 'Domino: was not delivered to, because',
    from: 'Postmaster@example.com',
    subject: 'DELIVERY FAILURE: User gone (gone@example.com) not listed in Domino Directory',
    body: `
Your message

  Subject: [dev] Release

was not delivered to:

  gone@example.com

because:

  User gone (gone@example.com) not listed in Domino Directory
`,
    detector: 'domino',
    recipients: ['gone@example.com'],
    causes: ['dead'],
  },
  {
    name: 'Lotus SMTP gateway: the reason stands above',
    from: 'postmaster@example.com',
    subject: 'Undeliverable message',
    body: `
------- Failure Reasons  --------

User not listed in public Name & Address Book
gone@example.com

------- Returned Message --------
${original}`,
    detector: 'domino',
    recipients: ['gone@example.com'],
    causes: ['dead'],
  },
  {
    name: 'GroupWise: a name without its domain is completed from the message',
    from: 'Mailer-Daemon@gw.example.com',
    subject: 'Message status - undeliverable',
    body: `
The message that you sent was undeliverable to the following:
	gone (user not found)

Possibly truncated original message follows:

Received: from lists.example.org
	by gw.example.com; Fri, 01 Mar 2024 10:00:00 +0000
From: ann@example.org
To: Gone <gone@example.com>, other@example.com
Subject: hi
`,
    detector: 'groupwise',
    recipients: ['gone@example.com'],
    causes: ['dead'],
  },
]);
