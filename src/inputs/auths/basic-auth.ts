/** User and password as Docker's `auth` and the header Authorization have them: the base64 of `user:password`. */
export function basicAuth(username: string, password: string): string {
  return Buffer.from(`${username}:${password}`).toString('base64');
}
