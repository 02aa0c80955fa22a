/** The format of the models of a run. */
const extension = '.safetensors'

/** The names of the files of a run. */
export const fileNames = {
  /** The model as training left it. */
  last: `model-last${extension}`,
  /** The model of the epoch with the best figure. */
  best: `model-best${extension}`,
  /** The model from which the run continues, where `last` has final weights: averages, or the best ones. */
  checkpoint: `checkpoint${extension}`,
  config: 'config.json',
  environment: 'env.json',
  summary: 'summary.txt',
  /** The figures of all epochs. */
  table: 'results.csv',
  events: 'metrics.jsonl',
  /** The figures of the held-out samples. */
  evaluation: 'evaluation.json',
} as const

/** The files of a run. */
export type FileName = keyof typeof fileNames
