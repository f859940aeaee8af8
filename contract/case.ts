import type { Session } from './session.ts';

/** One request or short conversation; the same on every cluster. */
export interface ContractCase {
  /** Unique; the key of the recorded result. */
  readonly name: string;
  /** What was answered, by what was looked at; the runner normalises it. */
  readonly run: (session: Session) => Promise<Readonly<Record<string, unknown>>>;
  /** What the playground cannot do as a real cluster does, with the reason, by the key of the result. */
  readonly differs?: Readonly<Record<string, string>>;
}
