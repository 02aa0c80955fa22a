/** A name, key or value in a configuration is wrong. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/** Data is missing, has the wrong shape, or holds values that cannot be trained on. */
export class DataError extends Error {
  override name = 'DataError'
}

/** A file is not of the format that its name or header states, or has contents that are not supported. */
export class FormatError extends Error {
  override name = 'FormatError'
}

/** The loss or a gradient became NaN or infinite in training. Has the epoch, the step (both from 0) and the layer. */
export class DivergenceError extends Error {
  override name = 'DivergenceError'

  constructor(
    message: string,
    readonly epoch: number,
    readonly step: number,
    readonly layer: string,
  ) {
    super(message)
  }
}
