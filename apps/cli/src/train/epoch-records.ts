import type { EpochRecord } from './run-state.ts'

/** Whether a higher value of a figure is better, by its name. */
export function higherIsBetter(figure: string): boolean {
  return !/loss|error|mse|mae|mape|msle|rmse|divergence|crossentropy|poisson|hinge|perplexity|distance/i.test(figure)
}

/** The epoch with the best value of a figure; undefined where none is finite. */
export function bestOf(
  records: readonly EpochRecord[],
  figure: string,
  mode: 'min' | 'max' = higherIsBetter(figure) ? 'max' : 'min',
): { epoch: number; value: number } | undefined {
  const sign = mode === 'max' ? -1 : 1
  const found = records
    .map(({ epoch, logs }) => ({ epoch, value: logs[figure] ?? Number.NaN }))
    .filter(({ value }) => Number.isFinite(value))
  return found.sort((a, b) => sign * (a.value - b.value) || a.epoch - b.epoch)[0]
}

/** The names of the figures of a run, in the order of the first epoch, without the learning rate, which callbacks add. */
export function figureNames(records: readonly EpochRecord[]): string[] {
  return [...new Set(records.flatMap(({ logs }) => Object.keys(logs)))].filter((name) => name !== 'learning_rate')
}

/** The training time of a run in milliseconds. */
export function trainingTime(records: readonly EpochRecord[]): number {
  return records.reduce((sum, { milliseconds }) => sum + (Number.isFinite(milliseconds) ? milliseconds : 0), 0)
}

/** The figure by which the best epoch of a run is chosen: the loss of the validation rows where there are such. */
export function watchedLoss(records: readonly EpochRecord[]): 'val_loss' | 'loss' {
  return records.at(-1)?.logs['val_loss'] === undefined ? 'loss' : 'val_loss'
}
