/** An answer that says what is wrong with a request. */
export class HttpError extends Error {
  override name = 'HttpError'

  constructor(
    readonly status: number,
    /** A word for programs, such as `bad-shape`. */
    readonly code: string,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
  }
}
