import { apply, applyAll, currentInterpreter, type Interpreter, withInterpreter } from './interpreter.ts'
import { type Op, shapesOf } from './op.ts'
import { add } from './ops/arithmetic.ts'
import { identityOp } from './ops/broadcast-op.ts'
import type { Tensor } from './tensor.ts'

type Cotangents = readonly (Tensor | null)[]

interface Pullback {
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly Tensor[]
  /** The cotangents of the inputs, given those of the outputs. */
  readonly vjp: (cotangents: Cotangents) => Cotangents
}

/**
 * Records the ops that a result depends on, and lets the interpreter below apply them. It records ordinary tensors, so tapes
 * stack (a gradient of a gradient) and work above a tracer (a gradient inside `compile`).
 *
 * The public functions are `vjp` and `grad` of `@gradus/autograd`.
 */
export class Tape implements Interpreter {
  private readonly pullbacks: Pullback[] = []
  private readonly watched = new Set<Tensor>()
  private readonly below = currentInterpreter()

  /** A tensor with the same value that this tape follows. */
  watch(x: Tensor): Tensor {
    // a new tensor, because two tapes may follow the same value separately
    const own = this.copy(x)
    this.watched.add(own)
    return own
  }

  private copy(x: Tensor): Tensor {
    return withInterpreter(this.below, () => apply(identityOp, [x], null))
  }

  apply(op: Op, inputs: readonly Tensor[], params: unknown): readonly Tensor[] {
    if (op.inline && !op.vjp) {
      // the body of a composite without a derivative is followed op by op, by this tape
      const inline = op.inline
      return [withInterpreter(this, () => inline.call(op, inputs, params))]
    }
    const active = inputs.map((input) => this.watched.has(input))
    const followed = active.includes(true)
    const linear = followed ? op.linearize?.(inputs, params, active) : undefined
    const made = withInterpreter(this.below, () =>
      linear ? applyAll(op, linear.inputs, linear.params) : applyAll(op, inputs, params),
    )
    // a body may return an input; a cotangent of the input must not count for the output as well
    const outputs = made.map((output) =>
      this.watched.has(output) || inputs.includes(output) ? this.copy(output) : output,
    )
    if (linear) {
      this.follow({ inputs, outputs, vjp: (cotangents) => linear.vjp(cotangents, outputs) })
      return outputs.slice(0, shapesOf(op, inputs, params).length)
    }
    if (followed && op.vjp) {
      const { vjp } = op
      this.follow({ inputs, outputs, vjp: ([ct]) => vjp.call(op, ct!, inputs, params, outputs[0]!) })
    }
    return outputs
  }

  private follow(pullback: Pullback): void {
    for (const output of pullback.outputs) this.watched.add(output)
    this.pullbacks.push(pullback)
  }

  /** Runs `body` with this tape as the interpreter. */
  record<T>(body: () => T): T {
    return withInterpreter(this, body)
  }

  /** The cotangents of `sources`, given those of `outputs`; undefined where none flows. Runs below this tape. */
  pull(outputs: readonly Tensor[], cotangents: readonly Tensor[], sources: readonly Tensor[]): (Tensor | undefined)[] {
    const flowing = new Map<Tensor, Tensor>()
    const flow = (to: Tensor, cotangent: Tensor) => {
      if (!this.watched.has(to)) return
      const sofar = flowing.get(to)
      flowing.set(to, sofar ? add(sofar, cotangent) : cotangent)
    }
    outputs.forEach((output, index) => flow(output, cotangents[index]!))
    for (let index = this.pullbacks.length - 1; index >= 0; index--) {
      const { inputs, outputs: made, vjp } = this.pullbacks[index]!
      const arrived = made.map((output) => flowing.get(output) ?? null)
      if (arrived.every((cotangent) => cotangent === null)) continue
      vjp(arrived).forEach((share, position) => {
        if (share) flow(inputs[position]!, share)
      })
    }
    return sources.map((source) => flowing.get(source))
  }
}
