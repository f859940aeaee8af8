/**
 * Default images of the builders, by tag. A digest takes a tag's place only after a build with that very image was proved:
 * a wrong one would break every user.
 */
export const defaultImages = {
  kaniko: 'ghcr.io/osscontainertools/kaniko:v1.28.3',
} as const;
