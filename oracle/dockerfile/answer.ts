// What the Go program answers about a Dockerfile; see read.go.

/** An instruction as BuildKit's parser reads it, known or not. */
export interface ReadInstruction {
  readonly line: number;
  readonly name: string;
  readonly text: string;
  readonly flags: readonly string[];
  readonly heredocs: readonly { readonly delimiter: string; readonly isIndented: boolean }[];
  /** The elements of the JSON form; null for another form. */
  readonly json: readonly string[] | null;
}

/** A file that the parser refuses. */
export interface Unreadable {
  readonly frontend: string;
  readonly parseError: string;
}

/** A file that the parser reads. `refused` is the error of an instruction, or of the references between the stages. */
export interface Read {
  readonly frontend: string;
  readonly parseError?: undefined;
  readonly escape: string;
  readonly instructions: readonly ReadInstruction[];
  readonly refused: string;
}

/** A file that BuildKit builds. */
export interface Accepted extends Omit<Read, 'refused'> {
  readonly refused?: undefined;
  readonly stages: readonly {
    readonly line: number;
    readonly name: string;
    readonly base: string;
    /** As written, but the keys without their quotes, read with a backslash as kaniko does. */
    readonly labels: readonly {
      readonly line: number;
      readonly key: string;
      readonly value: string;
    }[];
  }[];
  /** The index of the target stage; -1 if no stage has that name. */
  readonly target: number;
  /** Indexes of the stages that the target needs, in the order of the file. */
  readonly reachable: readonly number[];
  /** Each once, in order. Docker Hub is `docker.io`. */
  readonly registries: readonly string[];
  /** The sources of COPY and ADD that name one file or directory of the context. Clean paths; empty is the context itself. */
  readonly copies: readonly { readonly line: number; readonly literals: readonly string[] }[];
}

export type Answer = Unreadable | Read | Accepted;
