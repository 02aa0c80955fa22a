import { compile, type Tensor, tensor } from 'gradus'
import { abs, add, matmul, maximum, minimum, mul, reshape, sliceAxis, sum } from 'gradus/ops'
import type { Task } from '../../shared/contestant.ts'
import { generateFloats } from '../../shared/generate.ts'
import type { ArraySpec, ChainLink, ElementwiseSpec, MatmulSpec, MemorySpec, ReductionSpec } from '../../shared/spec.ts'

const upload = (spec: ArraySpec) => reshape(tensor(generateFloats(spec)), spec.shape)

const ops: Record<ChainLink[0], (x: Tensor, value: number) => Tensor> = { add, mul, max: maximum, min: minimum, abs }

/** Calls a compiled function repeatedly, and reads one element at the end, which waits for all calls. */
function repeat(call: () => Tensor): Task {
  const last = compile((x: Tensor) => {
    const flat = reshape(x, [x.size])
    return sliceAxis(flat, 0, x.size - 1, 1)
  })
  const read = async (result: Tensor) => {
    const element = last(result)
    const [value] = await element.data()
    element.dispose()
    return value!
  }
  return {
    async run(count) {
      for (let i = 1; i < count; i++) call().dispose()
      const result = call()
      await read(result)
      result.dispose()
      return {}
    },
    async probe() {
      const result = call()
      const value = await read(result)
      result.dispose()
      return value
    },
  }
}

export function matmulTask(spec: MatmulSpec): Task {
  const [a, b] = [upload(spec.a), upload(spec.b)]
  const product = compile((x: Tensor, y: Tensor) => matmul(x, y))
  return { ...repeat(() => product(a, b)), close: () => [a, b].forEach((matrix) => matrix.dispose()) }
}

export function elementwiseTask(spec: ElementwiseSpec): Task {
  const x = upload(spec.x)
  const chain = compile((value: Tensor) =>
    spec.chain.reduce((result, [name, number = 0]) => ops[name](result, number), value),
  )
  return { ...repeat(() => chain(x)), close: () => x.dispose() }
}

export function reductionTask(spec: ReductionSpec): Task {
  const x = upload(spec.x)
  const total = compile((value: Tensor) => sum(value))
  return { ...repeat(() => total(x)), close: () => x.dispose() }
}

export function memoryTask(spec: MemorySpec): Task {
  const [x, y] = [upload(spec.x), upload(spec.y)]
  const works: Record<MemorySpec['op'], (a: Tensor, b: Tensor) => Tensor> = {
    add,
    'row-sums': (a) => sum(a, { axis: 1 }),
    'column-sums': (a) => sum(a, { axis: 0 }),
    sum: (a) => sum(a),
  }
  const work = compile(works[spec.op])
  return { ...repeat(() => work(x, y)), close: () => [x, y].forEach((matrix) => matrix.dispose()) }
}
