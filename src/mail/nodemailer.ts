/**
 * The one door to nodemailer: its address parser and its composer.
 *
 * A dependency has exactly one importing file, so that replacing it is one file's work.
 */
export { default as addressparser } from 'nodemailer/lib/addressparser';

/** The composer, loaded when something is first composed: most of our processes never do. */
export async function loadComposer() {
  return (await import('nodemailer/lib/mail-composer')).default;
}
