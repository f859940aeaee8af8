import type { Session } from './session.ts';

/** One request or short conversation; the same on every cluster. */
export interface ContractCase {
  /** Unique; the key of the recorded result. */
  readonly name: string;
  /** The results to compare, by name; the runner normalises them. */
  readonly run: (session: Session) => Promise<Readonly<Record<string, unknown>>>;
  /** The known differences of the playground: the reason for each, by name of the result. */
  readonly differs?: Readonly<Record<string, string>>;
}
