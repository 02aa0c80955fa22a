/** What the server accepts. */
export interface Limits {
  /** The largest body of a request in bytes. */
  readonly maxBody: number
  /** The largest number of rows of a request. */
  readonly maxRows: number
  /** The longest time of a request in seconds, from its first byte to the prediction. */
  readonly timeout: number
  /** The largest number of predictions that wait at a time. */
  readonly maxRequests: number
}

export const defaultLimits: Limits = { maxBody: 2 ** 20, maxRows: 1024, timeout: 10, maxRequests: 64 }

/** The largest header of a request in bytes. */
export const maxHeader = 8192
