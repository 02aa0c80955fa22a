import { cpu } from '@gradus/backend-cpu'
import { add, type Backend, exp, mul, onBackend, scan, sum, type Tensor, tensor } from '@gradus/tensor'
import { scanOp } from '@gradus/tensor/internals'
import { describe, expect, it } from 'vitest'
import { compile } from '../compile.ts'
import { check } from './check.ts'
import { decorate } from './decorate.ts'

/** A backend whose `exp` is slightly wrong for the second element. */
function faulty(changes: Partial<Backend> = {}): Backend {
  const backend = cpu()
  const wrong: Backend = decorate(backend, {
    name: 'faulty',
    compile(graph) {
      const executable = backend.compile(graph)
      const last = graph.nodes.findIndex(({ op }) => op.name === 'exp')
      const position = graph.outputs.indexOf(graph.inputs.length + graph.constants.length + last)
      return {
        run(inputs) {
          const outputs = executable.run(inputs)
          if (last >= 0 && position >= 0) new Float32Array(outputs[position] as ArrayBuffer)[1]! += 0.5
          return outputs
        },
      }
    },
    ...changes,
  })
  return wrong
}

const program = compile((x: ReturnType<typeof tensor>) => sum(mul(exp(x), 2)))

describe('check', () => {
  it('accepts correct results, eager and compiled', () => {
    const backend = check(cpu(), cpu())
    onBackend(backend, () => {
      expect(add(tensor([1, 2]), 1).array()).toEqual([2, 3])
      expect(program(tensor([0, 0])).item()).toBe(4)
    })
  })

  it('names the op, the position and both values', () => {
    onBackend(check(faulty(), cpu()), () => {
      expect(() => program(tensor([0, 0]))).toThrow(
        'exp(float32[2]) gives 1.5 on the faulty backend and 1 on cpu, at [1] of float32[2].',
      )
      expect(() => exp(tensor([0, 0]))).toThrow('exp(float32[2]) gives 1.5')
    })
  })

  it('shows the params of the op', () => {
    const half = decorate(cpu(), { name: 'half' })
    const backend: Backend = {
      ...half,
      compile: (graph) => ({ run: () => graph.outputs.map(() => new Float32Array([7]).buffer) }),
    }
    onBackend(check(backend, cpu()), () => {
      expect(() => sum(tensor([1, 2]))).toThrow(
        'sum(float32[2]) with {"axes":[0],"keepDims":false} gives 7 on the half backend and 3 on cpu',
      )
    })
  })

  it('compares all outputs of a loop, and says which one differs', () => {
    const running = (x: Tensor) => scan((t: Tensor, y: Tensor) => [add(t, y), mul(t, 2)] as const, tensor(0), x)[1]
    onBackend(check(cpu(), cpu()), () => expect(compile(running)(tensor([1, 2])).array()).toEqual([0, 2]))
    const inner = cpu()
    const backend = decorate(inner, {
      name: 'faulty',
      compile(graph) {
        const executable = inner.compile(graph)
        return {
          run(inputs) {
            const outputs = executable.run(inputs)
            if (graph.nodes[0]!.op === scanOp) new Float32Array(outputs[1] as ArrayBuffer)[1] = 7
            return outputs
          },
        }
      },
    })
    const params = '{"carries":1,"sequences":1,"length":2,"reverse":false}'
    onBackend(check(backend, cpu()), () => {
      expect(() => running(tensor([1, 2]))).toThrow(
        `scan(float32[], float32[2]) with ${params}, output 1, gives 7 on the faulty backend and 2 on cpu, at [1] of float32[2].`,
      )
    })
  })

  it('throws at the next read where reads are asynchronous', async () => {
    const backend = check(faulty({ readSync: undefined }), cpu())
    const result = onBackend(backend, () => exp(tensor([0, 0])))
    await expect(result.data()).rejects.toThrow('exp(float32[2]) gives 1.5')
    const right = onBackend(backend, () => mul(tensor([1, 2]), 2))
    expect([...(await right.data())]).toEqual([2, 4])
  })

  it('works with donated buffers', () => {
    const step = compile((x: ReturnType<typeof tensor>) => add(x, 1), { donate: [0] })
    onBackend(check(cpu(), cpu()), () => {
      let x = tensor([1, 2])
      for (let i = 0; i < 3; i++) x = step(x)
      expect(x.array()).toEqual([4, 5])
    })
  })

  it('needs a reference with synchronous reads', () => {
    expect(() => check(cpu(), decorate(cpu(), { readSync: undefined }))).toThrow('must be readable without waiting')
  })
})
