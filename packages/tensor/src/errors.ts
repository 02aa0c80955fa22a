/** Shapes or dtypes do not fit an operation. */
export class ShapeError extends Error {
  override name = 'ShapeError'
}

/** A value is read while a function is traced, when only shapes are known. */
export class TraceError extends Error {
  override name = 'TraceError'
}

/** No backend is chosen, tensors of two backends are mixed, or a backend lacks an ability or memory. */
export class BackendError extends Error {
  override name = 'BackendError'
}
