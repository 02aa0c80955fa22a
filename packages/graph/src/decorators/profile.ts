import type { Backend } from '@gradus/tensor'
import {
  type Aval,
  avalOf,
  type DeviceBuffer,
  type Executable,
  type Graph,
  identityOp,
  valuesOf,
} from '@gradus/tensor/internals'
import { runRepeatedly } from '../repeat.ts'
import { decorate } from './decorate.ts'
import { singleNode } from './single-node.ts'

/** The calls and the time of one op. */
export interface OpProfile {
  readonly op: string
  readonly count: number
  readonly milliseconds: number
}

/** A backend that counts and times ops. */
export interface ProfilingBackend extends Backend {
  /** Count and time per op since the start or the last reset, the most expensive first. */
  profile(): OpProfile[]
  reset(): void
}

/**
 * Counts and times the ops that run on `backend`. Programs run node by node, without fusion, so the times compare ops and
 * do not measure fused programs. On a backend that works in the background (webgpu) they are the times of submitting the
 * work.
 *
 * @example
 * import { cpu } from '@gradus/backend-cpu'
 * import { profile } from '@gradus/graph'
 * import { mul, onBackend, tensor } from '@gradus/tensor'
 * const backend = profile(cpu())
 * onBackend(backend, () => mul(tensor([1, 2]), tensor([3, 4])))
 * backend.profile().map(({ op, count }) => `${op} ${count}`) // => ['mul 1']
 */
export function profile(backend: Backend): ProfilingBackend {
  const costs = new Map<string, { count: number; milliseconds: number }>()
  const timed = <T>(op: string, body: () => T): T => {
    const start = performance.now()
    const result = body()
    const cost = costs.get(op) ?? { count: 0, milliseconds: 0 }
    costs.set(op, { count: cost.count + 1, milliseconds: cost.milliseconds + performance.now() - start })
    return result
  }
  return {
    ...decorate(backend, {
      name: `profile(${backend.name})`,
      compile: (graph) => new NodeByNode(backend, graph, timed),
    }),
    profile: () => [...costs].map(([op, cost]) => ({ op, ...cost })).sort((a, b) => b.milliseconds - a.milliseconds),
    reset: () => costs.clear(),
  }
}

/** A program with one executable per node. */
class NodeByNode implements Executable {
  private readonly executables: Executable[]
  // the last node that reads a value; beyond the end for outputs
  private readonly lastUse = new Map<number, number>()

  constructor(
    private readonly backend: Backend,
    private readonly graph: Graph,
    private readonly timed: <T>(op: string, body: () => T) => T,
  ) {
    this.executables = graph.nodes.map((node) => backend.compile(singleNode(graph, node)))
    graph.nodes.forEach((node, index) => {
      for (const value of node.inputs) this.lastUse.set(value, index)
    })
    for (const value of graph.outputs) this.lastUse.set(value, graph.nodes.length)
  }

  run(inputs: readonly DeviceBuffer[], count = 1): DeviceBuffer[] {
    return runRepeatedly(
      (from) => this.runOnce(from),
      inputs,
      count,
      (buffer) => this.backend.free(buffer),
    )
  }

  private runOnce(inputs: readonly DeviceBuffer[]): DeviceBuffer[] {
    const { graph, backend } = this
    const values = [...inputs, ...graph.constants.map((constant) => constant.storage.buffer)]
    const given = values.length
    graph.nodes.forEach((node, index) => {
      const from = node.inputs.map((value) => values[value]!)
      values.push(...this.timed(node.op.name, () => this.executables[index]!.run(from)))
      for (const value of new Set([...node.inputs, ...valuesOf(graph, index)])) {
        if (value >= given && (this.lastUse.get(value) ?? -1) <= index) backend.free(values[value]!)
      }
    })
    const handedOut = new Set<number>()
    return graph.outputs.map((value) => {
      // inputs, constants and repeated outputs are copied, because the caller owns the outputs
      if (value < given || handedOut.has(value)) return copy(backend, avalOf(graph, value), values[value]!)
      handedOut.add(value)
      return values[value]!
    })
  }
}

function copy(backend: Backend, aval: Aval, buffer: DeviceBuffer): DeviceBuffer {
  const { shape, dtype } = aval
  const node = { op: identityOp, inputs: [0], params: null, aval: { shape, dtype } }
  return backend
    .compile({ inputs: [{ shape, dtype }], constants: [], nodes: [node], outputs: [1], donated: [] })
    .run([buffer])[0]!
}
