/** A name, key or value in a configuration is wrong. */
export class ConfigError extends Error {
  override name = 'ConfigError'
}

/** Data is missing, has the wrong shape, or holds values that cannot be trained on. */
export class DataError extends Error {
  override name = 'DataError'
}

/** A file is not what it claims to be, or holds something that cannot be read here. */
export class FormatError extends Error {
  override name = 'FormatError'
}

/** Training met NaN or an infinity. Carries where, so that tools can report it. */
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
