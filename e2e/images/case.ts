import type { Inputs } from '../build.ts';

/** One Dockerfile that BuildKit and kaniko build. */
export interface Case {
  /** Name of the Dockerfile in `dockerfiles/`. */
  readonly name: string;
  /** `every kind`: a context with every kind of entry; by default the files in `context/`. */
  readonly context?: 'every kind';
  /** Texts of further files in the context, by name. */
  readonly files?: Readonly<Record<string, string>>;
  /** Further inputs of the step. */
  readonly inputs?: Inputs;
  /** The same for BuildKit, as options of its frontend. */
  readonly options?: readonly string[];
  /** Paths whose modification times must be equal. */
  readonly times?: readonly string[];
  /** The error of BuildKit, if the build has to fail. */
  readonly fails?: RegExp;
  /** By default the images are equal, or both builds fail. */
  readonly differs?: Difference;
  /** Where Google's kaniko differs in another way than Chainguard's. */
  readonly googleDiffers?: Difference;
}

/** How the image of kaniko differs from that of BuildKit. */
export interface Difference {
  /** The reason, as the documentation of the action describes it. */
  readonly because: string;
  /** Every difference matches one of these, and each of them matches a difference. */
  readonly sentences: readonly RegExp[];
  /** What the step logs ahead of the pod: a warning, or the error that it fails with. */
  readonly announced?: RegExp;
}
