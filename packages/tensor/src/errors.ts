/** Shapes or dtypes do not fit an operation. */
export class ShapeError extends Error {
  override name = 'ShapeError'
}

/** A value was asked for where only its shape is known. */
export class TraceError extends Error {
  override name = 'TraceError'
}

/** A backend is missing, was mixed with another one, or cannot do what was asked. */
export class BackendError extends Error {
  override name = 'BackendError'
}
