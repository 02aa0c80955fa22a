import {
  add,
  apply,
  currentInterpreter,
  type Interpreter,
  identityOp,
  type Op,
  type Tensor,
  withInterpreter,
} from '@gradus/tensor'

interface Entry {
  readonly op: Op
  readonly inputs: readonly Tensor[]
  readonly params: unknown
  readonly output: Tensor
}

/**
 * Remembers the ops that a result depends on, and lets the interpreter below do them. What it remembers are ordinary
 * tensors, so tapes stack (a gradient of a gradient) and work above a tracer (a gradient inside `compile`).
 */
export class Tape implements Interpreter {
  private readonly entries: Entry[] = []
  private readonly watched = new Set<Tensor>()
  private readonly below = currentInterpreter()

  /** A tensor with the same value that this tape follows. */
  watch(x: Tensor): Tensor {
    // a tensor of its own: two tapes may follow the same value separately
    const own = this.copy(x)
    this.watched.add(own)
    return own
  }

  private copy(x: Tensor): Tensor {
    return withInterpreter(this.below, () => apply(identityOp, [x], null))
  }

  apply(op: Op, inputs: readonly Tensor[], params: unknown): Tensor {
    if (op.inline && !op.vjp) {
      // a body without a derivative of its own is followed op by op, by this very tape
      const inline = op.inline
      return withInterpreter(this, () => inline.call(op, inputs, params))
    }
    const made = withInterpreter(this.below, () => apply(op, inputs, params))
    // a body may hand an input through; what flows back to the input must not flow to the output as well
    const output = this.watched.has(made) || inputs.includes(made) ? this.copy(made) : made
    if (op.vjp && inputs.some((input) => this.watched.has(input))) {
      this.watched.add(output)
      this.entries.push({ op, inputs, params, output })
    }
    return output
  }

  /** Runs `body` behind this tape. */
  record<T>(body: () => T): T {
    return withInterpreter(this, body)
  }

  /** The cotangents of `sources`, given those of `outputs`; undefined where none flows. Runs below this tape. */
  pull(outputs: readonly Tensor[], cotangents: readonly Tensor[], sources: readonly Tensor[]): (Tensor | undefined)[] {
    const flowing = new Map<Tensor, Tensor>()
    const flow = (to: Tensor, cotangent: Tensor) => {
      const sofar = flowing.get(to)
      flowing.set(to, sofar ? add(sofar, cotangent) : cotangent)
    }
    outputs.forEach((output, index) => {
      if (this.watched.has(output)) flow(output, cotangents[index]!)
    })
    for (let index = this.entries.length - 1; index >= 0; index--) {
      const { op, inputs, params, output } = this.entries[index]!
      const cotangent = flowing.get(output)
      if (!cotangent) continue
      op.vjp!(cotangent, inputs, params, output).forEach((share, position) => {
        if (share && this.watched.has(inputs[position]!)) flow(inputs[position]!, share)
      })
    }
    return sources.map((source) => flowing.get(source))
  }
}
