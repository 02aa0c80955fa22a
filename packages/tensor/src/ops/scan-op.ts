import type { Aval } from '../aval.ts'
import { ShapeError } from '../errors.ts'
import { avalOf, bodyOf, type Graph } from '../graph.ts'
import { applyAll } from '../interpreter.ts'
import type { Op } from '../op.ts'
import { canonical } from '../params-key.ts'
import { formatShape, sameShape } from '../shape.ts'
import { Tensor } from '../tensor.ts'
import { replay, traceOpen } from '../trace.ts'
import { full } from './broadcast.ts'
import { BodyDerivative, type LoopBody } from './scan-derivative.ts'

/**
 * A loop. The inputs of the op are the first carries, then the sequences (with a leading time axis), then the values
 * that are the same in every step. The inputs of `body` are the same, but with one element of each sequence. The body gives the
 * next carries and one element per result; the op gives the last carries and the results (with a leading time axis).
 */
export interface ScanParams extends LoopBody {
  readonly length: number
  /** From the last element to the first. Each element of a result has the position of the elements it was made from. */
  readonly reverse: boolean
}

/** Runs a graph once for each element along the leading axis of sequences, with carries from step to step. */
export const scanOp: Op<ScanParams> = {
  name: 'scan',
  shape: (inputs, params) => scanShapes(inputs, params)[0]!,
  shapes: (inputs, params) => scanShapes(inputs, params),
  linearize(inputs, params, active) {
    const { length, reverse } = params
    const derivative = new BodyDerivative(params, active)
    return {
      inputs: [...inputs, ...derivative.captured],
      params: { ...params, body: derivative.forward },
      vjp(cotangents, outputs) {
        const back = derivative.backward(derivative.outputs.map((_, output) => cotangents[output] !== null))
        const { body, carries, sequences } = back
        const reached = [...back.carried, ...back.summed, ...back.pulled]
        const shares: (Tensor | null)[] = inputs.map(() => null)
        if (reached.length === 0) return shares
        const zeros = (input: number) => {
          const { shape, dtype } = inputs[input]!
          return full(shape, 0, dtype, inputs[input])
        }
        const made = applyAll(
          scanOp,
          [
            ...back.carried.map((carry) => cotangents[carry] ?? zeros(carry)),
            ...back.summed.map(zeros),
            ...back.cotangents.map((output) => cotangents[output]!),
            ...back.kept.map((output) => outputs[output]!),
            ...[...back.elements, ...back.invariants].map((input) => inputs[input]!),
            ...back.captured,
          ],
          { body, carries, sequences, length, reverse: !reverse },
        )
        reached.forEach((input, index) => {
          shares[input] = made[index]!
        })
        return shares
      },
    }
  },
  inlineBody(inputs, params, keep) {
    const { body } = params
    if (!hasParts(body, keep)) return { inputs, params }
    const { graph, captured } = traceOpen(
      (...values: readonly Tensor[]) => replay(body, values),
      body.inputs.map((aval) => new Tensor(aval)),
      keep,
    )
    return { inputs: [...inputs, ...captured], params: { ...params, body: canonical(graph) } }
  },
}

/** Whether a graph has composites that are not kept, in itself or in a loop inside it. */
function hasParts(graph: Graph, keep: (op: Op) => boolean): boolean {
  return graph.nodes.some(({ op, params }) => {
    const body = bodyOf(params)
    return (op.inline && !keep(op)) || (body && hasParts(body, keep))
  })
}

function scanShapes(inputs: readonly Aval[], { body, length, carries, sequences }: ScanParams): Aval[] {
  if (inputs.length !== body.inputs.length) {
    throw new ShapeError(`scan: the step has ${body.inputs.length} inputs and the loop ${inputs.length}.`)
  }
  body.inputs.forEach((expected, index) => {
    const isSequence = index >= carries && index < carries + sequences
    requireAval(`input ${index}`, inputs[index]!, isSequence ? stacked(expected, length) : expected)
  })
  const outputs = body.outputs.map((value) => avalOf(body, value))
  const last = outputs.slice(0, carries)
  last.forEach((aval, index) => requireAval(`carry ${index} after a step`, aval, body.inputs[index]!))
  return [...last, ...outputs.slice(carries).map((aval) => stacked(aval, length))]
}

function stacked({ shape, dtype }: Aval, length: number): Aval {
  return { shape: [length, ...shape], dtype }
}

function requireAval(what: string, actual: Aval, expected: Aval): void {
  if (actual.dtype === expected.dtype && sameShape(actual.shape, expected.shape)) return
  throw new ShapeError(
    `scan: ${what} is ${actual.dtype}${formatShape(actual.shape)} and must be ${expected.dtype}${formatShape(expected.shape)}.`,
  )
}
