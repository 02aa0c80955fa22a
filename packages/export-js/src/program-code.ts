import { ConfigError } from '@gradus/core'
import { formOf, type KernelSchedule, locate, type OpaqueKernel } from '@gradus/schedule'
import { type DType, isFloat, sizeOf } from '@gradus/tensor'
import type { Aval, Node, ScanParams } from '@gradus/tensor/internals'
import type { UsedHelpers } from './helpers.ts'
import { kernelCode } from './kernel-code.ts'
import { arrayClass } from './memory.ts'

/** The definitions of a file, apart from helpers. */
export class ProgramWriter {
  /** Functions and arrays, in the order in which they are needed. */
  readonly definitions: string[] = []
  private readonly kernels = new Map<string, string>()
  private readonly bodies = new Map<KernelSchedule, string>()
  private mostSums = 0
  private arenas = 0
  private views = 0

  constructor(private readonly helpers: UsedHelpers) {}

  /** The definition of the array for sums, if a kernel has one. */
  get sums(): string[] {
    return this.mostSums > 0 ? [`const A=new Float64Array(${this.mostSums})`] : []
  }

  /** Returns the statements that run a schedule. The names are those of the arrays of its inputs, constants and outputs. */
  run(
    schedule: KernelSchedule,
    names: { input(index: number): string; constant(index: number): string; output(index: number): string },
  ): string {
    const { analysis, kernels, plan } = schedule
    const arena = plan.arenaBytes > 0 ? `M${this.arenas++}` : ''
    if (arena) this.definitions.push(`const ${arena}=new ArrayBuffer(${plan.arenaBytes})`)
    const known = new Map<string, string>()
    const arrayOf = (value: number): string => {
      const { shape, dtype } = analysis.aval(value)
      // a value that is never written has no elements
      if (!plan.places.has(analysis.roots[value]!)) return `new ${arrayClass(dtype)}(0)`
      const place = locate<string>(schedule, value, { arena: 0, input: names.input, output: names.output })
      if (typeof place === 'string') return place
      if (place.at === 'constant') return names.constant(place.index)
      const view = `new ${arrayClass(dtype)}(${arena},${place.offset},${sizeOf(shape)})`
      let name = known.get(view)
      if (!name) {
        known.set(view, (name = `v${this.views++}`))
        this.definitions.push(`const ${name}=${view}`)
      }
      return name
    }
    const calls = kernels.map(({ kernel }) => {
      if (kernel.kind === 'opaque') return this.opaque(kernel, arrayOf)
      const form = formOf(kernel)
      let name = this.kernels.get(form.key)
      if (!name) {
        this.kernels.set(form.key, (name = `k${this.kernels.size}`))
        this.definitions.push(
          `const ${name}=${kernelCode(kernel, form, { helpers: this.helpers, sums: (count) => this.sumsOf(count) })}`,
        )
      }
      return `${name}(${form.values.map(arrayOf).join()});`
    })
    const copies = plan.outputs.flatMap(({ from }, index) =>
      from === 'copy' ? [`${names.output(index)}.set(${arrayOf(analysis.graph.outputs[index]!)});`] : [],
    )
    return [...calls, ...copies].join('')
  }

  private sumsOf(count: number): string {
    this.mostSums = Math.max(this.mostSums, count)
    return 'A'
  }

  private opaque(kernel: OpaqueKernel, arrayOf: (value: number) => string): string {
    if (kernel.body) return this.scan(kernel, arrayOf)
    const [output, input] = [arrayOf(kernel.outputs[0]!), arrayOf(kernel.inputs[0]!)]
    return this.along(kernel.node, kernel.inputAvals[0]!, output, input)
  }

  /** An op along an axis: order, running sum or running product. None of them takes halves. */
  private along({ op: { name }, params }: Node, { shape, dtype }: Aval, output: string, input: string): string {
    const { axis, reverse, exclusive, descending } = params as {
      readonly axis: number
      readonly reverse?: boolean
      readonly exclusive?: boolean
      readonly descending?: boolean
    }
    const line = `${output},${input},${shape[axis]},${sizeOf(shape.slice(axis + 1))}`
    if (name === 'argsort') return `${this.helpers.use('so')}(${line},${descending === true});`
    const product = name === 'cumprod'
    if (!product && name !== 'cumsum') throw missingOp(name)
    const options = `${reverse === true},${exclusive === true},${product ? 1 : 0},${combining(product, dtype)}`
    return `${this.helpers.use('cu')}(${line},${options});`
  }

  private scan({ node, body, inputs, outputs }: OpaqueKernel, arrayOf: (value: number) => string): string {
    const { carries, sequences, length, reverse } = node.params as ScanParams
    const list = (values: readonly number[]) => `[${values.map(arrayOf).join()}]`
    const options = `${length},${reverse === true},${carries},${sequences}`
    return `${this.helpers.use('sc')}(${options},${this.body(body!)},${list(inputs)},${list(outputs)});`
  }

  /** The name of the function that runs a schedule on arrays: first the inputs, then the outputs. */
  private body(schedule: KernelSchedule): string {
    let name = this.bodies.get(schedule)
    if (!name) {
      const { inputs, outputs } = schedule.analysis.graph
      const code = this.run(schedule, {
        input: (index) => `x${index}`,
        constant: (index) => `c${index}`,
        output: (index) => `y${index}`,
      })
      this.bodies.set(schedule, (name = `g${this.bodies.size}`))
      const parameters = [...inputs.map((_, index) => `x${index}`), ...outputs.map((_, index) => `y${index}`)]
      this.definitions.push(`const ${name}=(${parameters.join()})=>{${code}}`)
    }
    return name
  }
}

/** The function that combines two elements of a running sum or product. */
function combining(product: boolean, dtype: DType): string {
  if (isFloat(dtype)) return product ? '(a,b)=>a*b' : '(a,b)=>a+b'
  return product ? 'Math.imul' : '(a,b)=>a+b|0'
}

/** The error for a primitive that exported files cannot have. */
export function missingOp(op: string): ConfigError {
  return new ConfigError(`A file of JavaScript cannot have the op '${op}'. Leave out the layer that uses it.`)
}
