import type { MemoryArray, ScanParams } from '@gradus/tensor/internals'
import { arrayIn } from './array-in.ts'

/** A compiled body. The loop binds its inputs and outputs. */
export interface BodyProgram {
  bindInput(index: number, data: MemoryArray): void
  bindOutput(index: number, data: MemoryArray): void
  execute(): void
  /** Releases the bound values. */
  release(): void
}

/** A value of the surrounding program. */
export interface LoopValue {
  readonly data: MemoryArray
  /** Whether its memory is the same in every run. */
  readonly fixed: boolean
}

/**
 * Runs the body of a `scan` over host memory. The body reads elements of the sequences and writes elements of the results
 * in place. Each carry alternates between its output buffer, where it ends, and a spare one. So iterations copy nothing and
 * allocate nothing.
 */
export class ScanLoop {
  private readonly spare: readonly MemoryArray[]
  private readonly elements: readonly Elements[]
  private readonly results: readonly Elements[]

  /** `inputs` and `outputs` are those of the op. */
  constructor(
    private readonly params: ScanParams,
    private readonly program: BodyProgram,
    private readonly inputs: readonly LoopValue[],
    private readonly outputs: readonly LoopValue[],
  ) {
    const { body, carries, sequences, length } = params
    this.spare = body.inputs.slice(0, carries).map((aval) => arrayIn(aval))
    this.elements = inputs.slice(carries, carries + sequences).map((value) => new Elements(value, length))
    this.results = outputs.slice(carries).map((value) => new Elements(value, length))
  }

  run(): void {
    const { params, program, inputs, outputs, spare, elements, results } = this
    const { length, reverse, carries, sequences } = params
    for (let index = carries + sequences; index < inputs.length; index++) program.bindInput(index, inputs[index]!.data)
    for (let done = 0; done < length; done++) {
      // the last iteration writes to the output
      const ends = (length - 1 - done) % 2 === 0
      for (let carry = 0; carry < carries; carry++) {
        const [own, other] = ends ? [outputs[carry]!.data, spare[carry]!] : [spare[carry]!, outputs[carry]!.data]
        program.bindInput(carry, done === 0 ? inputs[carry]!.data : other)
        program.bindOutput(carry, own)
      }
      const time = reverse ? length - 1 - done : done
      for (let index = 0; index < sequences; index++) program.bindInput(carries + index, elements[index]!.at(time))
      for (let index = 0; index < results.length; index++) program.bindOutput(carries + index, results[index]!.at(time))
      program.execute()
    }
    if (length === 0) for (let carry = 0; carry < carries; carry++) outputs[carry]!.data.set(inputs[carry]!.data)
    program.release()
    for (const value of [...elements, ...results]) value.release()
  }
}

/** Views of the elements along the leading axis; kept from run to run where the memory stays the same. */
class Elements {
  private views: MemoryArray[] = []

  constructor(
    private readonly value: LoopValue,
    private readonly length: number,
  ) {}

  at(time: number): MemoryArray {
    const { data } = this.value
    const size = data.length / this.length
    return (this.views[time] ??= data.subarray(time * size, (time + 1) * size))
  }

  release(): void {
    if (!this.value.fixed) this.views = []
  }
}
