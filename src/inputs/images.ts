/**
 * Default builder images. They are tags: a digest may replace one only after a build with that image has been tested,
 * because a wrong digest would break the step of every user.
 */
export const defaultImages = {
  kaniko: 'ghcr.io/osscontainertools/kaniko:v1.28.3',
} as const;
