/**
 * The one door to nodemailer: its address parser and its composer.
 *
 * A dependency has exactly one importing file, so that replacing it is one file's work.
 */
export { default as addressparser } from 'nodemailer/lib/addressparser';
export { default as MailComposer } from 'nodemailer/lib/mail-composer';
