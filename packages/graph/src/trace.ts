// The tracer is part of the tensor package, because `scan` traces its body.
export { replay, type Traced, type TraceOptions, trace } from '@gradus/tensor/internals'
