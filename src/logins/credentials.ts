import { basicAuth } from '../inputs/auths/basic-auth.ts';
import { fieldsOf } from '../text/json.ts';
import { maskForms } from '../text/mask.ts';

/** Credentials of one registry: the fields of an entry of `auths` in Docker's config.json. */
export interface Credentials {
  /** Base64 of `user:password`. */
  readonly auth?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

/** The credentials of an entry of `auths`; undefined for an empty one, which `docker login` writes if a credential store has them. */
export function readCredentials(entry: unknown): Credentials | undefined {
  const { auth, username, password, identitytoken, registrytoken } = fieldsOf(entry);
  const basic =
    typeof username === 'string' && typeof password === 'string' && username !== ''
      ? basicAuth(username, password)
      : auth;
  const fields = Object.entries({ auth: basic, identitytoken, registrytoken }).filter(
    ([, value]) => typeof value === 'string' && value !== '',
  );
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}

/** False for an `auth` that is not the base64 text of `user:password`. Tokens take precedence over it and are not checked. */
export function isUsable({ auth, identitytoken, registrytoken }: Credentials): boolean {
  if (auth === undefined || identitytoken !== undefined || registrytoken !== undefined) return true;
  const text = auth.replace(/[\r\n]/g, '');
  const isBase64 = text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
  return isBase64 && Buffer.from(text, 'base64').indexOf(':') > 0;
}

/** Every form of the credentials that the job log must mask. */
export function secretsOf({
  auth = '',
  identitytoken = '',
  registrytoken = '',
}: Credentials): readonly string[] {
  const password = Buffer.from(auth, 'base64')
    .toString('utf8')
    .replace(/^[^:]*:/, '');
  return maskForms([auth, password, identitytoken, registrytoken].filter((text) => text !== ''));
}
