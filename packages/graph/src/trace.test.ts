import { grad } from '@gradus/autograd'
import { cpu } from '@gradus/backend-cpu'
import { add, full, mul, scan, softmax, sum, Tensor, TraceError, tensor, useBackend } from '@gradus/tensor'
import {
  apply,
  avalOf,
  bodyOf,
  type Interpreter,
  numberingOf,
  type Op,
  withInterpreter,
} from '@gradus/tensor/internals'
import { beforeAll, describe, expect, it } from 'vitest'
import { compile } from './compile.ts'
import { printGraph } from './print-graph.ts'
import { replay, trace } from './trace.ts'

beforeAll(() => useBackend(cpu()))

const names = (nodes: readonly { op: Op }[]) => nodes.map((node) => node.op.name)

const double: Op<null> = {
  name: 'test/double',
  shape: ([x]) => ({ shape: x!.shape, dtype: x!.dtype }),
  inline: ([x]) => add(x!, x!),
}

describe('trace', () => {
  it('records the ops, with the leaves of the arguments as inputs', () => {
    const { graph, result } = trace(
      ({ w, b }: { w: Tensor; b: Tensor[] }, x: Tensor) => ({ y: add(mul(w, x), b[0]!), same: x }),
      [{ w: tensor([1, 2]), b: [tensor([3, 4]), tensor(0)] }, tensor([5, 6])],
    )
    expect(graph.inputs.map(({ shape }) => shape)).toEqual([[2], [2], [], [2]])
    expect(graph.constants).toEqual([])
    expect(graph.nodes.map(({ op, inputs }) => [op.name, inputs])).toEqual([
      ['mul', [0, 3]],
      ['add', [4, 1]],
    ])
    expect(graph.outputs).toEqual([5, 3])
    expect(result.y).toBeInstanceOf(Tensor)
    expect(result.y.concrete).toBe(false)
  })

  it('makes tensors with values constants, each once', () => {
    const w = tensor([1, 2])
    const unused = tensor([9])
    const { graph } = trace(
      (x: Tensor) => {
        void unused
        return [add(mul(x, w), w), w]
      },
      [tensor([3, 4])],
    )
    expect(graph.constants).toEqual([w])
    expect(graph.outputs).toEqual([3, 1])
    expect(replay(graph, [tensor([3, 4])]).map((y) => y.array())).toEqual([
      [4, 10],
      [1, 2],
    ])
  })

  it('records a composite as its parts, or whole where `keep` says so', () => {
    const f = (x: Tensor) => apply(double, [x], null)
    expect(names(trace(f, [tensor(1)]).graph.nodes)).toEqual(['add'])
    expect(names(trace(f, [tensor(1)], { keep: (op) => op === double }).graph.nodes)).toEqual(['test/double'])
    const whole = trace((x: Tensor) => softmax(apply(double, [x], null)), [tensor([1, 2])], {
      keep: (op) => op.name === 'softmax',
    })
    expect(names(whole.graph.nodes)).toEqual(['add', 'softmax'])
  })

  it('records the parts of compiled functions and gradients', () => {
    const inner = compile((x: Tensor) => mul(x, x))
    const { graph } = trace((x: Tensor) => grad((y: Tensor) => sum(inner(y)))(x), [tensor([1, 2])])
    expect(names(graph.nodes)).toContain('mul')
    expect(inner.traces).toBe(0)
    expect(replay(graph, [tensor([1, 2])])[0]!.array()).toEqual([2, 4])
  })

  it('records a loop as one node with several values, and inlines its body', () => {
    const step = (h: Tensor, x: Tensor) => [apply(double, [h], null), softmax(add(h, x))] as const
    const f = (x: Tensor) => {
      const [last, all] = scan(step, tensor([1, 2]), x)
      return [mul(last, 2), all]
    }
    const x = full([3, 2], 1)
    const { graph } = trace(f, [x])
    expect(names(graph.nodes)).toEqual(['scan', 'fill', 'mul'])
    // the input, the constant, two values of the loop, the number, the product
    expect([graph.nodes[2]!.inputs, graph.outputs]).toEqual([
      [2, 4],
      [5, 3],
    ])
    expect(numberingOf(graph)).toMatchObject({ first: [2, 4, 5], maker: [-1, -1, 0, 0, 1, 2] })
    expect(avalOf(graph, 3)).toEqual({ shape: [3, 2], dtype: 'float32' })
    expect(replay(graph, [x]).map((y) => y.array())).toEqual(f(x).map((y) => y.array()))
    const inside = (kept: string) =>
      names(bodyOf(trace(f, [x], { keep: ({ name }) => name === kept }).graph.nodes[0]!.params)!.nodes)
    expect(inside('softmax')).toEqual(['add', 'add', 'softmax'])
    expect(inside('test/double')).toEqual(expect.arrayContaining(['test/double', 'exp']))
  })

  it('refuses to read values, and says what to do instead', () => {
    const read = (f: (x: Tensor) => unknown) => () => trace(f, [tensor([1, 2])])
    expect(read((x) => x.dataSync())).toThrow(TraceError)
    expect(read((x) => (sum(x).item() ? x : add(x, 1)))).toThrow(
      'The value of a float32[] tensor was asked for while a function is traced, where only shapes are known. Use ops such as `where`',
    )
    expect(read((x) => String(x))).not.toThrow()
  })

  it('refuses asynchronous functions', () => {
    expect(() => trace(async (x: Tensor) => x, [tensor(1)])).toThrow('must be synchronous: await before or after')
  })

  it('refuses tensors of another trace', () => {
    let leaked: Tensor | undefined
    trace(
      (x: Tensor) => {
        leaked = mul(x, 2)
        return leaked
      },
      [tensor([1, 2])],
    )
    const message =
      'A float32 tensor of shape [2] from another traced function was used in this one. Pass it as an argument'
    expect(() => trace((x: Tensor) => add(x, leaked!), [tensor([1, 2])])).toThrow(message)
    expect(() => trace(() => leaked!, [])).toThrow(message)
    expect(() => add(leaked!, 1).dataSync()).toThrow(TraceError)
  })

  it('restores the interpreter after an error', () => {
    expect(() =>
      trace(() => {
        throw new Error('stop')
      }, []),
    ).toThrow('stop')
    expect(add(tensor(1), 1).item()).toBe(2)
  })
})

