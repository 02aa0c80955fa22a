import type { NdArray } from '@gradus/graph'
import { byteSize, donorOf } from '@gradus/graph/internals'
import { type DType, isFloat, sizeOf, type TypedArray } from '@gradus/tensor'
import {
  type Aval,
  avalsOf,
  bytesPerElement,
  halfBits,
  type MemoryArray,
  type ScanParams,
  viewOf,
} from '@gradus/tensor/internals'
import { kernels } from '../../../backend-cpu/src/kernels.ts'
import type { Axis } from '../index/integer.ts'
import type {
  ContractionKernel,
  FusedKernel,
  KernelSchedule,
  LoopKernel,
  OpaqueKernel,
  Pass,
  Store,
} from '../kernels/kernel.ts'
import { Accumulator } from './accumulator.ts'
import { Evaluator, numberOf } from './evaluator.ts'

/**
 * Runs a schedule by its definition, element by element, in the memory that its plan gives to each value; donated inputs are
 * overwritten. Slow, and independent of any code generator.
 */
export function interpret(
  schedule: KernelSchedule,
  inputs: readonly MemoryArray[],
  constants: readonly MemoryArray[] = [],
): MemoryArray[] {
  const { analysis, kernels, plan } = schedule
  const outputs = analysis.graph.outputs.map((value, index) => {
    const donor = donorOf(plan.outputs[index]!)
    const { shape, dtype } = analysis.aval(value)
    if (donor === undefined) return unwritten(dtype, sizeOf(shape))
    return viewOf(dtype, inputs[donor]!.buffer, inputs[donor]!.byteOffset, sizeOf(shape))
  })
  const memory = memoryOf(schedule, inputs, constants, outputs)
  for (const { kernel } of kernels) runKernel(kernel, memory)
  plan.outputs.forEach(({ from }, index) => {
    if (from === 'copy') outputs[index]!.set(memory(analysis.roots[analysis.graph.outputs[index]!]!))
  })
  return outputs
}

type Memory = (value: number) => MemoryArray

function memoryOf(
  { analysis, plan }: KernelSchedule,
  inputs: readonly MemoryArray[],
  constants: readonly MemoryArray[],
  outputs: readonly MemoryArray[],
): Memory {
  const arena = unwritten('bool', plan.arenaBytes).buffer
  const known = new Map<number, MemoryArray>()
  const find = (value: number): MemoryArray => {
    const { shape, dtype } = analysis.aval(value)
    const place = plan.places.get(value)
    switch (place?.at) {
      case 'input':
        return inputs[place.index]!
      case 'constant':
        return constants[place.index]!
      case 'output':
        return viewOf(dtype, outputs[place.index]!.buffer, outputs[place.index]!.byteOffset, sizeOf(shape))
      case 'arena':
        return viewOf(dtype, arena, place.offset, sizeOf(shape))
      default:
        // a value that is never written has no elements
        if (byteSize({ shape, dtype }) === 0) return unwritten(dtype, 0)
        throw new Error(`Value ${value} has no place.`)
    }
  }
  return (value) => {
    let array = known.get(value)
    if (!array) known.set(value, (array = find(value)))
    return array
  }
}

/** Memory whose content is not a number. */
function unwritten(dtype: DType, length: number): MemoryArray {
  const bytes = new Uint8Array(length * bytesPerElement(dtype)).fill(255)
  return viewOf(dtype, bytes.buffer, 0, length)
}

function runKernel(kernel: FusedKernel, memory: Memory): void {
  switch (kernel.kind) {
    case 'loops':
      runLoops(kernel, memory)
      break
    case 'contraction':
      runContraction(kernel, memory)
      break
    case 'opaque':
      runWhole(kernel, memory)
  }
}

function runLoops({ outer, inner, passes, rowStores, make }: LoopKernel, memory: Memory): void {
  const evaluator = new Evaluator(make, memory)
  evaluator.each(outer, () => {
    evaluator.reduced.clear()
    const saves = passes.flatMap((pass) => pass.saves)
    evaluator.rows = saves.map(
      ({ expression }) => unwritten(expression.dtype, sizeOf(inner.map(({ size }) => size))) as TypedArray,
    )
    for (const pass of passes) runPass(pass, inner, evaluator, memory)
    evaluator.each([], () => write(rowStores, evaluator, memory))
  })
}

