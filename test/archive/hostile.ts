/** Messages whose writers mean ill with whoever reads them in a browser. */
import { mail } from './archived.ts';

const run = `document.title='EXECUTED'`;
const script = `<script>${run}</script>`;

export const hostile: readonly string[] = [
  mail(
    { Subject: script, From: `"${script}" <x@example.net>`, 'Message-ID': `<${'a'}"onclick@x>` },
    `${script}\n<img src=x onerror="${run}">\n`,
  ),
  mail(
    { Subject: '</title></h1><svg onload=x>', 'Message-ID': '<b</script>@x>' },
    '</div></body></html><script>\n',
  ),
  `From: a@example.net\nSubject: html\nContent-Type: text/html\n\n<html><body onload="${run}"><p>hello</p>${script}<a href="javascript:${run}">x</a><iframe src="x"></iframe></body>`,
  mail(
    { Subject: 'links' },
    `javascript:alert(1) https://x.example/"onmouseover="${run}" http://y.example/'><b> data:text/html,${script}\n`,
  ),
  mail(
    { Subject: '\u202egnp.exe', From: '=?utf-8?q?=00=1b=5B31m?= <c@example.net>' },
    'bell\x07 and \x00 and \ud800\n',
  ),
  mail(
    { Subject: '__proto__ constructor' },
    '__proto__ constructor toString </script> ]]> \u2028 \n',
  ),
  `From: d@example.net
Subject: files
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b

see
--b
Content-Type: text/html; name="../../evil.html"
Content-Disposition: attachment; filename="../../evil.html"

${script}
--b
Content-Type: image/svg+xml
Content-Disposition: attachment; filename="x.svg"

<svg xmlns="http://www.w3.org/2000/svg" onload="${run}"/>
--b
Content-Type: image/png
Content-Disposition: attachment; filename="cat.PNG"
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--b
Content-Type: application/octet-stream
Content-Disposition: attachment; filename="<img src=x onerror=x>.js"

x()
--b--
`,
];
