import type { Logins } from './logins.ts';

/** The text of a Docker config.json with these credentials alone; undefined without any. */
export function configJson({ byHost }: Logins): string | undefined {
  if (byHost.size === 0) return undefined;
  return `${JSON.stringify({ auths: Object.assign({}, ...byHost.values()) as object })}\n`;
}