function runPass({ reductions, stores, saves }: Pass, inner: readonly Axis[], evaluator: Evaluator, memory: Memory) {
  const sums = reductions.map(({ combine, expression }) => new Accumulator(combine, expression.dtype))
  evaluator.each(inner, () => {
    reductions.forEach(({ expression, position }, number) =>
      sums[number]!.add(evaluator.value(expression), position ? evaluator.index(position) : 0),
    )
    for (const { slot, index, expression } of saves) {
      put(evaluator.rows[slot]!, evaluator.index(index), evaluator.value(expression))
    }
    write(stores, evaluator, memory)
  })
  reductions.forEach(({ id }, number) => evaluator.reduced.set(id, sums[number]!.result))
}

function runContraction({ batch, m, n, k, a, b, stores, make }: ContractionKernel, memory: Memory): void {
  const evaluator = new Evaluator(make, memory)
  evaluator.each([...batch, ...m, ...n], () => {
    let sum = 0
    evaluator.each(k, () => {
      const [left, right] = [evaluator.value(a), evaluator.value(b)]
      sum += isFloat(a.dtype) ? left * right : Math.imul(left, right)
    })
    evaluator.reduced.set(-1, sum)
    evaluator.each([], () => write(stores, evaluator, memory))
  })
}

/** Evaluates all stores at a position before it writes any of them. */
function write(stores: readonly Store[], evaluator: Evaluator, memory: Memory): void {
  const made = stores.map(({ value, index, expression, stored, add }) => {
    const wanted = !add || evaluator.value(add.only) !== 0
    return {
      array: memory(value),
      position: evaluator.index(index),
      number: evaluator.value(expression),
      stored,
      add,
      wanted,
    }
  })
  for (const { array, position, number, stored, add, wanted } of made) {
    if (!wanted) continue
    const element = add ? numberOf(stored, array[position]!) + number : number
    put(array, position, stored === 'float16' ? halfBits(element) : element)
  }
}

function put(array: MemoryArray, position: number, number: number): void {
  if (!(position in array)) throw new RangeError(`There is no element ${position} to write, but ${array.length}.`)
  array[position] = number
}

const reference = kernels()

function runWhole(kernel: OpaqueKernel, memory: Memory): void {
  const [inputs, outputs] = [kernel.inputs.map(memory), kernel.outputs.map(memory)]
  if (kernel.body) {
    runScan(kernel.body, kernel.node.params as ScanParams, inputs, outputs)
    return
  }
  // these ops have no inputs that are halves
  const described = (data: MemoryArray, { shape, dtype }: Aval): NdArray => ({ data: data as TypedArray, shape, dtype })
  reference[kernel.node.op.name]!(
    described(outputs[0]!, avalsOf(kernel.node)[0]!),
    inputs.map((data, index) => described(data, kernel.inputAvals[index]!)),
    kernel.node.params as never,
  )
}

function runScan(
  body: KernelSchedule,
  { length, reverse, carries, sequences }: ScanParams,
  inputs: readonly MemoryArray[],
  outputs: readonly MemoryArray[],
): void {
  const elementAt = (array: MemoryArray, time: number) => {
    const size = array.length / length
    return array.subarray(time * size, (time + 1) * size)
  }
  let carried = inputs.slice(0, carries)
  for (let done = 0; done < length; done++) {
    const time = reverse ? length - 1 - done : done
    const elements = inputs.slice(carries, carries + sequences).map((array) => elementAt(array, time))
    const made = interpret(body, [...carried, ...elements, ...inputs.slice(carries + sequences)])
    carried = made.slice(0, carries)
    for (let index = carries; index < made.length; index++) elementAt(outputs[index]!, time).set(made[index]!)
  }
  carried.forEach((array, carry) => outputs[carry]!.set(array))
}