describe('replay', () => {
  it('applies the ops under the current interpreter', () => {
    const { graph } = trace((x: Tensor) => add(mul(x, x), 1), [tensor([1, 2])])
    const seen: string[] = []
    const listener: Interpreter = {
      apply(op, inputs, params) {
        seen.push(op.name)
        return [new Tensor(op.shape(inputs, params))]
      },
    }
    withInterpreter(listener, () => replay(graph, [tensor([3, 4])]))
    expect(seen).toEqual(['mul', 'fill', 'add'])
    expect(grad((x: Tensor) => sum(replay(graph, [x])[0]!))(tensor([3, 4])).array()).toEqual([6, 8])
  })
})

describe('printGraph', () => {
  it('has one line per value', () => {
    const w = tensor([[1], [2]])
    const { graph } = trace(
      (x: Tensor, y: Tensor) => [add(mul(x, w), Number.NaN), y],
      [tensor([[1], [2]]), tensor(1)],
      {
        donated: [1],
      },
    )
    expect(printGraph(graph)).toBe(
      [
        '%0 float32[2, 1] = input',
        '%1 float32[] = input donated',
        '%2 float32[2, 1] = constant',
        '%3 float32[2, 1] = mul(%0, %2)',
        '%4 float32[2, 1] = fill() {"shape":[2,1],"dtype":"float32","value":"NaN"}',
        '%5 float32[2, 1] = add(%3, %4)',
        'return %5, %1',
      ].join('\n'),
    )
  })

  it('shows the bodies of loops, indented', () => {
    const step = (total: Tensor, x: Tensor) => [add(total, x), mul(total, x)] as const
    const { graph } = trace((x: Tensor) => scan(step, tensor([1, 2]), x, { reverse: true })[1], [full([5, 2], 1)])
    expect(printGraph(graph)).toBe(
      [
        '%0 float32[5, 2] = input',
        '%1 float32[2] = constant',
        '%2 float32[2], %3 float32[5, 2] = scan(%1, %0) {"carries":1,"sequences":1,"length":5,"reverse":true}',
        '  %0 float32[2] = input',
        '  %1 float32[2] = input',
        '  %2 float32[2] = add(%0, %1)',
        '  %3 float32[2] = mul(%0, %1)',
        '  return %2, %3',
        'return %3',
      ].join('\n'),
    )
  })

  it('shows numbers that JSON lacks', () => {
    const fill = (value: number) => {
      const { graph } = trace((x: Tensor) => mul(x, value), [tensor(1)])
      return printGraph(graph).split('\n')[1]
    }
    expect(fill(Number.NEGATIVE_INFINITY)).toContain('"value":"-Infinity"')
    expect(fill(-0)).toContain('"value":"-0"')
    expect(fill(0)).toContain('"value":0')
  })
})
