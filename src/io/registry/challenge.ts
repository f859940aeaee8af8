/** How a registry wants requests to be authenticated. */
export type Challenge =
  | { readonly scheme: 'basic' }
  | {
      readonly scheme: 'bearer';
      /** URL of the token service. */
      readonly realm: string;
      readonly service: string | undefined;
    };

const bearer = /(?:^|,\s*)Bearer\s([^]*)$/i;
const basic = /(?:^|,\s*)Basic\b/i;
const parameter = /\b(realm|service)="([^"]*)"/gi;

/** Reads a WWW-Authenticate header: Bearer before Basic, undefined for anything else. */
export function parseChallenge(header: string | undefined): Challenge | undefined {
  const parameters = bearer.exec(header ?? '')?.[1];
  if (parameters !== undefined) {
    const values = new Map<string, string>();
    for (const [, name = '', value = ''] of parameters.matchAll(parameter)) {
      if (!values.has(name.toLowerCase())) values.set(name.toLowerCase(), value);
    }
    const realm = values.get('realm');
    if (realm !== undefined) return { scheme: 'bearer', realm, service: values.get('service') };
  }
  return basic.test(header ?? '') ? { scheme: 'basic' } : undefined;
}
