/** How `imageDatasetFromDirectory` computes pixels between those of an image. */
export type DatasetInterpolation = (typeof datasetInterpolations)[number]

/** The interpolations of `imageDatasetFromDirectory`. */
export const datasetInterpolations = [
  'bilinear',
  'nearest',
  'bicubic',
  'area',
  'lanczos3',
  'lanczos5',
  'gaussian',
  'mitchellcubic',
] as const
