import { gaps, type GapName } from '../../src/dockerfile/check/kanikos.ts';
import type { Inputs } from '../build.ts';
import { unseen, type UnseenName } from './unseen.ts';

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

/** What the step reports ahead of the pod, or a difference that it cannot see. */
export type Reason = GapName | UnseenName;

/** How the image of kaniko differs from that of BuildKit. */
export interface Difference {
  readonly reasons: readonly Reason[];
  /** Every difference matches one of these, and each of them matches a difference. */
  readonly sentences: readonly RegExp[];
}

/** The features that the step names ahead of the pod, in a warning or in the error that it fails with. */
export function announcedFeatures({ reasons }: Difference): readonly string[] {
  return reasons.flatMap((reason) => (reason in unseen ? [] : gaps[reason as GapName].feature));
}
