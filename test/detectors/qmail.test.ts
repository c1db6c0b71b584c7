import { original, testSamples } from './reports.ts';

testSamples([
  {
    name: 'qmail-send: each recipient a paragraph',
    subject: 'failure notice',
    body: `
Hi. This is the qmail-send program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<gone@example.com>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.1.1 <gone@example.com>: no mailbox here
Giving up on 192.0.2.1.

<slow@example.com>:
I'm not going to try again; this message has been in the queue too long.

--- Below this line is a copy of the message.

${original}
<nobody@example.com>:
This is in the copy.
`,
    detector: 'qmail',
    recipients: ['gone@example.com', 'slow@example.com'],
    causes: ['dead', 'expired'],
  },
  {
    name: 'a qmail in Portuguese',
    subject: 'falha na entrega',
    body: `
Olá. Este é o servidor de mail.example.com.
Sua mensagem não pôde ser entregue aos destinatários abaixo.

<gone@example.com>:
Usuário inexistente. (#5.1.1)

--- Mensagem original

${original}`,
    detector: 'qmail',
    recipients: ['gone@example.com'],
    causes: ['dead'],
    statuses: ['5.1.1'],
  },
]);
