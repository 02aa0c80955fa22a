// The tracer belongs to the tensors, because `scan` writes its step down with it.
export { replay, type Traced, type TraceOptions, trace } from '@gradus/tensor'
